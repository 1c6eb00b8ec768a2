package clusterkey

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// invitationPrefix says what a line is, and of which version.
const invitationPrefix = "tg1."

// Invitation is what a worker needs to join: with it one can take tasks and see what
// they do, but not send any.
type Invitation struct {
	Seed  string `json:"seed"`  // of the workers' nkey user
	Trust string `json:"trust"` // the coordinator's public nkey
	CA    string `json:"ca"`    // PEM: the embedded server's certificate
}

// String returns the invitation as one line without spaces.
func (i Invitation) String() string {
	text, _ := json.Marshal(i) // strings only: no error
	return invitationPrefix + base64.RawURLEncoding.EncodeToString(text)
}

// ParseInvitation reads what String has written; white space around it, and within it,
// as mail programs put it there, does not matter. The error never quotes it.
func ParseInvitation(text string) (i Invitation, err error) {
	text = strings.Join(strings.Fields(text), "")
	code, ok := strings.CutPrefix(text, invitationPrefix)
	switch {
	case text == "":
		return i, errors.New("is empty")
	case !ok && strings.HasPrefix(text, "tg"):
		return i, fmt.Errorf("is no invitation of this version: it does not begin with %s", invitationPrefix)
	case !ok:
		return i, fmt.Errorf("is no invitation: it does not begin with %s", invitationPrefix)
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(code, "="))
	if err == nil {
		err = json.Unmarshal(b, &i)
	}
	if err != nil {
		return Invitation{}, errors.New("is no whole invitation: a part is missing or changed")
	}
	if _, err := public(i.Seed); err != nil || !IsPublic(i.Trust) || !x509.NewCertPool().AppendCertsFromPEM([]byte(i.CA)) {
		return Invitation{}, errors.New("is no whole invitation: it lacks a key")
	}
	return i, nil
}

// ReadInvitation reads one from a file, or from in for "-".
func ReadInvitation(name string, in io.Reader) (Invitation, error) {
	what := name
	if name == "-" {
		what = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return Invitation{}, fmt.Errorf("%s: %w", what, plain(err))
		}
		defer f.Close()
		in = f
	}
	text, err := readAll(in)
	if err != nil {
		return Invitation{}, fmt.Errorf("%s: %w", what, err)
	}
	i, err := ParseInvitation(string(text))
	if err != nil {
		return Invitation{}, fmt.Errorf("%s %w", what, err)
	}
	return i, nil
}
