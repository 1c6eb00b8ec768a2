package differ_test

import "strings"

// effects are expressions that stand alone.
var effects = parseTemplates(`
	@call ; @call ; @call ; $l.append($n) ; $L.append($x) ; $l.extend($l) ; $l.extend($r) ; $l.insert($i, $n) ; $L.extend($v) ; $l.clear()
		$m.append($s) ; $m.insert($j, $s)
	$d.update($d) ; $d.update(a = $n) ; $d.setdefault($s, $n) ; $d.pop($s, None) ; $D.update([($k, $x)]) ; $D.setdefault($k, $x) ; $D.clear()
		$e.add($n) ; $e.update($l) ; $e.discard($n) ; $e.clear()
	freeze($x) ; freeze($l) ; freeze($c) ; freeze([$d]) ; echo($x) ; apply($c, $x) ; print($x, $x, sep = $s) ; print() ; attempt($c, $x)
		print(stack()) ; apply(lambda: print(stack())) ; sorted([2, 1], key = lambda a: print(stack())) ; print(info($g)) ; $x ; $s ; "text"
		placed($c, $x) ; plain($x) ; $h.call($c, $x)
	[$l.append(x) for x in $r] ; [print(x) for x in $v] ; {k: print(k) for k in $m} ; $b and print($x) ; $b or $l.append($n)
		print($x) if $b else $l.clear() ; apply($l.append, $n)`)

// A snippet is some lines that try one idea; #a, #b… are new names.
type snippet []struct {
	indent int
	code   template
}

func parseSnippets(text string) []snippet {
	var list []snippet
	for _, s := range strings.Split(text, "\n\n") {
		var sn snippet
		for _, line := range strings.Split(strings.Trim(s, "\n"), "\n") {
			code := strings.TrimLeft(line, "\t")
			sn = append(sn, struct {
				indent int
				code   template
			}{len(line) - len(code), parseTemplate(code)})
		}
		list = append(list, sn)
	}
	return list
}

func (g *gen) snippet() { g.write(pick(g.choices, snippets)) }

// failure writes one that fails.
func (g *gen) failure() {
	if g.n(2) == 0 {
		g.line("print(" + g.expand(pick(g.choices, wrong), 1).s + ")")
	} else {
		g.write(pick(g.choices, failures))
	}
}

func (g *gen) write(sn snippet) {
	names := map[string]string{}
	for _, l := range sn {
		var b strings.Builder
		g.fill(&b, l.code, 1, names)
		g.indent += l.indent
		g.line(b.String())
		g.indent -= l.indent
	}
}

// attempt prints what comes of something that fails, probably, and goes on.
func (g *gen) attempt() {
	danger, wild := g.danger, g.wild
	g.danger, g.wild = 60, 60
	x := g.expand(pick(g.choices, wrong), 1).operand()
	if g.n(3) == 0 {
		x = g.some("x")
	}
	g.danger, g.wild = danger, wild
	g.line("print(attempt(lambda: " + x + "))")
}

// odd writes a statement that does nothing, or is unusual.
func (g *gen) odd() {
	switch g.n(6) {
	case 5:
		g.line("print(attempt(lambda: " + g.expand(pick(g.choices, large), 0).operand() + "))")
	case 0:
		g.line("pass")
	case 1:
		g.line(g.literal("s").s)
	case 2:
		if g.defs > 0 {
			g.unset()
		} else {
			g.line(`"""` + "two\n\tlines" + `"""`)
		}
	case 3:
		g.line("# " + g.literal("s").s + strings.Repeat("#", g.n(80)))
		g.line("pass")
	case 4:
		g.failure()
	}
}

