package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/require"
)

// A profile says in which function, at which line and by which way the time went;
// it is written when the script fails, too.
func TestProfile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.star"), []byte(`
def busy():
    n = 0
    for i in range(3000000):
        n += i
def task(i):
    busy()
    time.sleep(0.1)
threadgroup().map(task, range(2))
fail("late")
`), 0o644))
	cmd := exec.Command("tg", "exec", "--profile", "out.pprof", "p.star")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.ErrorContains(t, err, "exit status 1")
	require.Contains(t, string(out), "late")
	data, err := os.ReadFile(filepath.Join(dir, "out.pprof"))
	require.NoError(t, err)
	p, err := profile.ParseData(data)
	require.NoError(t, err)
	require.NoError(t, p.CheckValid())
	require.Equal(t, "wall", p.SampleType[0].Type)
	spent := map[string]map[int64]int64{} // nanoseconds by function and line, at the top of the stack
	for _, s := range p.Sample {
		line := s.Location[0].Line[0]
		if spent[line.Function.Name] == nil {
			spent[line.Function.Name] = map[int64]int64{}
		}
		spent[line.Function.Name][line.Line] += s.Value[0]
		require.Equal(t, "p.star", line.Function.Filename)
		if line.Function.Name == "busy" {
			require.Equal(t, "task", s.Location[1].Line[0].Function.Name)
			require.EqualValues(t, 7, s.Location[1].Line[0].Line)
		}
	}
	require.Greater(t, spent["busy"][5]+spent["busy"][4], int64(10e6))
	require.Greater(t, spent["task"][8], int64(100e6), "waiting counts")
	require.Contains(t, spent["toplevel"], int64(9))
}
