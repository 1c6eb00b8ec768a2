package timeline

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// An owner is whose the rows of a band are, from one row to that of the next owner.
type owner struct {
	row    int
	worker string // "": this process, or the tasks that never began
}

// A part of a shelf is the rows of one owner, whichever run is drawn there: so a name
// beside a row holds for all of it.
type part struct {
	shelf  int32
	idle   bool // of tasks that never began: below the others
	worker string
}

func (p part) compare(q part) int {
	c := cmp.Compare(p.shelf, q.shelf)
	if c == 0 && p.idle != q.idle {
		c = -1
		if p.idle {
			c = 1
		}
	}
	return cmp.Or(c, compareNames(p.worker, q.worker))
}

// divide gives the rows of a band to workers, in order of their names, and puts the
// shelves one below the other. What was the lane of a span becomes its row on its shelf.
func (b *band) divide() {
	rows := map[part]int{}
	for _, g := range b.runs {
		for i := range len(g.crews) + 1 {
			p := part{shelf: g.shelf}
			if i > 0 {
				p.worker = g.crews[i-1].worker
			}
			rows[p] = max(rows[p], int(g.lanesOf(uint16(i)).n))
		}
		if g.idle {
			rows[part{shelf: g.shelf, idle: true}] = 1
		}
	}
	clear(b.tops)
	total, first := 0, map[part]int{}
	for _, p := range slices.SortedFunc(maps.Keys(rows), part.compare) {
		if rows[p] == 0 {
			continue
		}
		if b.tops[p.shelf+1] == 0 {
			b.tops[p.shelf] = total
		}
		first[p] = total - b.tops[p.shelf]
		b.owners = append(b.owners, owner{total, p.worker})
		total += rows[p]
		b.tops[p.shelf+1] = total
	}
	for i := 1; i < len(b.tops); i++ { // of shelves without a row
		b.tops[i] = max(b.tops[i], b.tops[i-1])
	}
	b.rows = total
	for _, g := range b.runs {
		g.place(first)
		g.tall = b.tops[g.shelf+1] - b.tops[g.shelf]
	}
}

// place turns the lanes of spans into rows of the shelf, of which each part has its first.
func (g *run) place(first map[part]int) {
	home := int32(first[part{shelf: g.shelf}])
	idle := int32(first[part{shelf: g.shelf, idle: true}])
	crews := make([]int32, len(g.crews))
	for i, c := range g.crews {
		crews[i] = int32(first[part{shelf: g.shelf, worker: c.worker}])
	}
	for i := range g.spans {
		switch s := &g.spans[i]; {
		case s.crew > 0:
			s.lane += crews[s.crew-1]
		case s.lane == g.lanes.n:
			s.lane = idle
		default:
			s.lane += home
		}
	}
}

// compareNames orders names as people do: worker-2 comes before worker-10.
func compareNames(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := leadingDigits(x), leadingDigits(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), strings.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

func leadingDigits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
