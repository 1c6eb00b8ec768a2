package timeline_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGolden(t *testing.T) {
	for name, s := range map[string]*stage{"running": deploy(), "ended": ended(), "nothing": newStage("nothing.star")} {
		var text, svg, trace strings.Builder
		require.NoError(t, s.WriteText(&text, 100))
		require.NoError(t, s.WriteSVG(&svg))
		require.NoError(t, s.WriteTrace(&trace))
		golden(t, name+".txt", text.String())
		golden(t, name+".svg", svg.String())
		golden(t, name+".json", trace.String())
	}
}
