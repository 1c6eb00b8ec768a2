package sync_test

import (
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine/enginetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) { enginetest.Run(t, "testdata/*.star", builtins.Standard()...) }
