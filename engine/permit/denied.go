package permit

import (
	"io/fs"
	"strconv"
	"strings"
	"unicode"
)

// Denied is the refusal of what was not granted. It is immutable.
// errors.Is(err, fs.ErrPermission) holds for it.
type Denied struct {
	Power  string // what it takes: read write net run env
	What   string // as the script wrote it
	Flag   string // that would allow it, ready for a shell; "" if none would
	Reason string // why, if it is not just that nobody granted it; or ""
	hint   string // if Flag alone would not help
}

// verbs are how a refusal begins; a Power that is not here is its own verb.
var verbs = map[string]string{"net": "connect to", "env": "read variable"}

func (d *Denied) Error() string {
	verb := d.Power
	if v, ok := verbs[verb]; ok {
		verb = v
	}
	text := verb + " " + show(d.What) + ": permission denied"
	if d.Reason != "" {
		text += ": " + d.Reason
	}
	return text
}

// Kind returns "permission".
func (d *Denied) Kind() string { return "permission" }

// Hint says what to do about it, such as "allow it with --allow-read=x.txt".
func (d *Denied) Hint() string {
	if d.hint != "" || d.Flag == "" {
		return d.hint
	}
	return "allow it with " + d.Flag
}

// Is makes a refusal an fs.ErrPermission.
func (d *Denied) Is(target error) bool { return target == fs.ErrPermission }

// show returns a name as messages have it: quoted if it would spoil the line.
func show(name string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if name == "" || strings.ContainsFunc(name, odd) || strings.TrimSpace(name) != name {
		return strconv.Quote(name)
	}
	return name
}

// flagFor returns a flag that grants name, quoted for a shell where needed.
func flagFor(flag, name string) string {
	odd := func(r rune) bool {
		return r == unicode.ReplacementChar || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-+:@%,=", r)
	}
	if strings.ContainsFunc(name, odd) {
		name = "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return flag + "=" + name
}
