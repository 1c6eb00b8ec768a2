package engine_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source runs a source text with every module and returns what it printed.
func source(t *testing.T, src string, opts engine.Options) (*engine.Result, string, error) {
	t.Helper()
	return sourceContext(t.Context(), t, src, opts)
}

func sourceContext(ctx context.Context, t *testing.T, src string, opts engine.Options) (*engine.Result, string, error) {
	t.Helper()
	var out bytes.Buffer
	opts.Modules = append(builtins.Standard(), opts.Modules...)
	opts.Stdout = &out
	eng, err := engine.New(opts)
	require.NoError(t, err)
	script, err := eng.Compile("t.star", []byte(src))
	require.NoError(t, err)
	res, err := eng.Run(ctx, script, engine.Input{})
	return res, out.String(), err
}
