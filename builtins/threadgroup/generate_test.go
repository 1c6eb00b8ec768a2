package threadgroup_test

import (
	"fmt"
	"strings"
)

// A generator turns bytes into a script that shares values between tasks in
// every way it can think of. Every choice is one byte; when there are none left,
// every choice is the first.
type generator struct {
	data   []byte
	strict bool // nothing that depends on which task is faster
	out    strings.Builder
	indent int
	names  int
	lines  int
	scopes [][]variable // the function's that is being written is the last
	inTask bool         // in a function: a task may call it
}

type variable struct {
	name string
	kind byte // l d s t v f g: list, dict, set, tuple, any value, function, group
}

const maxLines = 150

// lib is a module that scripts load.
const lib = `
shared_list = [1, [2, 3], {"a": [4]}]
shared_dict = {"k": [1, 2], "f": lambda *a: shared_list}
def lib_fn(*a):
    return len(shared_list), [x for x in shared_list], a
def lib_make(*a):
    own = [1, 2]
    def add(*b):
        own.append(3)
        return own
    def get(*b):
        return [x for x in own]
    return [add, get, own]
`

// prelude is how every script begins. check tells the test of what must not
// happen; small says whether a value is safe to print.
const prelude = `
load("lib.star", "shared_list", "shared_dict", "lib_fn", "lib_make")

def tryit(f, *a, **k):
    r = attempt(f, *a, **k)
    check(r)
    return r.get()

def setitem(x, k, v):
    x[k] = v

def iadd(x, y):
    x += y
    return x

def ior(x, y):
    x |= y
    return x

def read(x):
    if not small(x):
        return 0
    tryit(lambda: [y for y in x])
    tryit(lambda: {x: 1})
    tryit(lambda: x == [x])
    tryit(lambda: x == x)
    tryit(lambda: 1 in x)
    tryit(lambda: x[0])
    tryit(lambda: x[1:])
    tryit(lambda: x + x)
    tryit(lambda: x.items())
    tryit(lambda: dict(x))
    tryit(lambda: max(x))
    tryit(sorted, x, key=str)
    tryit(json.encode, x)
    tryit(lambda: f"{x}")
    tryit(lambda: list(zip(x, enumerate(x), reversed(x))))
    return len(str(x)), tryit(len, x)

q = queue()
c = counter()
held = lock()
drawn = random.Random(1)
spare = [1]
table = csv.DictReader("a,b\n1\n2,3,4\n", restval=spare, restkey="more")
shelf = create_vault(keyring(a=key(), b=key(modifiers=[lambda x: (x, tryit(str, x))]), c=key()), "shelf", permit_modifications=True)

def first(stream):
    for r in stream:
        read(r.get())
        break

def drain(stream):
    for r in stream:
        read(r.get())
        tryit(lambda: r.get().append(1))

def spin(n):
    for _ in range(n):
        pass
`

// program writes a whole script.
func generate(data []byte) (src string, strict bool) {
	p := &generator{data: data}
	p.strict = p.pick(4) == 3
	p.out.WriteString(prelude)
	p.push()
	p.declare("shared_list", 'l')
	p.declare("shared_dict", 'd')
	p.declare("lib_fn", 'f')
	p.declare("lib_make", 'f')
	p.declare("args", 'l')
	if !p.strict {
		p.line("memo = cache(key=lambda *a: len(a))(lib_make)")
		p.declare("memo", 'f')
	}
	for range 2 {
		p.group()
	}
	p.block(2+p.pick(6), 2)
	var tasks []string
	for range 2 + p.pick(3) {
		tasks = append(tasks, p.function(3+p.pick(8), 2))
	}
	p.line("main = threadgroup(max_workers=%d, timeout=2, check=False)", 2+p.pick(4))
	for i, t := range tasks {
		for range 1 + p.pick(3) {
			p.line("main.register(%s, %s, %d)", t, p.value(), i)
		}
	}
	p.line("main.execute()")
	p.line("read(main.results)")
	p.line("print(main.results if small(main.results) else 0)")
	p.block(p.pick(6), 2)
	p.line("print(str(main.execute()) if small(main.results) else 0)")
	p.line("[check(r) for r in main.results]")
	return p.out.String(), p.strict
}

func (p *generator) pick(n int) int {
	if len(p.data) == 0 || n <= 1 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return int(b) % n
}

func (p *generator) line(format string, a ...any) {
	p.lines++
	p.out.WriteString(strings.Repeat("    ", p.indent))
	if !strings.Contains(format, "%") {
		a = nil // one of several forms, the one that needs no arguments
	}
	fmt.Fprintf(&p.out, format+"\n", a...)
}

func (p *generator) push() { p.scopes = append(p.scopes, nil) }
func (p *generator) pop()  { p.scopes = p.scopes[:len(p.scopes)-1] }

