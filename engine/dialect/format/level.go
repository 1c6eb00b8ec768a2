package format

// setLevels finds the blocks, and puts every comment into one.
func setLevels(lines []line) {
	b := blocks{columns: []int{0}}
	for i := range lines {
		switch l := &lines[i]; {
		case l.code():
			b.code(l)
		case !l.inside:
			b.comments = append(b.comments, l)
		}
	}
	b.place(0)
}

type blocks struct {
	columns  []int   // where the open blocks begin
	comments []*line // since the last statement
}

// code places a line in which a statement begins, and the comments before it.
func (b *blocks) code(l *line) {
	l.level = b.enter(l.col)
	b.place(l.level)
	b.columns = b.columns[:l.level+1]
}

// enter returns the level of a statement that begins at the column.
func (b *blocks) enter(col int) int {
	level := len(b.columns) - 1
	if col > b.columns[level] {
		b.columns = append(b.columns, col)
		return level + 1
	}
	for level > 0 && col < b.columns[level] {
		level--
	}
	return level
}

// place puts the comments into blocks, of which the next statement leaves all deeper than level.
// A comment belongs to a block that ends if it does not stand to the left of it, nor behind another
// comment that does.
func (b *blocks) place(level int) {
	deepest := len(b.columns) - 1
	for _, c := range b.comments {
		for deepest > level && c.col < b.columns[deepest] {
			deepest--
		}
		c.level = deepest
	}
	b.comments = b.comments[:0]
}
