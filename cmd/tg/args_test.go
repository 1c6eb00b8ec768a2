package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithExec(t *testing.T) {
	root := newRoot(streams{strings.NewReader(""), &output{w: io.Discard}, io.Discard})
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"x.star -c a", "exec x.star -c a"},
		{"exec x.star -c a", "exec x.star -c a"},
		{"check x.star", "check x.star"},
		{"version", "version"},
		{"--version", "version"},
		{"help exec", "help exec"},
		{"-h", "-h"},
		{"completion bash", "completion bash"},
		{"__complete exec -c", "__complete exec -c"},
		{"-", "exec -"},
		{"- -c x", "exec - -c x"},
		{"-- -c x", "exec -- -c x"},
		{"./exec", "exec ./exec"},
		{"-c CODE", "exec -c CODE --"},
		{"-c CODE -j 3", "exec -c CODE -- -j 3"},
		{"-c -- x", "exec -c -- -- x"},
		{"-cCODE -j 3", "exec -cCODE -- -j 3"},
		{"--code CODE -q", "exec --code CODE -- -q"},
		{"--code=CODE -q", "exec --code=CODE -- -q"},
		{"-j 3 -qc CODE -q", "exec -j 3 -qc CODE -- -q"},
		{"-qj3 -c CODE -q", "exec -qj3 -c CODE -- -q"},
		{"-qj -c x.star -c CODE", "exec -qj -c x.star -c CODE"}, // -c is the value of -j
		{"--color -c x.star", "exec --color -c x.star"},
		{"--quiet=true -c CODE -c", "exec --quiet=true -c CODE -- -c"},
		{"--unknown -c CODE -q", "exec --unknown -c CODE -- -q"},
		{"-c", "exec -c"},
		{"-q -c", "exec -q -c"},
		{"--code", "exec --code"},
	} {
		in := strings.Fields(test.in)
		require.Equal(t, strings.Fields(test.want), append([]string{}, withExec(root, in)...), test.in)
		require.Equal(t, test.in, strings.Join(in, " "), "the arguments are not changed")
	}
}
