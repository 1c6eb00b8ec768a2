package http

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"go.starlark.net/starlark"
)

// A pool keeps the connections of the runs that use the module. When the last of them has
// ended, it keeps none.
type pool struct {
	mu         sync.Mutex // guards what follows
	runs       map[*engine.Run]bool
	transports map[key]*http.Transport
}

// A key says who may share connections: who has been granted the same and wants the same
// certificates.
type key struct {
	grants *permit.Grants
	verify string // "": as usual; "-": not at all; else a file of CAs
}

// transport returns what sends requests.
func (p *pool) transport(t *engine.Thread, verify starlark.Value) (*http.Transport, error) {
	k := key{grants: t.Run().Grants()}
	var roots *x509.CertPool
	switch v := verify.(type) {
	case starlark.Bool:
		if !v {
			k.verify = "-"
		}
	case starlark.String:
		data, err := k.grants.ReadFile(string(v))
		if err != nil {
			return nil, err
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("verify: %s holds no certificates in PEM", string(v))
		}
		k.verify = string(data)
	default:
		return nil, fmt.Errorf("verify must be True, False or a file of CAs, not %s", verify.Type())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if run := t.Run(); !p.runs[run] {
		if p.runs == nil {
			p.runs, p.transports = map[*engine.Run]bool{}, map[key]*http.Transport{}
		}
		p.runs[run] = true
		run.AtEnd(func() error { p.leave(run); return nil })
	}
	rt := p.transports[k]
	if rt == nil {
		rt = newTransport(k, roots)
		p.transports[k] = rt
	}
	return rt, nil
}

// leave is told that a run has ended.
func (p *pool) leave(run *engine.Run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.runs, run)
	if len(p.runs) > 0 {
		return
	}
	for k, rt := range p.transports {
		rt.CloseIdleConnections()
		delete(p.transports, k)
	}
}

func newTransport(k key, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		DialContext:            k.grants.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, InsecureSkipVerify: k.verify == "-"}, //nolint:gosec // the script asked for it
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    1024,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}
