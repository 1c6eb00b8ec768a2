package main

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// An address is where a cluster is.
type address struct {
	scheme   string // embed, nats or tls
	hosts    string // without users and passwords, as messages show it
	loopback bool   // nobody on another machine can reach it
}

func (a address) embedded() bool { return a.scheme == "embed" }

// String is the URL as it may be shown.
func (a address) String() string { return a.hosts }

// parseAddress reads the URL of a cluster. An error does not quote it: it may hold a password.
func parseAddress(text string) (address, error) {
	scheme, rest, _ := strings.Cut(text, "://")
	a := address{scheme: scheme}
	switch scheme {
	case "embed":
		host, port, err := net.SplitHostPort(rest)
		if err != nil || strings.ContainsAny(rest, "/@,?# ") || !isPort(port, 0) {
			return a, errors.New("embed:// needs HOST:PORT, such as embed://127.0.0.1:4222; port 0 is any")
		}
		a.hosts, a.loopback = text, isLoopback(host)
		return a, nil
	case "nats", "tls":
	default:
		return a, errors.New("the URL must begin with embed://, nats:// or tls://")
	}
	a.loopback = true
	var shown []string
	for part := range strings.SplitSeq(text, ",") {
		u, err := url.Parse(part)
		switch {
		case err != nil || u.Hostname() == "" || u.Port() != "" && !isPort(u.Port(), 1) || strings.HasSuffix(u.Host, ":"):
			return a, errors.New(scheme + ":// needs HOST:PORT, such as " + scheme + "://cluster.example.org:4222")
		case u.Scheme != scheme:
			return a, errors.New("each of several URLs must begin with " + scheme + "://")
		case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
			return a, errors.New("nothing may follow HOST:PORT")
		}
		a.loopback = a.loopback && isLoopback(u.Hostname())
		shown = append(shown, scheme+"://"+u.Host)
	}
	a.hosts = strings.Join(shown, ",")
	return a, nil
}

func isPort(text string, least int) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= least && n <= 65535
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}
