package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starlark-tg/tg/cmd/tg/internal/clusterkey"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// clusterFlags say which cluster is meant, and how one gets in.
type clusterFlags struct {
	url   string
	key   string
	creds string
	ca    string

	address address // of url; set by check
}

// Values of --ca that are no files.
const (
	caSystem = "system"
	caNone   = "none"
)

// add adds the flags; the URL may begin with any of the schemes.
func (c *clusterFlags) add(cmd *cobra.Command, usage string, schemes ...string) {
	flags := cmd.Flags()
	flags.StringVar(&c.url, "cluster", "", usage)
	c.addKey(flags)
	flags.StringVar(&c.creds, "creds", "", "be the user of an external cluster whose .creds are in `FILE`")
	flags.StringVar(&c.ca, "ca", "", "trust the servers of an external cluster by the certificates in `FILE`, by those of the system (system), or without TLS (none)")
	_ = cmd.RegisterFlagCompletionFunc("cluster", func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var fit []cobra.Completion
		for _, s := range schemes {
			if strings.HasPrefix(s, begun) {
				fit = append(fit, s)
			}
		}
		return fit, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}) // an error would be that there is no such flag
}

func (c *clusterFlags) addKey(flags *pflag.FlagSet) {
	flags.StringVar(&c.key, "cluster-key", "", "the cluster's keys are in `FILE` (default: tg/cluster.json in the user's configuration folder)")
}

// check reads the URL, and reports flags that have no sense together.
func (c *clusterFlags) check(flags *pflag.FlagSet) (err error) {
	if flags.Changed("cluster") && c.url == "" {
		return errors.New("--cluster needs a URL")
	}
	for _, name := range []string{"cluster-key", "creds", "ca"} {
		switch {
		case !flags.Changed(name):
		case c.url == "":
			return fmt.Errorf("--%s needs --cluster URL", name)
		case flags.Lookup(name).Value.String() == "":
			return fmt.Errorf("--%s needs the name of a file", name)
		}
	}
	if c.url == "" {
		return nil
	}
	if c.address, err = parseAddress(c.url); err != nil {
		return fmt.Errorf("--cluster: %w", err)
	}
	switch {
	case c.address.embedded() && c.creds != "":
		return errors.New("--creds is for clusters of their own, not for embed://")
	case c.address.embedded() && c.ca != "":
		return errors.New("--ca is for clusters of their own, not for embed://")
	case c.address.scheme == "tls" && c.ca == caNone:
		return errors.New("--ca=none is without TLS: not with tls://")
	}
	return nil
}

// keyFile is the name of the file with the cluster's keys.
func (c *clusterFlags) keyFile() (string, error) {
	if c.key != "" {
		return c.key, nil
	}
	path, err := clusterkey.DefaultPath()
	if err != nil {
		return "", &engine.Error{Msg: "cluster key: " + err.Error(), Hint: "name a file: --cluster-key FILE"}
	}
	return path, nil
}

// coordinator returns how one connects who has the cluster's keys. They are read by load.
func (c *clusterFlags) coordinator(load func(path string) (clusterkey.Pair, error)) (o nats.Options, err error) {
	if c.creds != "" {
		o.Creds = c.creds
		c.secure(&o, "")
		return o, nil
	}
	path, err := c.keyFile()
	if err != nil {
		return o, err
	}
	pair, err := load(path)
	if err != nil {
		return o, err
	}
	o.Seed = pair.Coordinator
	if !c.address.embedded() {
		c.secure(&o, pair.Certificate)
		return o, nil
	}
	o.Embed.WorkerSeed = pair.Workers
	if !c.address.loopback {
		o.Embed.TLS, err = pair.TLS()
	}
	return o, err
}

// secure says how the servers are known. Of an external cluster the user says so; others
// are known by the certificate that the keys come with. What is only on this machine has
// none.
func (c *clusterFlags) secure(o *nats.Options, certificate string) {
	switch {
	case c.ca == caNone:
	case c.ca == caSystem:
		o.TLS = true
	case c.ca != "":
		o.CA, o.TLS = c.ca, true
	case certificate == "", c.address.scheme == "nats" && c.address.loopback:
	default:
		o.CAPEM, o.ServerName, o.TLS = []byte(certificate), clusterkey.ServerName, true
	}
}

// failure says why there is no connection, and what to do about it.
func (c *clusterFlags) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var file *fs.PathError
	if errors.As(err, &file) {
		err = fmt.Errorf("%s: %s", file.Path, reason(err))
	}
	msg := err.Error()
	if !strings.HasPrefix(msg, "cluster ") {
		msg = fmt.Sprintf("cluster %s: %s", c.address, msg)
	}
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	stranger := errors.As(err, &unknown) || errors.As(err, &host)
	hint := ""
	switch {
	case stranger && c.address.scheme == "nats" && c.address.loopback && c.ca == "":
		hint = "the server has a certificate: tls:// in place of nats:// checks it by the cluster's keys"
	case stranger:
		hint = "the server is not the one that these keys are for; of an external cluster say --ca FILE or --ca system"
	case strings.Contains(msg, "the server has no TLS") && c.ca == "":
		hint = "if it is an external cluster, and what is sent may be read by others: --ca none"
	}
	if hint == "" {
		return errors.New(msg)
	}
	return &engine.Error{Msg: msg, Hint: hint}
}
