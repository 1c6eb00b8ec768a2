package vault_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// childScript inserts from several tasks, and says which once insert has returned.
const childScript = `
K = keyring(**{"k%d" % i: None for i in range(5000)})
v = create_vault(K, "v", file="x.json", mode="a")
begin = len(v)
def task(n):
    i = begin + 2 * n
    value = {"n": [i, "x" * (i % 50)]}
    @v.manual(output=["k%d" % i, "k%d" % (i + 1)])
    def both():
        return value, value
    both()
    print(i)
threadgroup(max_workers=6).map(task, range((5000 - begin) // 2))
`

// child runs the script in the folder of the file, on its own.
func child(dir string) {
	err := os.Chdir(dir)
	if err == nil {
		var eng *engine.Engine
		eng, err = engine.New(engine.Options{Modules: modules(), Stdout: os.Stdout, Allow: permit.Set{Write: []string{"."}}})
		if err == nil {
			var script *engine.Script
			if script, err = eng.Compile("child.star", []byte(childScript)); err == nil {
				_, err = eng.Run(context.Background(), script, engine.Input{})
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

// A process that inserts is killed at any moment: the file is whole, has all that was
// said to be in it, pairs only, and can be continued at once. VAULT_TEST_KILLS says how
// often.
func TestKill(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("VAULT_TEST_KILLS"))
	kills = max(kills, 15)
	dir := t.TempDir()
	name := filepath.Join(dir, "x.json")
	acked, most := 0, 0
	for range kills {
		said := kill(t, dir, time.Duration(rand.IntN(60))*time.Millisecond)
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			require.Empty(t, said)
			continue
		}
		require.NoError(t, err)
		if len(data) == 0 { // it was just made
			require.Zero(t, most)
			continue
		}
		var all map[string]any
		require.NoError(t, json.Unmarshal(data, &all), string(data))
		for _, i := range said {
			require.Contains(t, all, "k"+strconv.Itoa(i))
		}
		for k := range all {
			i, err := strconv.Atoi(k[1:])
			require.NoError(t, err)
			require.Contains(t, all, "k"+strconv.Itoa(i^1), "half of a pair")
		}
		require.GreaterOrEqual(t, len(all), most)
		acked, most = acked+len(said), len(all)
		if most > 2500 { // while there is room, and writing is fast
			require.NoError(t, os.Remove(name))
			most = 0
		}
	}
	t.Logf("%d kills, %d inserts", kills, acked)
	require.NotZero(t, acked)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.LessOrEqual(t, len(entries), 2, "one file that was not finished may be left, not one for each kill")
}

// kill lets a child run for so long after its first insert, or kills it before, and
// returns what it said.
func kill(t *testing.T, dir string, after time.Duration) (said []int) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writer+"="+dir)
	errors := new(output)
	cmd.Stderr = errors
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	early := rand.IntN(5) == 0
	if early {
		time.AfterFunc(after*5, func() { _ = cmd.Process.Kill() })
	}
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			break // what is left of a line was not said
		}
		n, err := strconv.Atoi(strings.TrimSpace(line))
		require.NoError(t, err)
		if len(said) == 0 && !early {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		said = append(said, n)
	}
	err = cmd.Wait()
	require.Error(t, err)
	require.Empty(t, errors.String())
	return said
}

// Two processes, one file.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writer+"="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	for range 2 { // while the file is replaced all the time
		_, err = run(t, dir, `create_vault(keyring(k0=None), "v", file="`+dir+`/x.json", mode="a")`)
		require.EqualError(t, err, `vault "v": file `+dir+`/x.json: another vault writes it, in this program or in another one`)
	}
	_, err = run(t, dir, `
v = create_vault(keyring(**{"k%d" % i: None for i in range(5000)}), "v", file="`+dir+`/x.json", mode="r")
assert len(v) >= 2
`)
	require.NoError(t, err)
}
