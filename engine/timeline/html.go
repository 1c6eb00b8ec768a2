package timeline

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"
)

// The page is written by hand, in parts: page.html, in which page.css and the scripts
// replace their names.
//
//go:embed page
var page embed.FS

// scripts are the parts of the page's script, in order.
var scripts = []string{"data.js", "view.js", "draw.js", "workers.js", "overview.js", "tip.js", "page.js"}

// maxTable is how many groups the page lists in words, for readers without scripts.
const maxTable = 100

// WriteHTML writes a page that needs nothing but itself: no network, no other file.
func (r *Recorder) WriteHTML(w io.Writer) error {
	p := r.picture()
	data, err := p.json()
	if err != nil {
		return err
	}
	script, err := parts(scripts...)
	if err != nil {
		return err
	}
	frame, err := parts("page.html")
	if err != nil {
		return err
	}
	style, err := parts("page.css")
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(script))
	_, err = strings.NewReplacer(
		"{hash}", "sha256-"+base64.StdEncoding.EncodeToString(sum[:]),
		"{style}", style, "{script}", script, "{data}", string(data),
		"{title}", html.EscapeString(p.title()), "{state}", p.state().key(), "{outcome}", p.outcome(),
		"{began}", html.EscapeString(p.began.Format("2 January 2006, 15:04:05 MST")),
		"{facts}", p.facts(), "{failure}", html.EscapeString(p.failure), "{table}", p.table(),
	).WriteString(w, frame)
	return err
}

// parts returns parts of the page, one after the other.
func parts(names ...string) (string, error) {
	var b bytes.Buffer
	for _, name := range names {
		text, err := page.ReadFile("page/" + name)
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	return b.String(), nil
}

// title is what the chart is of.
func (p *picture) title() string {
	if p.script == "" {
		return "timeline"
	}
	return p.script
}

// state says how the script is doing.
func (p *picture) state() Status {
	switch {
	case !p.over:
		return Running
	case p.failure != "":
		return Failed
	}
	return OK
}

func (s Status) key() string { return looks[s].key }

// outcome is state in words.
func (p *picture) outcome() string {
	return map[Status]string{Running: "still running", Failed: "stopped with an error", OK: "ended well"}[p.state()]
}

// facts lists the numbers of the page's head.
func (p *picture) facts() string {
	var b strings.Builder
	fact := func(key, words, number string) {
		fmt.Fprintf(&b, `<div class="fact" data-status="%s"><dt>%s</dt><dd>%s</dd></div>`, key, words, number)
	}
	fact("", "duration", length(p.total))
	fact("", "groups", count(len(p.bands)))
	fact("", "tasks", count(p.tally.all()))
	for _, s := range []Status{OK, Failed, TimedOut, Cancelled, Skipped, Running, Waiting, Queued} {
		if n := p.tally[s]; n > 0 {
			fact(s.key(), looks[s].words, count(n))
		}
	}
	return b.String()
}

// table lists the groups in words.
func (p *picture) table() string {
	var b strings.Builder
	for i, band := range p.bands {
		if i == maxTable {
			fmt.Fprintf(&b, `<tr><td colspan="3">… and %s</td></tr>`, plural(len(p.bands)-i, "more group"))
			break
		}
		fmt.Fprintf(&b, `<tr><td>%s%s</td><td>%s</td><td>%s</td></tr>`,
			strings.Repeat("&emsp;", min(band.depth, maxIndent)), html.EscapeString(name(band.group)),
			band.words(), length(band.span.end-band.span.begin))
	}
	return b.String()
}

// maxIndent is how deep nested groups are indented.
const maxIndent = 6

// words says how the tasks of a band have ended: 5 tasks: 4 ok, 1 failed.
func (b *band) words() string { return plural(b.tally.all(), "task") + b.tally.words() }

func (t *tally) words() string {
	var list []string
	for s, n := range t {
		if n > 0 {
			list = append(list, count(n)+" "+looks[s].words)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, ", ")
}