var snippets = parseSnippets(`
#a = $l
#b = #a
#b += $l
print(#a, #b, #a == #b)

#a = $l
#b = #a
#b = #b + $l
print(#a, #b)

#a = $d
#b = [#a]
#a |= $d
print(#b, #a)

def #f(#p):
	#p += [$x]
	return #p
#a = [$x]
#b = #f(#a)
print(#a, #b)

#a = []
for #v in $r:
	#a.append(lambda: #v)
print([x() for x in #a])

#a = [lambda: v for v in $l]
print([x() for x in #a])

#a = []
for #v in $l:
	def #f(x = #v):
		return (x, #v)
	#a.append(#f)
print([f() for f in #a])

def #m():
	#n = $n
	def #g():
		return #n
	#b = #g()
	#n = $x
	return (#b, #g(), #n)
print(#m())

def #m(#p):
	#l = [0]
	def #i(#d = 1):
		#l[0] += #d
		return #l[0]
	return [#i, lambda: #l, lambda: #p]
#a = #m($n)
#b = #m($x)
print(#a[0](), #a[0](5), #b[0]($I), #a[1](), #b[1](), #b[2]())

def #f():
	return #z + $n
print(attempt(#f))
#z = $n
print(attempt(#f))

def #e(#p):
	return #p == 0 or #o(#p - 1)
def #o(#p):
	return #p != 0 and #e(#p - 1)
print(#e(4), #o(4), #e($j % 5))

#a = list($v)
def #f(#p):
	#a.append(#p)
	return #p
print(attempt(lambda: [#f(x) for x in #a]))
#a.append(1)
print(#a)

#a = list($l) + [1]
for #v in list(#a):
	#a.append(#v)
	if #v == 1:
		break
#a.append(0)
print(#a)

def #f(#p):
	for #v in #p:
		if #v == $i:
			return #v
		for #w in #p:
			if #w:
				return #w
#a = [$i, $i, 3]
print(#f(#a))
#a.append(1)
print(#f({1: 2}), #f(set([0, 4])))

#a = dict($d, k = 1)
print(attempt(lambda: [#a.pop(x) for x in #a]))
#a["new"] = 1
print(#a)

#a = set([1, 2])
print(attempt(lambda: [#a.add(x + 10) for x in #a]))
#a.add(7)
print(#a)

#a = [3, 1, 2]
print(attempt(sorted, #a, key = lambda x: #a.append(x)))
#a.append(0)
print(attempt(max, #a, key = #a.remove))
#a.append(5)
print(#a)

#a = bag(1, 2, 3)
for #v in #a:
	if #v > 1:
		break
print(#a.open, [x for x in #a if x > $i], #a.open)
def #f():
	for #w in #a:
		for #x in #a:
			return #w + #x + $i
print(#f(), #a.open)
print(attempt(lambda: [x // 0 for x in #a]), #a.open)

#i = $I
#s = $I
while #i != 0 and -9 < #s and #s < 1 << 66:
	#s = #s * 3 + #i % 5
	#i = #i >> 7 if #i > 0 else 0
print(#i, #s)

def #f(#n, #m):
	#t = 0
	for #i in range(#n):
		#t = (#t * 31 + #i) % #m
		if #t % 5 == 3:
			continue
		#t -= #i // 2
	return #t
print(#f($j, $J), #f(5, 9223372036854775807), attempt(#f, 3, 0))

def #f(#x):
	#y = #x
	for #i in range($j):
		#y = #y * #y + #x - #i
		if #y > 1 << 100 or #y < -(1 << 100):
			return #y
	return #y
print(#f($I), attempt(#f, $s), #f(3037000500), #f($F))

def #f(#a, #b):
	return (#a < #b, #a == #b, #a + #b, #a - #b)
print(#f($N, $N), #f($I, $F), attempt(#f, $x, $x))

def #d(#n):
	if #n == 0:
		return boom($s) if $b else $n // ($i - $i)
	return #d(#n - 1)
print(attempt(#d, $j % 4), attempt(lambda: sorted([1], key = lambda x: #d(1))))

#a, #b = $n, $x
#a, #b = #b, #a
(#c, [#d, #e]), #f = (#a, [#b, $n]), $s
[#g] = [#c]
(#h,) = (#d,)
print(#a, #b, #c, #d, #e, #f, #g, #h)

[] = []
[[]] = [()]
() = []

#l = [0, 1, 2]
#l[0], #l[1] = #l[1], #l[0]
#i = 0
#i, #l[#i] = 2, $x
print(#i, #l)

#l = [[], {}]
#l[0] += [$n]
#l[1]["k"] = $n
#l[1]["k"] += 1
#l[-1] |= $d
#l[echo(0)] += echo([2])
print(#l)

#h = box($i)
#h.x = [$n]
#h.x += [2]
#h.x[0] += 1
#h.n += 5
print(#h, #h.x, attempt(lambda: #h.typo))

def #f(#a, #b = $n, *args, #c = $x, **kwargs):
	return (#a, #b, args, #c, kwargs)
print(#f($x), #f(1, 2, 3, z = $n), #f(*[1, 2], **{"z": 1}), #f(1, #c = $x), #f(#b = 1, #a = 2))

#a = []
#a.append(#a)
print(#a, len(#a), attempt(lambda: #a == [#a]))
#b = {}
#b["b"] = #b
print(#b)

freeze($x)
#a = [[1], {}]
freeze(#a)
print(attempt(#a.append, 1), attempt(#a[0].append, 1), attempt(#a[1].update, a = 1), attempt(lambda: #a.extend([])))

def #f():
	return lambda: lambda #p: (#p, $x)
print(#f()()($n))

def #f(len, type = str):
	str = len
	print = [type(repr) for repr in [str]]
	return (print, len)
print(#f($x), attempt(#f, $x, type = $c))

#d = {}
for #v in $v:
	#d[str(#v)] = #d.get(str(#v), 0) + 1
print(#d)

#s = ""
for #v in $m:
	#s += #v[:3]
	#s = #s[-20:]
print(#s)

#x = $x
print((#x if $b else $x)[0:1]) if type(#x) == "list" else print(attempt(lambda: (#x if $b else $x)[0:1]))

print([(x, y) for x in $l if x for y in $r if x != y][:5])

print({x: [y for y in range(x % 3)] for x in $l})

print([stack() for _ in [1]], apply(stack), apply(lambda: stack()), [stack()
	for x in range(2)
	if stack()])

#a = waker(lambda: $n)
print(attempt(lambda: #a + 1), attempt(lambda: [x for x in waker(lambda: [$n])]))
`)
