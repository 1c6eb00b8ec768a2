package timeline_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a browser may take: far more than it needs.
const patience = 2 * time.Minute

// browse opens the page of a chart in a browser without a window and returns the
// document as its scripts have left it. A reader, if there is one, is a script that
// does what readers do.
func browse(t *testing.T, s *stage, reader string, args ...string) string {
	t.Helper()
	var page strings.Builder
	require.NoError(t, s.WriteHTML(&page))
	text := page.String()
	if reader != "" {
		text = policy.ReplaceAllString(text, "") // it lets no other script run than the page's own
		text = strings.Replace(text, "</body>", "<script>{"+reader+"\n}</script></body>", 1)
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is needed")
		}
		t.Skip("chromium is not there")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	args = append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--window-size=1280,800",
	}, args...)
	cmd := exec.CommandContext(ctx, browser, append(args, "file://"+file)...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	require.NoError(t, cmd.Run(), "%s", &said)
	return out.String()
}

var policy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)

var broken = regexp.MustCompile(`<html[^>]* data-error="[^"]*"`)

var drawn = regexp.MustCompile(`<html[^>]* data-spans="(\d+)" data-drawn="(\d+)"`)

// opened checks that a page was drawn, without an error, and returns how many bars
// it has and how long it took.
func opened(t *testing.T, dom string) (spans int, took time.Duration) {
	t.Helper()
	require.Empty(t, broken.FindString(dom))
	m := drawn.FindStringSubmatch(dom)
	require.NotNil(t, m, "it was not drawn")
	spans, err := strconv.Atoi(m[1])
	require.NoError(t, err)
	ms, err := strconv.Atoi(m[2])
	require.NoError(t, err)
	return spans, time.Duration(ms) * time.Millisecond
}

func TestPageOpens(t *testing.T) {
	for _, s := range []*stage{newStage("nothing.star"), deploy()} {
		opened(t, browse(t, s, "", "--dump-dom"))
	}
}

// What tasks are called is shown as text and never run.
func TestPageHostile(t *testing.T) {
	const name = `</script><script>document.documentElement.dataset.error = "ran"</script><img src=x onerror="document.documentElement.dataset.error='ran'">`
	s := newStage(name)
	s.group(1, name, name)
	s.start(1, 0, 1)
	s.end(1, 0, 1, "failed", name)
	s.close(1)
	s.done(nil)
	dom := browse(t, s, "", "--dump-dom")
	opened(t, dom)
	require.True(t, strings.Contains(dom, "<button>&lt;/script&gt;&lt;script&gt;"), "in the list of failures")
}

// A reader points, zooms, moves, selects, finds, filters and folds.
func TestPageReader(t *testing.T) {
	reader, err := os.ReadFile("testdata/reader.js")
	require.NoError(t, err)
	dom := browse(t, ended(), string(reader), "--dump-dom")
	opened(t, dom)
	require.Regexp(t, `<html[^>]* data-read="all"`, dom[:min(len(dom), 500)])
}

// A hundred thousand tasks are drawn while one waits.
func TestPageCrowd(t *testing.T) {
	spans, took := opened(t, browse(t, crowd(100_000, 16), "", "--dump-dom"))
	t.Logf("drawn after %s", took)
	require.Equal(t, 100_000, spans)
	require.Less(t, took, 20*time.Second)
}

// TestScreenshots takes pictures to look at, if it is told where to put them.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("TIMELINE_SCREENSHOTS")
	if dir == "" {
		t.Skip("TIMELINE_SCREENSHOTS names no folder")
	}
	three := newStage("three.star")
	three.group(1, "numbers", "one", "two", "three")
	for i := range 3 {
		three.at(float64(100*i)).start(1, i, 1)
	}
	for i := range 3 {
		three.at(float64(400+200*i)).end(1, i, 1, "ok", "")
	}
	three.close(1)
	three.done(nil)
	for name, s := range map[string]*stage{"three": three, "deploy": deploy(), "ended": ended(), "crowd": crowd(100_000, 16), "wide": crowd(20_000, 300), "fleet": fleet(), "barges": barges(100_000, 250), "ships": barges(5_000, 12)} {
		browse(t, s, "", "--screenshot="+filepath.Join(dir, name+"-light.png"))
		browse(t, s, "", "--screenshot="+filepath.Join(dir, name+"-dark.png"), "--blink-settings=preferredColorScheme=0")
	}
	browse(t, ended(), `point({ clientX: 1750 / 3060 * 1240 + 20, clientY: chart.getBoundingClientRect().top + 152 });`, "--screenshot="+filepath.Join(dir, "tip.png"))
	browse(t, fleet(), `point({ clientX: xOf(500e3), clientY: chart.getBoundingClientRect().top + AXIS + HEAD + 8.5 * 22 });`, "--screenshot="+filepath.Join(dir, "worker.png"))
	browse(t, fleet(), `show(300e3, 500e3); search.value = "worker-2"; find();`, "--screenshot="+filepath.Join(dir, "worker-find.png"))
	browse(t, ended(), `search.value = "web"; find(); next(); next(); next(); byId("failures").open = true;`, "--screenshot="+filepath.Join(dir, "find.png"))
	browse(t, crowd(100_000, 16), `zoom(.01, 400);`, "--screenshot="+filepath.Join(dir, "zoom.png"))
}
