package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/permit"
	"go.starlark.net/starlark"
)

const (
	defaultTimeout = 30 * time.Second
	defaultBody    = 64 << 20
	maxRedirects   = 30
)

// A call is one request.
type call struct {
	t       *engine.Thread
	client  *http.Client
	req     *http.Request
	cancel  context.CancelFunc
	timeout time.Duration // 0: none
	most    int64         // bytes of the body
	began   time.Time
}

// keywords answers those of other libraries.
var keywords = map[string]string{
	"body": "data, or json", "content": "data", "form": "data", "query": "params", "follow_redirects": "allow_redirects",
	"redirect": "allow_redirects", "insecure": "verify=False", "ssl": "verify", "cert": "no option: there are no client certificates", "stream": "download(url, path)",
	"proxies": "no option: there are no proxies", "proxy": "no option: there are no proxies", "retries": "retry= of the thread group", "token": `headers={"Authorization": "Bearer …"}`,
	"cookies": `headers={"Cookie": "…"}`, "user": "auth=(user, password)", "password": "auth=(user, password)", "basic_auth": "auth=(user, password)",
}

// arguments are what a script gives for a request.
type arguments struct {
	method, url                    string
	params, headers, auth, timeout starlark.Value // nil: not given
	verify                         starlark.Value
	redirects                      bool
	most                           int64
	body                           body
}

func newArguments(method string) *arguments {
	return &arguments{method: method, verify: starlark.True, redirects: method != http.MethodHead, most: defaultBody}
}

// unpack takes them; first are those that stand before the others.
func (a *arguments) unpack(fn string, args starlark.Tuple, kwargs []starlark.Tuple, first ...any) error {
	if err := builtin.Misnamed(fn, kwargs, keywords); err != nil {
		return err
	}
	return starlark.UnpackArgs(fn, args, kwargs, append(first, "params??", &a.params, "headers??", &a.headers, "json??", &a.body.json, "data??", &a.body.data,
		"files??", &a.body.files, "auth??", &a.auth, "timeout?", &a.timeout, "allow_redirects?", &a.redirects, "verify??", &a.verify, "max_body?", &a.most)...)
}

// newCall makes the request. The caller calls cancel when it has the answer.
func (m *module) newCall(thread *starlark.Thread, fn string, a *arguments) (*call, error) {
	c := &call{t: engine.Of(thread), timeout: defaultTimeout, most: a.most}
	if err := c.setTimeout(a.timeout); err != nil {
		return nil, fmt.Errorf("%s: timeout %w", fn, err)
	}
	u, err := target(a.url, a.params)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fn, err)
	}
	if err := c.t.Run().Grants().CheckHost(u.Hostname(), port(u)); err != nil {
		return nil, err
	}
	reader, kind, err := a.body.reader(c.t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fn, err)
	}
	ctx, cancel := c.t.Context(), context.CancelFunc(func() {})
	if c.timeout > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, c.timeout, errTimeout)
	}
	c.cancel = cancel
	c.req, err = http.NewRequestWithContext(ctx, strings.ToUpper(a.method), "", reader)
	if err == nil {
		c.req.URL, c.req.Host = u, u.Host
		err = c.setHeaders(a.headers, a.auth, kind)
	}
	if err == nil {
		err = c.setClient(m.pool, a)
	}
	if err != nil {
		cancel()
		if errors.As(err, new(*permit.Denied)) {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", fn, err)
	}
	return c, nil
}

func (c *call) setClient(p *pool, a *arguments) error {
	rt, err := p.transport(c.t, a.verify)
	c.client = &http.Client{Transport: rt, CheckRedirect: follow(a.redirects)}
	return err
}

var errTimeout = errors.New("timeout")

func (c *call) setTimeout(v starlark.Value) (err error) {
	switch v {
	case nil:
	case starlark.None:
		c.timeout = 0
	default:
		if c.timeout, err = builtin.Wait(v); err == nil && c.timeout == 0 {
			err = errors.New("must be greater than 0, or None")
		}
	}
	return err
}

// target takes a URL, and adds parameters to it.
func target(address string, params starlark.Value) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL: %w", address, errors.Unwrap(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no URL of http: it begins with http:// or https://", address)
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("%q is no URL: it has no host", address)
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
	if params == nil {
		return u, nil
	}
	values, err := pairs("params", params)
	if err != nil {
		return nil, err
	}
	if query := values.encode(); query != "" {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += query
	}
	return u, nil
}

func port(u *url.URL) int {
	if n, err := strconv.Atoi(u.Port()); err == nil {
		return n
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

func (c *call) setHeaders(headers, auth starlark.Value, kind string) error {
	c.req.Header.Set("User-Agent", "tg")
	if kind != "" {
		c.req.Header.Set("Content-Type", kind)
	}
	if headers != nil {
		list, err := pairs("headers", headers)
		if err != nil {
			return err
		}
		for _, h := range list {
			if strings.EqualFold(h[0], "host") {
				c.req.Host = h[1]
			}
			c.req.Header.Set(h[0], h[1])
		}
	}
	if auth == nil {
		return nil
	}
	pair, ok := auth.(starlark.Indexable)
	if _, text := starlark.AsString(auth); ok && !text && pair.Len() == 2 {
		user, isText := starlark.AsString(pair.Index(0))
		password, also := starlark.AsString(pair.Index(1))
		if isText && also {
			c.req.SetBasicAuth(user, password)
			return nil
		}
	}
	return errors.New("auth must be (user, password)")
}

// follow says which redirects are followed. The dialer says whether they may be.
func follow(redirects bool) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		switch {
		case !redirects:
			return http.ErrUseLastResponse
		case len(via) > maxRedirects:
			return fmt.Errorf("more than %d redirects", maxRedirects)
		case req.URL.Scheme != "http" && req.URL.Scheme != "https":
			return fmt.Errorf("redirect to %s, which is no URL of http", req.URL.Redacted())
		}
		return nil
	}
}

func (c *call) send() (*http.Response, error) {
	c.began = time.Now()
	res, err := c.client.Do(c.req)
	if err != nil {
		return nil, c.failed(err)
	}
	return res, nil
}

// read reads the body.
func (c *call) read(res *http.Response) ([]byte, error) {
	limited := http.MaxBytesReader(nil, res.Body, c.most)
	data, err := c.t.ReadAll(limited, min(max(res.ContentLength, 0), c.most))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, fmt.Errorf("%s %s: the body has more than %d bytes: max_body=… allows more, download(url, path) needs no memory for it", c.req.Method, c.req.URL.Redacted(), c.most)
	}
	if err != nil {
		return nil, c.failed(err)
	}
	return data, nil
}

// failed says what has come of a request that had no answer.
func (c *call) failed(err error) error {
	if stop := c.t.Cancelled(); stop != nil {
		return stop
	}
	var limit *engine.LimitError
	var denied *permit.Denied
	var outer *url.Error
	what := c.req.Method + " " + c.req.URL.Redacted()
	switch {
	case errors.As(err, &denied):
		return denied
	case errors.As(err, &limit):
		return err
	case errors.Is(context.Cause(c.req.Context()), errTimeout):
		return &builtin.Failure{What: "timeout", Msg: fmt.Sprintf("%s: no answer within %v", what, c.timeout), Cause: err}
	case errors.As(err, &outer):
		err = outer.Err
	}
	if text, wrong := strings.CutPrefix(err.Error(), "net/http: invalid header"); wrong { // nothing was sent
		return fmt.Errorf("%s: invalid header%s", what, text)
	}
	return &builtin.Failure{What: "connection", Msg: what + ": " + err.Error(), Cause: err}
}
