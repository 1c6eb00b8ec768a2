package engine_test

import (
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine/enginetest"
)

// What the language is, in the language.
func TestLanguage(t *testing.T) { enginetest.Run(t, "testdata/*.star", builtins.Standard()...) }
