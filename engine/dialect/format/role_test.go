package format

import (
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/stretchr/testify/require"
)

// Hints have blanks around the "=" behind them, other parameters have not.
func TestHints(t *testing.T) {
	for in, want := range map[string]string{
		"x:int=1":            "x: int = 1\n",
		"x : int":            "x: int\n",
		"x:dict[str,int]={}": "x: dict[str, int] = {}\n",
		"def f(a:int=1,b = 2,*c:str,d:g(e = 1) = lambda h = 1:h)->list[int] :return a": "def f(a: int = 1, b=2, *c: str, d: g(e=1) = lambda h=1: h) -> list[int]: return a\n",
	} {
		file, _ := dialect.Parse("t.star", []byte(in))
		require.Equal(t, want, string(layout(file.Tokens())), in)
	}
}
