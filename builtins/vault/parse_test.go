package vault

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// FuzzParse: whatever the text, it is refused, or all of it is taken: what is written of
// it is read as the same.
func FuzzParse(f *testing.F) {
	ring := newRing(5)
	for _, name := range []string{"k1", "k2", "é", "$tuple", "a\nb"} {
		ring.add(name, &rules{})
	}
	for _, s := range []string{"", "{}", `{"k1":1,"k2":[{"a":null}]}`, "{\n\"é\": {\"$tuple\": [1.0]}}", `{"$tuple":1}`, `{"a\nb":"\ud800"}`, `{"k1":1,"k1":2}`, "[", `{"k1"`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := parse(data, ring)
		if err != nil {
			require.Regexp(t, `^line \d+: `, err.Error())
			return
		}
		v := &vault{ring: ring, slots: make([]slot, len(ring.keys))}
		for _, l := range lines {
			text, err := encode(&l.item)
			require.NoError(t, err)
			v.slots[l.key.index].set(l.value, text)
		}
		again, err := parse((&keeper{vault: v}).text(nil), ring)
		require.NoError(t, err)
		require.Len(t, again, len(lines))
		for _, l := range again {
			same, err := starlark.EqualDepth(l.value, v.slots[l.key.index].value, 2000)
			require.NoError(t, err)
			require.True(t, same)
		}
	})
}
