package group

// take returns a task to work on, or nil.
func (r *Run[T]) take() *Task[T] {
	t := r.queue.take()
	if t != nil {
		r.ready--
		t.phase = taken
	}
	return t
}

// grow starts one more worker if there is work and a slot for it. A worker that
// comes to its first task calls it again, so workers are added one after
// another and only while none is free: short tasks are finished by the workers
// that are there before the next one gets its turn, and tasks that block bring
// in as many as they need. (A goroutine for each task is a fifth as fast and
// costs memory for tasks that only wait.)
func (r *Run[T]) grow() {
	if !r.hungry() {
		return
	}
	if r.cfg.Slots.bounded() && !r.cfg.Slots.takeOr(r.self, &r.cfg.Slots.b.want) {
		r.wanting = true
		return
	}
	r.spawn()
}

// hungry reports whether the run could use one more worker and has not asked for it.
func (r *Run[T]) hungry() bool { return !r.starting && !r.wanting && r.ready > 0 }

// granted is called when a slot came free for the run.
func (r *Run[T]) granted() {
	r.mu.Lock()
	defer r.unlock()
	r.wanting = false
	if r.starting || r.ready == 0 {
		r.later(r.cfg.Slots.release)
		return
	}
	r.spawn()
}

func (r *Run[T]) spawn() {
	r.starting = true
	r.busy(1)
	r.cfg.Workers.Add(1)
	go r.work()
}
