package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/clusterkey"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/stretchr/testify/require"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]address{
		"embed://127.0.0.1:4222":                  {"embed", "embed://127.0.0.1:4222", true},
		"embed://127.9.9.9:0":                     {"embed", "embed://127.9.9.9:0", true},
		"embed://[::1]:4222":                      {"embed", "embed://[::1]:4222", true},
		"embed://localhost:4222":                  {"embed", "embed://localhost:4222", true},
		"embed://0.0.0.0:4222":                    {"embed", "embed://0.0.0.0:4222", false},
		"embed://:4222":                           {"embed", "embed://:4222", false},
		"embed://[::]:4222":                       {"embed", "embed://[::]:4222", false},
		"embed://localhost.example.org:4222":      {"embed", "embed://localhost.example.org:4222", false},
		"nats://localhost":                        {"nats", "nats://localhost", true},
		"nats://LOCALHOST:1":                      {"nats", "nats://LOCALHOST:1", true},
		"nats://10.0.0.1:4222/":                   {"nats", "nats://10.0.0.1:4222", false},
		"nats://me:secret@[::1]:4222":             {"nats", "nats://[::1]:4222", true},
		"nats://token@a:1,nats://me:secret@b:2":   {"nats", "nats://a:1,nats://b:2", false},
		"nats://127.0.0.1:1,nats://127.0.0.1:2":   {"nats", "nats://127.0.0.1:1,nats://127.0.0.1:2", true},
		"nats://127.0.0.1:1,nats://example.org:2": {"nats", "nats://127.0.0.1:1,nats://example.org:2", false},
		"tls://127.0.0.1:4222":                    {"tls", "tls://127.0.0.1:4222", true},
	} {
		got, err := parseAddress(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"": "must begin", "x": "must begin", "ws://h:1": "must begin", "NATS://h:1": "must begin", "://": "must begin",
		"embed://": "HOST:PORT", "embed://h": "HOST:PORT", "embed://h:": "HOST:PORT", "embed://h:x": "HOST:PORT", "embed://h:-1": "HOST:PORT",
		"embed://h:65536": "HOST:PORT", "embed://::1:4222": "HOST:PORT", "embed://me@h:1": "HOST:PORT", "embed://h:1/": "HOST:PORT", "embed://h:1,embed://h:2": "HOST:PORT",
		"nats://": "HOST:PORT", "nats://:4222": "HOST:PORT", "nats://h:0": "HOST:PORT", "nats://h:": "HOST:PORT", "nats://h:x": "HOST:PORT", "nats://a b:1": "HOST:PORT",
		"nats://h:1,": "HOST:PORT", "nats://a:1,b:2": "HOST:PORT", "nats://a:1,tls://b:2": "each of", "tls://a:1,embed://b:2": "each of",
		"nats://h:1/x": "nothing may follow", "nats://h:1?x": "nothing may follow", "nats://h:1#x": "nothing may follow",
		"nats://me:secret@h:x": "HOST:PORT", "nats://me:sec%zzret@h:1": "HOST:PORT",
	} {
		_, err := parseAddress(text)
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), "secret")
	}
}

// TestSecure: what goes over the network is encrypted, unless the user says otherwise.
func TestSecure(t *testing.T) {
	pair, err := clusterkey.Open(t.TempDir() + "/key.json")
	require.NoError(t, err)
	type result struct {
		tls, own bool
		ca       string
	}
	for _, test := range []struct {
		url, creds, ca string
		want           result
	}{
		{"nats://127.0.0.1:4222", "", "", result{}},
		{"nats://example.org:4222", "", "", result{tls: true, own: true}},
		{"nats://127.0.0.1:1,nats://example.org:2", "", "", result{tls: true, own: true}},
		{"tls://127.0.0.1:4222", "", "", result{tls: true, own: true}},
		{"nats://example.org:4222", "", "none", result{}},
		{"nats://example.org:4222", "", "system", result{tls: true}},
		{"nats://example.org:4222", "", "x.pem", result{tls: true, ca: "x.pem"}},
		{"nats://127.0.0.1:4222", "", "x.pem", result{tls: true, ca: "x.pem"}},
		{"nats://example.org:4222", "x.creds", "", result{}}, // as the servers say
		{"nats://example.org:4222", "x.creds", "system", result{tls: true}},
	} {
		c := clusterFlags{url: test.url, creds: test.creds, ca: test.ca}
		c.address, err = parseAddress(test.url)
		require.NoError(t, err)
		o, err := c.coordinator(func(string) (clusterkey.Pair, error) { return pair, nil })
		require.NoError(t, err)
		require.Equal(t, test.want, result{o.TLS, o.ServerName != "" && o.CAPEM != nil, o.CA}, "%+v", test)
		require.Equal(t, test.creds == "", o.Seed == pair.Coordinator)
	}
	for host, secure := range map[string]bool{"127.0.0.1": false, "[::1]": false, "0.0.0.0": true, "": true} {
		c := clusterFlags{url: "embed://" + host + ":0"}
		c.address, err = parseAddress(c.url)
		require.NoError(t, err)
		o, err := c.coordinator(func(string) (clusterkey.Pair, error) { return pair, nil })
		require.NoError(t, err)
		require.Equal(t, secure, o.Embed.TLS != nil, host)
		require.Equal(t, pair.Workers, o.Embed.WorkerSeed)
	}
}