func (p *generator) declare(name string, kind byte) string {
	top := len(p.scopes) - 1
	p.scopes[top] = append(p.scopes[top], variable{name, kind})
	return name
}

// assign writes an assignment to a new variable and returns its name.
func (p *generator) assign(kind byte, format string, a ...any) string {
	p.names++
	name := fmt.Sprintf("%c%d", kind, p.names)
	p.line("%s = %s", name, fmt.Sprintf(format, a...))
	return p.declare(name, kind)
}

// find returns a visible variable of one of the kinds, later ones more often; ""
// if there is none.
func (p *generator) find(kinds string) string {
	var list []string
	for i, scope := range p.scopes {
		for _, v := range scope {
			if strings.IndexByte(kinds, v.kind) >= 0 {
				list = append(list, v.name)
				if i > 0 && i == len(p.scopes)-1 {
					list = append(list, v.name, v.name)
				}
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1-p.pick(len(list))]
}

// value writes an expression.
func (p *generator) value() string {
	switch p.pick(8) {
	case 0, 1, 2:
		return p.find("ldstvf")
	case 3:
		return p.find("lds")
	case 4:
		if f := p.find("f"); f != "" {
			return f
		}
	case 5:
		return fmt.Sprintf("[%d]", p.pick(9))
	case 6:
		if l := p.find("l"); l != "" {
			return l + ".append"
		}
	case 7:
		if g := p.find("g"); g != "" && !(p.strict && p.inTask) {
			return []string{g, g + ".results", g + ".functions", g + ".execute", g + ".register"}[p.pick(5)]
		}
	}
	return fmt.Sprint(p.pick(9))
}

func (p *generator) fn() string {
	if f := p.find("f"); f != "" {
		return f
	}
	return "lib_fn"
}

// function writes a def and returns its name.
func (p *generator) function(n, depth int) string {
	p.names++
	name := fmt.Sprintf("f%d", p.names)
	params := "*a"
	var own string
	if p.pick(3) == 1 {
		p.names++
		own = fmt.Sprintf("l%d", p.names)
		params = fmt.Sprintf("%s=%s, *a", own, p.value())
	}
	p.line("def %s(%s):", name, params)
	outside := p.inTask
	p.inTask = true
	p.indent++
	p.push()
	if own != "" {
		p.declare(own, 'v')
	}
	p.declare("a", 't')
	p.block(n, depth-1)
	p.line("return %s", p.value())
	p.pop()
	p.indent--
	p.inTask = outside
	return p.declare(name, 'f')
}

func (p *generator) group() string {
	max := []string{"", "max_workers=1, ", "max_workers=3, "}[p.pick(3)]
	return p.assign('g', "threadgroup(%scheck=False)", max)
}

func (p *generator) block(n, depth int) {
	for range n {
		if p.lines > maxLines {
			break
		}
		p.statement(depth)
	}
	p.line("pass")
}

func (p *generator) statement(depth int) {
	switch p.pick(33) {
	case 27, 28, 29, 30:
		p.live()
	case 31, 32:
		p.coordinate()
	case 24, 25, 26:
		p.beside()
	case 20, 21:
		p.owner()
	case 22, 23:
		p.observer()
	case 0:
		value := p.value()
		p.assign('l', "[%s, 1, %s]", value, p.value())
	case 1:
		value := p.value()
		p.assign('d', `{"a": %s, 2: 3}`, value)
	case 2:
		value := p.value()
		p.assign('t', "(%s, %s)", value, p.value())
	case 3:
		p.assign('s', "set([1, 2])")
	case 4, 5:
		if depth > 0 {
			p.function(1+p.pick(5), depth)
		}
	case 6, 7:
		p.write()
	case 8:
		p.line("read(%s)", p.value())
	case 9:
		p.loop()
	case 10:
		p.rebind()
	case 11, 12:
		p.register()
	case 13, 14:
		p.execute()
	case 15:
		fn, value := p.fn(), p.value()
		p.assign('v', "tryit(%s, %s)", fn, value)
	case 16:
		if depth > 0 || p.inTask {
			fn, value := p.fn(), p.value()
			p.line("defer(%s, %s)", fn, value)
		}
	case 17:
		p.results()
	case 18:
		p.line("spin(%d)", p.pick(200))
	case 19:
		p.line("time.sleep(0.000%d)", p.pick(9))
	}
}

// write changes a value, or tries to.
func (p *generator) write() {
	if l := p.find("l"); l != "" && p.pick(2) == 0 {
		p.line("tryit("+[]string{"%[1]s.append, %[2]d", "setitem, %[1]s, 0, %[2]d", "iadd, %[1]s, [%[2]d]", "%[1]s.insert, 0, %[2]d", "%[1]s.pop"}[p.pick(5)]+")", l, p.pick(9))
		return
	}
	x := p.find("ldsv")
	p.line("tryit("+[]string{"setitem, %[1]s, %[2]d, 1", "lambda: %[1]s.update({%[2]d: [5]})", "lambda: %[1]s.clear()", "lambda: %[1]s.add(%[2]d)", "ior, %[1]s, {%[2]d: 7}", "lambda: %[1]s.append(%[2]d)"}[p.pick(6)]+")", x, p.pick(9))
}

// loop makes closures over a loop variable and over what is mutable.
func (p *generator) loop() {
	x := p.find("lds")
	fs := p.assign('l', "[]")
	p.line("for i in range(%d):", 1+p.pick(3))
	p.indent++
	p.line([]string{
		"%[1]s.append(lambda *a: (i, [x for x in %[2]s]))",
		"%[1]s.append(lambda *a: attempt(lambda: %[2]s.append(i)).ok)",
		"%[1]s.append([i, %[2]s])",
		"tryit(%[1]s.append, lambda y=%[2]s, *a: (len(y), i))",
	}[p.pick(4)], fs, x)
	p.indent--
	p.assign('f', "%s[0]", fs)
}

func (p *generator) rebind() {
	scope := p.scopes[len(p.scopes)-1]
	for range 5 {
		if len(scope) == 0 {
			return
		}
		v := scope[len(scope)-1-p.pick(len(scope))]
		if v.kind == 'g' || strings.Contains(v.name, "_") || v.name == "args" {
			continue
		}
		switch v.kind {
		case 'f':
			p.line("%s = %s", v.name, p.fn())
		case 'l':
			p.line("%s = [%d]", v.name, p.pick(9))
		default:
			p.line("%s = %s", v.name, p.value())
		}
		return
	}
}

// anyGroup is a group to do something with: in a strict program tasks see only
// those of their own.
func (p *generator) anyGroup() string {
	if p.strict && p.inTask {
		scope := p.scopes[len(p.scopes)-1]
		for i := len(scope) - 1; i >= 0; i-- {
			if scope[i].kind == 'g' {
				return scope[i].name
			}
		}
		return p.group()
	}
	if p.pick(6) == 1 {
		return p.group()
	}
	return p.find("g")
}

func (p *generator) register() {
	g := p.anyGroup()
	fn, value := p.fn(), p.value()
	switch p.pick(7) {
	case 0, 1:
		p.line("tryit(%s.register, %s, %s)", g, fn, value)
	case 2:
		p.line("tryit(%s.task, %s, args=[%s], kwargs={}, retry=retry(1, wait=0%s))", g, fn, value, p.predicate("if_error"))
	case 3:
		p.line("tryit(%s.update_fn_args, %s, %s)", g, fn, value)
	case 4:
		if l := p.find("l"); l != "" {
			p.line("tryit(%s.register, %s.append, %s)", g, l, value)
		}
	case 5:
		p.line("tryit(%s.task, %s, timeout=0.01, retry=retry(1, wait=0%s))", g, fn, p.predicate("if_result"))
	case 6:
		if !p.strict {
			p.line("tryit(%s.register, %s)", g, p.find("g"))
		}
	}
}

func (p *generator) predicate(name string) string {
	return ", " + name + "=" + p.fn()
}

func (p *generator) execute() {
	mapped := p.anyGroup
	switch p.pick(5) {
	case 0, 1:
		g := p.anyGroup()
		p.line("tryit(%s.execute)", g)
		if !p.strict {
			p.line("[check(r) for r in %s.results]", g)
		}
	case 2:
		g, fn, value := mapped(), p.fn(), p.value()
		p.assign('v', "tryit(%s.map, %s, [%s, %s], %s)", g, fn, value, p.value(), p.value())
	case 3:
		fn, value, other := p.fn(), p.value(), p.fn()
		p.assign('v', "tryit(threaded_execution, [create_function(%s, %s), %s], 2, check=False)", fn, value, other)
	case 4:
		g, fn := mapped(), p.fn()
		p.assign('v', "tryit(%s.map, %s, range(3))", g, fn)
	}
}

// owner hands a function over its variable to others, in some way, and goes on
// to change what the variable holds, or the variable.
func (p *generator) owner() {
	g := p.anyGroup()
	p.names++
	x, f := fmt.Sprintf("l%d", p.names), fmt.Sprintf("f%d", p.names)
	p.line("%s = [%s]", x, p.value())
	p.line([]string{
		"%[1]s = lambda *a: read(%[2]s)",
		"%[1]s = lambda *a: len([y for y in %[2]s])",
		"%[1]s = lambda y=%[2]s, *a: read(y)",
		"%[1]s = lambda *a: lambda *a: %[2]s",
		"%[1]s = %[2]s.index",
		"%[1]s = lambda *a: %[2]s",
		"%[1]s = {1: [lambda *a: read(%[2]s)]}[1][0]",
	}[p.pick(7)], f, x)
	ways := []string{
		"%[1]s.register, %[2]s, 1",
		"%[1]s.register, lib_fn, %[2]s",
		"%[1]s.register, lib_fn, kw=[%[2]s]",
		"%[1]s.register, lib_fn, %[1]s.register(%[2]s)",
		"%[1]s.register, lib_fn, retry(1, if_result=%[2]s)",
		"%[1]s.task, lib_fn, args=[%[2]s], kwargs={\"a\": %[2]s}",
		"%[1]s.update_fn_args, lib_fn, %[2]s",
		"%[1]s.register, threadgroup(retry=retry(1, if_error=%[2]s))",
		"%[1]s.register, lib_fn, threaded_execution([%[2]s])",
		"%[1]s.register, lib_fn, attempt(%[2]s, 1)",
		"%[1]s.register, lib_fn, attempt(fail, %[2]s)",
		"%[1]s.register, attempt, %[2]s",
		"%[1]s.register, create_function, %[2]s",
		"%[1]s.register, lib_fn, create_function(%[2]s)",
		"%[1]s.register, threaded_execution, [%[2]s, %[2]s]",
	}
	ways = append(ways,
		"%[1]s.task, fail, retry=retry(1, wait=0, if_error=%[2]s)",
		"%[1]s.task, lib_fn, retry=retry(1, wait=0, if_result=%[2]s)",
		"%[1]s.register, lib_fn, %[1]s.task(retry=retry(1, wait=0, if_error=%[2]s))",
		"%[1]s.map, %[2]s, [1, 2]",
		"%[1]s.map, lambda f: f, [%[2]s, %[2]s]",
		"%[1]s.map, lib_fn, [1], b=%[2]s",
	)
	p.line("tryit("+ways[p.pick(len(ways))]+")", g, f)
	p.scope(x, f)
	if p.pick(3) == 0 {
		p.line("tryit(%s.execute)", g)
	}
	p.line("for i%d in range(%d):", p.names, 5+p.pick(60))
	p.indent++
	for range 1 + p.pick(2) {
		p.line([]string{"tryit(%[1]s.append, 1)", "%[1]s = [1]", "tryit(setitem, %[1]s, 0, 2)", "read(%[1]s)", "time.sleep(0)"}[p.pick(5)], x)
	}
	p.indent--
}

func (p *generator) scope(list, fn string) {
	p.declare(list, 'l')
	p.declare(fn, 'f')
}

// beside starts a thread and goes on, to assign the names that the thread uses.
func (p *generator) beside() {
	if p.strict {
		return
	}
	fn, value := p.fn(), p.value()
	p.line("beside(%s, %s)", fn, value)
	p.line("for b in range(%d):", 1+p.pick(40))
	p.indent++
	for range 1 + p.pick(3) {
		p.rebind()
	}
	p.line("pass")
	p.indent--
}

// observer uses a group that others use.
func (p *generator) observer() {
	if p.strict && p.inTask {
		return
	}
	g := p.find("g")
	p.line("for o in range(%d):", 2+p.pick(8))
	p.indent++
	for range 1 + p.pick(3) {
		p.line([]string{
			"tryit(%[1]s.execute)",
			"[tryit(r.function, r.args) for r in %[1]s.results]",
			"[read(r.kwargs) for r in %[1]s.results]",
			"[tryit(f.fn, f.args, f.kwargs) for f in %[1]s.functions]",
			"[tryit(x, 1) for r in %[1]s.results for x in r.args]",
			"[tryit(x, lib_fn) for f in %[1]s.functions for x in f.args]",
			"[[tryit(r.get(), 1), read(r.get())] for r in %[1]s.results]",
			"[tryit(x) for r in %[1]s.results for x in r.kwargs.values()]",
			"read(%[1]s.results)",
			"time.sleep(0.0001)",
		}[p.pick(10)], g)
	}
	p.indent--
}

// results reads what a group has to show.
func (p *generator) results() {
	if p.strict && p.inTask {
		return
	}
	g := p.find("g")
	p.line([]string{
		"read(%[1]s.results)",
		"[read(r.result) for r in %[1]s.results if r.ok]",
		"tryit(%[1]s.results.asdict)",
		"[read(f.args) for f in %[1]s.functions]",
		"[tryit(f.fn) for f in %[1]s.functions]",
		"[tryit(lambda: r.result.append(1)) for r in %[1]s.results if r.ok]",
	}[p.pick(6)], g)
	p.assign('v', "tryit(%s.results.values, None)", g)
}
