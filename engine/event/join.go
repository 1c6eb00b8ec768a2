package event

// Join returns a sink that gives each event to those of the sinks that take its kind,
// in their order.
func Join(sinks ...Sink) Sink {
	var joined Sink
	wants := make([]func(Kind) bool, len(sinks))
	for i, s := range sinks {
		wants[i] = s.Wants()
	}
	for k := range Kind(len(kindNames)) {
		for _, w := range wants {
			if kindNames[k] != "" && w(k) {
				joined.Only = append(joined.Only, k)
				break
			}
		}
	}
	if joined.Only == nil {
		return joined
	}
	joined.Take = func(e Event) {
		for i, w := range wants {
			if w(e.Kind) {
				sinks[i].Take(e)
			}
		}
	}
	return joined
}