// TestWorkerInvited: --invitation, the variable, --cluster-key, the default file.
func TestWorkerInvited(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("HOME", dir)
	byDefault, err := clusterkey.DefaultPath()
	require.NoError(t, err)
	invite := func(path string) clusterkey.Invitation {
		pair, err := clusterkey.Open(path)
		require.NoError(t, err)
		i, err := pair.Invitation()
		require.NoError(t, err)
		return i
	}
	byKey := invite(dir + "/key.json")
	byFile, byVariable, byStdin := invite(dir+"/1.json"), invite(dir+"/2.json"), invite(dir+"/3.json")
	require.NoError(t, os.WriteFile(dir+"/invitation", []byte(byFile.String()), 0o600))
	trusted := byStdin.Trust
	for name, test := range map[string]struct {
		flags      workerFlags
		variable   string
		seed, want string // "" and none: an error
	}{
		"file":         {workerFlags{invitation: dir + "/invitation", cluster: clusterFlags{key: dir + "/key.json"}}, byVariable.String(), byFile.Seed, byFile.Trust},
		"stdin":        {workerFlags{invitation: "-"}, byVariable.String(), byStdin.Seed, byStdin.Trust},
		"variable":     {workerFlags{cluster: clusterFlags{key: dir + "/key.json"}}, byVariable.String(), byVariable.Seed, byVariable.Trust},
		"key":          {workerFlags{cluster: clusterFlags{key: dir + "/key.json"}}, "", byKey.Seed, byKey.Trust},
		"nothing":      {workerFlags{}, "", "", ""},
		"trust":        {workerFlags{trust: []string{trusted}}, "", "", trusted},
		"trust, key":   {workerFlags{trust: []string{trusted}, cluster: clusterFlags{key: dir + "/key.json"}}, "", byKey.Seed, trusted},
		"creds":        {workerFlags{trust: []string{trusted}, cluster: clusterFlags{creds: "x"}}, "", "", trusted},
		"creds, key":   {workerFlags{cluster: clusterFlags{creds: "x", key: dir + "/key.json"}}, "", "", byKey.Trust},
		"missing file": {workerFlags{invitation: dir + "/none"}, byVariable.String(), "", ""},
		"missing key":  {workerFlags{trust: []string{trusted}, cluster: clusterFlags{key: dir + "/none"}}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(invitationEnv, test.variable)
			l := &labour{streams: streams{in: strings.NewReader(byStdin.String())}, workerFlags: test.flags}
			o, err := l.options()
			require.NotContains(t, os.Environ(), invitationEnv+"="+test.variable, "tasks are not to see it")
			if test.want == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.seed, o.Seed)
			require.Equal(t, []string{test.want}, o.Trust)
			require.True(t, o.Wait)
		})
	}
	require.NoFileExists(t, byDefault, "a worker makes no keys")
	made := invite(byDefault)
	o, err := (&labour{}).options()
	require.NoError(t, err)
	require.Equal(t, made.Seed, o.Seed)
}

func TestClusterStatus(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var b bytes.Buffer
	printStatus(&b, false, cluster.Status{}, now)
	require.Equal(t, "no workers\n\nno queues\n\nno runs\n", b.String())
	b.Reset()
	printStatusJSON(&b, cluster.Status{})
	require.JSONEq(t, `{"workers": [], "queues": [], "runs": []}`, b.String())

	st := cluster.Status{
		Workers: []cluster.Presence{
			{ID: "1", Name: "build-7", Queue: "default", ABI: "abc", Slots: 16, Held: []cluster.TaskRef{{Run: "R", ID: "t1"}, {Run: "R", ID: "t2"}}},
			{ID: "2", Name: "höst\x1b[31m", Queue: "gpu", ABI: "abc", Slots: 2},
		},
		Queues: []cluster.QueueStatus{{Queue: "default", ABI: "abc", Slots: 16, Waiting: 12345, Running: 2}, {Queue: "gpu", ABI: "abc", Slots: 2}},
		Runs: []cluster.RunStatus{
			{ID: "R", Host: "laptop", PID: 4711, Began: now.Add(-125 * time.Second)}, {ID: "S", Host: "ci", PID: 9},
		},
	}
	b.Reset()
	printStatus(&b, false, st, now)
	require.Equal(t, `worker         queue     slots   running
build-7        default      16         2
höst\x1b[31m   gpu           2         0

queue     slots   waiting   running
default      16     12345         2
gpu           2         0         0

run   host     process   began
R     laptop      4711   2m05s ago
S     ci             9   ?
`, b.String())
	b.Reset()
	st.Queues[1].ABI = "another one"
	printStatus(&b, false, st, now)
	require.Contains(t, b.String(), "queue     slots   waiting   running   version\ndefault      16     12345         2   abc\ngpu           2         0         0   another\n")
	b.Reset()
	printStatusJSON(&b, st)
	require.Contains(t, b.String(), `"running": [
        {
          "run": "R",
          "task": "t1"
        },`)
	require.NotContains(t, b.String(), "0001-01-01")
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 1500 * time.Millisecond: "1s", 61 * time.Second: "1m01s", 3661 * time.Second: "1h01m", 50 * time.Hour: "2d02h",
	} {
		require.Equal(t, want, ago(d))
	}
}
