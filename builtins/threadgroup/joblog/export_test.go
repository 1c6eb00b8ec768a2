package joblog

import (
	"maps"
	"slices"
)

// Known returns the keys that Lookup finds.
func (l *Log) Known() []Key { return slices.Collect(maps.Keys(l.old)) }
