package threadgroup_test

// live starts tasks and goes on: while they run it assigns names, changes values and
// reads Results.
func (p *generator) live() {
	if p.strict {
		return
	}
	g, fn, value, other := p.anyGroup(), p.fn(), p.value(), p.value()
	switch p.pick(4) {
	case 0, 1:
		p.assign('v', "tryit(%s.submit, %s, %s, %s)", g, fn, value, other)
	case 2:
		p.assign('v', "tryit(%s.submit, %s, [tryit(%s.submit, %s)], k=%s)", g, fn, g, p.fn(), value)
	case 3:
		p.line("tryit(%s.start)", g)
	}
	p.line("for n%d in range(%d):", p.lines, 1+p.pick(20))
	p.indent++
	for range 1 + p.pick(3) {
		p.rebind()
	}
	p.line("pass")
	p.indent--
	p.collect(g, fn, value)
}

// collect takes what live tasks have come to, in some way.
func (p *generator) collect(g, fn, value string) {
	v := p.find("v")
	if v == "" {
		v = "lib_list"
		p.line("lib_list = [1]")
	}
	forms := []string{
		"tryit(%[1]s.wait, 0.01)",
		"tryit(%[1]s.wait)",
		"tryit(lambda: drain(%[1]s.as_completed()))",
		"tryit(lambda: first(%[1]s.as_completed()))",
		"tryit(lambda: drain(%[1]s.imap(%[2]s, [%[3]s, %[3]s])))",
		"tryit(lambda: drain(%[1]s.imap_unordered(%[2]s, [%[3]s, [1], 2], k=%[3]s)))",
		"tryit(lambda: first(%[1]s.imap_unordered(%[2]s, range(5))))",
		"tryit(lambda: list(%[1]s.imap(%[2]s, %[1]s.imap(lib_fn, [%[3]s]))))",
		"tryit(%[1]s.race, %[2]s, [%[3]s, 1])",
		"tryit(%[1]s.cancel)",
		"tryit(lambda: %[4]s.wait(0.001).get(5))",
		"tryit(lambda: %[4]s.cancel())",
		"tryit(lambda: read(%[4]s.get()))",
		"tryit(lambda: %[4]s.get().append(1))",
		"tryit(lambda: str(%[4]s))",
	}
	p.line(forms[p.pick(len(forms))], g, fn, value, v)
}

// coordinate uses the values that are made for sharing.
func (p *generator) coordinate() {
	if p.strict {
		return
	}
	value, fn := p.value(), p.fn()
	forms := []string{
		"tryit(q.put, %[1]s)",
		"tryit(q.put, %[2]s)",
		"tryit(lambda: read(q.get(timeout=0.001)))",
		"tryit(lambda: q.get(timeout=0.001)(1))",
		"tryit(lambda: q.get(timeout=0.001).append(2))",
		"tryit(c.add, %[1]s)",
		"tryit(c.update, [1, %[1]s])",
		"tryit(lambda: read([k for k in c]))",
		"tryit(held.run, %[2]s, %[1]s)",
		"tryit(held.acquire, 0.001)",
		"tryit(held.release)",
		"tryit(memo, %[1]s)",
		"tryit(lambda: read(memo(1)))",
		"tryit(lambda: memo(1)[0](2))",
		"tryit(lambda: cache(%[2]s)(%[1]s))",
	}
	p.line(forms[p.pick(len(forms))], value, fn)
}
