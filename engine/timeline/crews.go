package timeline

// A crew is the tasks of a run that one worker has in hand: the lanes that it has used
// are its own.
type crew struct {
	worker string
	lanes  lanes
}

// How many workers of a run have lanes of their own: spans number them with two bytes.
// What more there are share the lanes of one that has no name of its own.
const (
	maxCrews     = 1<<16 - 1
	otherWorkers = "other workers"
)

// enter gives a task a lane of a worker, unless it has one. One that comes from another
// worker gives its lane there back.
func (g *run) enter(t *task, worker string) {
	var c uint16
	if worker != "" {
		c = g.crew(worker)
	}
	if t.lane >= 0 && t.crew == c {
		return
	}
	g.leave(t)
	t.crew, t.lane = c, g.lanesOf(c).take()
}

// leave gives a task's lane back, if it has one.
func (g *run) leave(t *task) {
	if t.lane >= 0 {
		g.lanesOf(t.crew).give(t.lane)
		t.lane = -1
	}
}

// crew returns the number of a worker's crew. They are numbered from 1: this process
// has number 0.
func (g *run) crew(worker string) uint16 {
	if c, ok := g.numbers[worker]; ok {
		return c
	}
	if len(g.crews) >= maxCrews-1 && worker != otherWorkers {
		return g.crew(otherWorkers)
	}
	if g.numbers == nil {
		g.numbers = map[string]uint16{}
	}
	g.crews = append(g.crews, crew{worker: worker})
	c := uint16(len(g.crews))
	g.numbers[worker] = c
	return c
}

func (g *run) lanesOf(c uint16) *lanes {
	if c == 0 {
		return &g.lanes
	}
	return &g.crews[c-1].lanes
}

// worker returns the name of the worker that has a span; "": this process does.
func (g *run) worker(s span) string {
	if s.crew == 0 {
		return ""
	}
	return g.crews[s.crew-1].worker
}
