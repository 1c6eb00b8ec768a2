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
		"tryit(shelf.insert, 'a', %[1]s)",
		"tryit(shelf.insert, 'a', %[2]s)",
		"tryit(shelf.insert, 'b', %[1]s)",
		"tryit(lambda: read(shelf.get(['a', 'b'], default=None)))",
		"tryit(lambda: shelf.get('a').append(2))",
		"tryit(lambda: shelf.get('a')(1))",
		"tryit(lambda: shelf.asdict().values()[0].append(3))",
		"tryit(lambda: shelf.manual(input='a', output='c')(%[2]s)())",
		"tryit(lambda: shelf.automatic(input='a', output='c')(%[2]s))",
		"tryit(lambda: shelf.automatic(input='b', condition=%[2]s)(lambda b: read(b)))",
		"tryit(shelf.wait, 0.001)",
		"tryit(spare.append, 1)",
		"tryit(lambda: [tryit(row['b'].append, 2) for row in table])",
		"tryit(lambda: [read(row) for row in csv.reader([%[1]s, 'a,b'])])",
		"tryit(lambda: csv.DictReader('a,b\\n1\\n', restval=%[1]s))",
		"tryit(lambda: read(drawn.choice([%[1]s, 1])))",
		"tryit(lambda: drawn.shuffle([%[1]s, 1, drawn.random()]))",
		"tryit(lambda: read(random.sample([1, 2, %[1]s], 2)))",
	}
	p.line(forms[p.pick(len(forms))], value, fn)
}
