package differ_test

// failures end the program.
var failures = parseSnippets(`
#a, #b = [$x]

#a, #b = ($x, $x, $x)

[] = [$x]

() = $x

(#a, [#b, #c]) = ($x, $s)

#a, #b = $n

[#a, #b] = row(1)

for #a, #b in [(1, 2), (3,)]:
	print(#a)

for #a in $n:
	pass

for #a in $l:
	for #b in $r:
		boom("loop")

#a = [1, 2]
for #v in #a:
	#a.append(#v)

#a = {"k": 1}
for #v in #a:
	#a[#v + "x"] = 1

#a = set([1])
for #v in #a:
	#a.add(#v + 1)

#a = [1, 2]
for #v in #a:
	#a += [3]

#a = {1: 2}
for #v in #a:
	#a |= {3: 4}

#a = [1]
for #v in #a:
	#a[0] = 2

#a = [1]
freeze(#a)
#a += [$x]

#a = {}
freeze(#a)
#a["k"] = $x

#a = {}
freeze(#a)
#a |= $d

#a = $t
#a[0] = $x

#s = $s
#s[0] = "x"

#a = [1]
#a[$i + 1] = $x

#a = [1]
#a["x"] = $x

#a = [1]
#a[5] += 1

#a = {}
#a["k"] += 1

#a = {}
#a[[]] = 1

#a = $n
#a.x = 1

#h = box(1)
#h.ro = $x

#h = box(1)
#h.nn = $x

#h = box(1)
#h.cal = $x

def #f():
	print(#x)
	#g = lambda: #x
	#x = 1
#f()

def #f():
	for #v in $r:
		#x = #v
	return [#x for _ in [1]] + [lambda: #x]
#f()

#h = box(1)
#h.gone += 1

#h = box(1)
#h.x += "a"

row(1)[0] = boom("v")

row(1, 2)[5] = 1

row(1)[0] = "bad"

table(a = 1)["bad"] = 1

#a = []
#a[echo(0)], #b = echo(1), boom("x")

def #f(#a = boom("default")):
	pass

def #f(#a, #b = $n, *, #c):
	pass
#f(1)

def #f():
	print(#x)
	#x = 1
#f()

def #f():
	#x = 1
	def #g():
		return #y + #x
	print(#g())
	#y = 1
#f()

if $i != $i:
	#z = 1
print(#z)

def #f():
	return #late
#f()
#late = 1

def #a(#p):
	return #p // 0
def #b(#p):
	return [#a(x) for x in [#p]]
def #c(#p):
	return sorted([#p], key = #b)
def #d(#p):
	for #v in [1]:
		if #v:
			return apply(#c, #p)
print(#d($n))

def #a(*args):
	return boom(args)
def #b(#p):
	return placed(#a, #p)
print(max([1, 2], key = #b))

def #a():
	while True:
		for #v in [1]:
			return {1: 2}[$n + 5]
[#a() for _ in range(1)]

#x = $x if $b else $x
#x.nope(#x)

#x = $n
#x += $s

#x = $l
#x += $n

#x = $l
#x -= $l

#x = $s
#x %= ($x, $x)

#x = $d
#x |= $l

#x = $e
#x |= $l

if $n + $s:
	pass

while $x < None:
	break

#a = 0
while 1 // (2 - #a):
	#a += 1

fail("the end", $x)

#a = []
#a.append(lambda: #a[0]() if False else boom("deep"))
#a[0]()

print($x,
	$x,
	boom("line"),
	$x)

print($x
	+ $x
	- None)

#x = (
	$s[
		$i:
		None or "z"
	])
`)
