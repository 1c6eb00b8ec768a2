package wait

// Park is what Block does first.
func (w *Wait) Park() { w.park() }
