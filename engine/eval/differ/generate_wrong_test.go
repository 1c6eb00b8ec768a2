package differ_test

// wrong are expressions of which most fail, one way or another.
var wrong = parseTemplates(`
	@slice ; @slice ; @slice ; @slice ; @badslice ; @badslice ; @badslice ; @badslice ; @mixed ; @mixed ; @mixed ; @mixed ; @mixed ; @mixed
		@compared ; @compared ; @badcall ; @badcall ; @badcall ; @badcall ; @badcall ; @method ; @method ; @method ; @method ; @method
	$x[$i] ; $x[$x] ; $l[$n] ; $s[$n] ; $t[$n] ; $y[$n] ; $r[$n] ; $q[$n] ; $l[$s] ; $s[$f] ; $t[$o] ; [][$i] ; ""[0] ; ()[0] ; $d[$s] ; $D[$k]
		$D[$l] ; $d[$x] ; $w[$s] ; $w[$n] ; $n[$i] ; $c[0] ; $o[$s] ; $h[0] ; $a[0] ; [1, 2][9223372036854775808] ; "abc"[-4] ; (1, 2)[True]
	$x.append($x) ; $x.nope ; $n.real ; $s.uper() ; $l.push ; $d.key ; $o.x ; $h.bad ; $h.gone ; $h.typo ; $h.nn ; $e.append ; $y.find
		$r.start ; $c.name ; $t.count ; $w.get ; $q.typo
	$n // 0 ; $n % 0 ; $n / 0 ; $f // 0.0 ; $f % 0.0 ; $f / 0.0 ; $n / 0.0 ; $f // 0 ; $f % 0 ; $n // 0.0 ; $n % -0.0 ; 1 / $i ; 1 // $i
		1 % $i ; 1.0 % $i ; 0 / ($i - $i)
	$n << $n ; $n >> $n ; $n << -1 ; $n >> -1 ; $n << 512 ; $n << 511 ; $n << 513 ; $n >> 2147483648 ; $n >> 600 ; 1 << 4294967296 ; $n << $f
		$f << 1 ; $s << 1 ; $n << $s ; $n >> None
	(1 << 511 << 511 << 511) * 1.0 ; (1 << 511 << 511 << 511) / 3 ; 1.5 + (1 << 511 << 511 << 511) ; float(1 << 511 << 511 << 511)
		$f // (1 << 511 << 511 << 511) ; (1 << 511 << 511 << 511) % 2.0 ; 1.0 < (1 << 511 << 511 << 511)
	$H + $f ; $f + $H ; $H - $f ; $f - $H ; $H * 1.5 ; 1.5 * $H ; $H / $f ; $f / $H ; $H / 2 ; 2 / $H ; $H // 2.5 ; $f // $H ; $H % 2.5
		2.5 % $H ; $H + $n ; $H // $n ; $H % $n ; $n // $H ; $n % $H ; -$H ; $H >> 1500 ; $H * $H ; $H & $n ; $H == $f ; $H < $f ; $f <= $H
		$H > float("inf") ; $H != $H ; float($H) ; int($H) ; "%d %x" % ($H, $H) ; $H in range(5) ; [$H][$i] ; $l[$H] ; $H in {$H: 1} ; $H - $H
		$H ^ $H
	-$s ; -$x ; +$x ; ~$x ; ~$f ; -$l ; +$s ; ~$h ; +$h ; -$o ; not -$b ; -$t
	$s + $n ; $n + $s ; $l + $t ; $t + $l ; $d + $d ; $s + $y ; $o + $n ; $e + $e ; $b + $b ; $n + $b ; $r + $l ; $c + 1 ; $h + $s ; $s + $h
		$h + $h ; $l + $h ; "a" + "b" + 1 ; [1] + [2] + (3,) ; 1 + "a" + "b" ; (1,) + [2] ; b"a" + "b"
	$s - $s ; $l - $l ; $d - $d ; $e - $l ; $b - $b ; $n - $s ; $o - $o ; $h - $n ; $n - $h ; $l / 2 ; $s / $s ; $s // 2 ; $l % 2 ; $h * 2
		2 * $h ; $h % 2 ; $h / 2 ; 2 // $h ; $h & $h
	$s * "a" ; $l * $l ; $s * 2.0 ; 1.5 * $s ; $l * None ; $d * 2 ; $b * 2 ; $s * 2147483648 ; [1] * 9223372036854775808 ; (1, 2) * 2147483647
		"ab" * 1073741824 ; b"ab" * 2147483647 ; "" * 2147483647 ; [] * 99999999999 ; -5 * $s ; $l * -9223372036854775809
	$n & $f ; $n | $s ; $e | $l ; $d | $e ; $d | $l ; $l | $l ; $e & $l ; $e ^ $l ; $b & $b ; $b | $b ; $h | 1 ; 1 ^ $h ; $f ^ 1
	$n < $s ; $s < $n ; $l < $t ; $d < $d ; $d >= $d ; $e < $e ; $o < $o ; $r < $r ; $c < $c ; $o < $n ; $b < $n ; $x < $x ; $x >= $x ; $h < $n
		$h <= $h ; box(13) < $h ; box(13) == $h ; [1, "a"] < [1, 2] ; (1, None) < (1, None) ; [None] < [None] ; $q < $q ; $y < $s ; $f < $s
		[{}] < [{}] ; $w < $w ; range(3) < range(4)
	$n in $n ; $n in $s ; $s in $n ; $x in $x ; $x not in $x ; $l in $e ; $l in $D ; $d in $D ; $s in $r ; $n in $y ; $s in $y ; 256 in $y
		$n in $o ; $x in $h ; $x in $a ; $x in $q ; $n in $w ; $x in $c ; 1.5 in range(5) ; None not in range(3) ; [1] in {} ; ([],) in {1: 2}
	hollow() ; hollow($x) ; [x for x in [1] if hollow()] ; hollow().x ; sorted([1], key = hollow) ; $s.elems() == $s ; {$s.elems(): 1}
		repr($s.elems()) + str($y.elems()) ; bool($s.codepoints()) ; str($s.codepoint_ords()) + str($s.elem_ords()) ; $s.elems() and 1
		{$l.append: 1} ; $l.append == $l.append ; {$s.upper: 1}[$s.upper] ; {len: 1}[len] ; set([$s.find, len, $c, $c]) ; [1, $l, "a"].index($x)
		[$x, $x].remove($x) ; [[1], [2]].remove([2]) ; {1: 2} == {1: 3} ; {1: 2} != {2: 2} ; {1: [1]} == {1: [1.0]} ; $d != $d ; $e != $e
		$e >= $e ; range(3) != range(0, 3) ; range(3) == range(0, 3, 1) ; range(0) == range(5, 2) ; $f / $f ; $f // $f ; $f % $f ; $f - $f
		1 << 40 in range(5) ; $n in $r
	freeze([1, 2]).pop() ; freeze({1: 2}).popitem() ; freeze(set([1])).pop() ; freeze(set([1])).remove(1) ; freeze(set([1])).clear()
		freeze({}).update([(1, 2)]) ; freeze([]).append(1) ; freeze([1]).insert(0, 1) ; freeze([1]).remove(1) ; freeze([1]).clear()
		freeze({1: 2}).pop(1) ; freeze({}).setdefault(1) ; freeze({1: 2}).clear() ; freeze(set()).add(1) ; freeze(set([1])).add(1)
		freeze(set([1])).discard(1) ; freeze(set()).update([1]) ; freeze([]).extend([]) ; freeze({1: 2}).pop(5, 3) ; freeze([]).pop()
		freeze({}).popitem() ; freeze(set()).pop() ; freeze(set([1])).discard(2) ; set([3, 1]).pop() ; {1: 2}.popitem() ; {}.pop([], 1)
		{1: 2}.pop([], 1) ; {}.get([]) ; set().remove([]) ; set().discard([]) ; {}.setdefault([]) ; [] in set() ; [] in set([1])
		set([1]).union([[]], 5) ; set().difference([[]]) ; set([1]).difference([[]]) ; set().intersection([[]])
		set([1]).symmetric_difference([[]]) ; set().issubset([[]]) ; set([1]).issubset([[]]) ; set().issuperset([[]])
	float() ; float("infinity") ; float("-INFINITY") ; float("+inf") ; float("NaN") ; float("1_0") ; float(" 1 ") ; int("+5") ; int("0o17", 0)
		int("0B11", 0) ; int("0xg", 16) ; int("-0", 0) ; int("00", 0) ; int("+-1") ; int("0b1", 16) ; int("0x1", 16) ; int(True) ; int(-1.5)
		int(1e300) ; float(True) ; tuple() ; list() ; dict() ; set() ; bytes(b"a") ; chr(x = 1) ; ord(x = 1) ; float(x = 1) ; dir(x = 1)
		bytes(x = 1) ; type(x = 1) ; hash(x = 1) ; hash("😀é") ; chr() ; ord() ; hash() ; hash(b"ÿ") ; "é"[0:1].codepoints()
		list("é日"[1:4].codepoints()) ; list("é"[0:1].codepoint_ords()) ; str("é"[0:1]) + repr("é"[1:]) ; bytes("é"[0:1]) ; "é"[0:1].upper()
		$s.rsplit() ; $s.rsplit(None, 2) ; " a b  c ".rsplit(None, 1) ; " a b  c ".split(None, 1) ; " a b c ".rsplit() ; "a,b,c".rsplit(",", 1)
		"a,b,c".split(",", 1) ; "a,b,c".split(",", -1) ; "a,b,c".split(",", 0) ; $s.lstrip("a ") ; $s.rstrip("c ") ; $s.lstrip() ; "aB cD".title()
		"Ab1c".istitle() ; "ABc".istitle() ; "{0!r:}".format(1) ; "{!r}".format("a") ; "{:}".format(1) ; "{a{b}}".format(a = 1)
		"{99999999999999999999}".format(1) ; "%(a)" % {"a": 1} ; "%(a)%" % {} ; "%%%" % () ; "%s %%" % 1 ; "%" % () ; $s.find("a", 2, 1)
		$s.find("", 1, 0) ; $s.index("", 100) ; $s.count("", 1) ; "abc".find("c", -1) ; $j * $y ; $j * $l ; $j * $t ; -1 * $l
	len($n) ; len($o) ; len($h) ; len($a) ; len() ; len($s, $s) ; len(x = 1) ; len($c) ; str() ; str($x, $x) ; str(x = 1) ; repr() ; type()
		type($x, $x) ; bool($x, $x) ; list($n) ; list($s) ; tuple($n) ; tuple($s) ; set($n) ; set([[]]) ; set([$l]) ; set($s) ; dict($n)
		dict([1]) ; dict([(1,)]) ; dict([(1, 2, 3)]) ; dict(["ab", "cd"]) ; dict([([], 1)]) ; dict($s) ; dict($d, $d) ; dict([bag(1, 2)])
		dict(bag((1, 2), $x))
	int($s) ; int("") ; int("1.5") ; int("0x") ; int(" 1") ; int("1", 1) ; int("9", 8) ; int(5, 10) ; int("zz", 37) ; int("0b12", 0)
		int("08", 0) ; int($o) ; int(float("nan")) ; int(float("inf")) ; int($f) ; int("1", $s) ; int($l) ; int() ; int("1", base = $n)
		int(1 << 70) ; int("--1") ; int("1_000")
	float($s) ; float("") ; float("1e") ; float($o) ; float($l) ; float("1e400") ; float($n) ; float($x, $x) ; float("0x10") ; abs($s)
		abs($o) ; abs() ; ord($s) ; ord("") ; ord("ab") ; ord($n) ; ord($y) ; chr($n) ; chr(-1) ; chr(1114112) ; chr($s) ; chr(0xD800) ; hash($n)
		hash($l) ; hash($o) ; bytes($n) ; bytes([256]) ; bytes([-1]) ; bytes([$s]) ; bytes($o) ; bytes() ; bytes($l) ; bytes(bag(1, "a"))
	range() ; range($s) ; range(1, 2, 0) ; range(1, 2, 3, 4) ; range(1.0) ; range(9223372036854775808) ; range(x = 1) ; range(None) ; range(1, $s)
	enumerate($n) ; enumerate($s) ; enumerate($l, $s) ; enumerate() ; zip($l, $n) ; zip($s) ; zip(x = 1) ; zip() ; reversed($n) ; reversed($s)
		reversed() ; any($n) ; all($s) ; any() ; all($l, $l) ; sorted($n) ; sorted($s) ; sorted() ; sorted([1, "a"]) ; sorted([2, None, 1])
		sorted([1, 2], key = 5) ; sorted($l, key = lambda: 1) ; sorted($L) ; sorted([3, 1, 2], key = $c) ; sorted($l, None, 5)
		sorted($l, nokey = 1) ; sorted($l, reverse = $n) ; sorted($l, key = None) ; sorted([1, 2, "a", 3, None]) ; sorted([[1], ["a"]])
	max() ; max([]) ; min(()) ; max($n) ; min($s) ; max(1, "a") ; min([1, None]) ; max($l, key = 5) ; max([1, 2], key = lambda: 0)
		min($l, key = boom) ; max($l, foo = 1) ; max($L) ; min(1, 2, key = $c) ; max({})
	dir() ; dir($x) ; dir($x, $x) ; getattr($x, "append") ; getattr($s, $s) ; getattr($h, "bad") ; getattr($h, "bad", 1) ; getattr($h, "gone")
		getattr($h, "gone", 2) ; getattr($h, "typo") ; getattr($x) ; getattr($x, $n) ; hasattr($x, $n) ; hasattr($h, "bad") ; hasattr($h)
		print(sep = $n) ; print($x, end = "") ; fail($s) ; fail($x, $x, sep = ":") ; fail() ; fail(sep = 1) ; boom($s) ; boom() ; boom(msg = $s)
	"%d" % $s ; "%d" % $f ; "%d" % None ; "%s %s" % $x ; "%s %s" % ($x,) ; "%s" % ($x, $x) ; "%" % $x ; "%z" % $x ; "%(a" % $d ; "%(a)s" % $x
		"%(nope)s" % $d ; "%(a)d" % {"a": $x} ; "%c" % $s ; "%c" % $n ; "%c" % $f ; "%e" % $s ; "%g" % $x ; "%x" % $s ; "%x" % 1.5 ; "%s" % ()
		"a" % $x ; "a" % () ; "%s" % $t ; "%d" % float("nan") ; "%i" % 1e300 ; $s % $x ; "%s%%%s" % (1, 2) ; "%5d" % 1 ; "%o" % $n ; $y % 1
	"{}".format() ; "{} {}".format($x) ; "{0} {}".format($x, $x) ; "{} {0}".format($x) ; "{a}".format() ; "{a}".format(b = 1) ; "{".format()
		"}".format() ; "{a.b}".format(a = 1) ; "{a[0]}".format(a = 1) ; "{!z}".format(1) ; "{:3}".format(1) ; "{0!r}".format($x)
		"{1}".format($x) ; "{-1}".format(1) ; "{{".format() ; "{{}".format(1) ; "{{{}}}".format($x) ; "{a!}".format(a = 1) ; $s.format($x)
	$s.index($s) ; $s.rindex("zz") ; $s.find() ; $s.find($n) ; $s.find("a", $s) ; $s.count($n) ; $s.count("a", None, 2) ; $s.split("")
		$s.split($n) ; $s.rsplit("") ; $s.split("a", $s) ; $s.join($l) ; $s.join($n) ; $s.join() ; $s.join(["a", 1]) ; $s.replace("a")
		$s.replace("a", 1) ; $s.replace("a", "b", $s) ; $s.strip($n) ; $s.strip("a", "b") ; $s.startswith() ; $s.startswith($n)
		$s.startswith(("a", 1)) ; $s.endswith("a", $s) ; $s.startswith(["a"]) ; $s.partition("") ; $s.partition($n) ; $s.upper($x)
		$s.title(x = 1) ; $s.splitlines($n) ; $s.removeprefix($n) ; $s.elems($x) ; $s.isalpha(1) ; $s.elems()[0] ; len($s.elems())
		$s.elems() + [] ; $s.codepoints() == $s.codepoints() ; $s.count("") ; $s.find("", $n) ; $y.elems()[0]
	$l.append() ; $l.append(1, 2) ; $l.append(x = 1) ; $l.extend($n) ; $l.extend() ; $l.extend($s) ; $l.insert(1) ; $l.insert($s, 1)
		$l.insert($n, $x) ; $l.pop($n) ; $l.pop($s) ; [].pop() ; $l.pop(1, 2) ; $l.remove($x) ; $l.remove() ; [].remove(1) ; $l.index($x)
		$l.index(1, $s) ; $l.index(1, 5, 2) ; $l.clear(1) ; [1, 2, 1].index(1, -1) ; [1, 2].index(2, 0, 1)
	$d.get() ; $d.get([]) ; $d.get($x, $x, $x) ; $d.pop() ; $d.pop("nope") ; $d.pop([]) ; $d.pop("nope", $x) ; {}.popitem() ; $d.popitem(1)
		$d.setdefault() ; $d.setdefault([], 1) ; $d.update($n) ; $d.update([1]) ; $d.update([(1, 2, 3)]) ; $d.update($d, $d)
		$d.update([([], 1)]) ; $d.update($s) ; $d.keys(1) ; $d.items(1) ; $d.values(x = 1) ; $d.clear(1) ; {$l: 1} ; {1: 2, 1: 3} ; {$k: 1, $k: 2}
		{"a": 1, "a": 2} ; {$d: 1} ; {$x: $x} ; {(1, $l): 2} ; {1: $x, 1.0: $x} ; {[]: boom("never")} ; {$n: boom("v")} ; dict(a = 1, **{"a": 2})
		dict([("a", 1)], a = 2)
	$e.add() ; $e.add([]) ; $e.add(1, 2) ; $e.remove($x) ; $e.remove([]) ; set().pop() ; $e.pop(1) ; $e.discard([]) ; $e.union($n)
		$e.union([[]]) ; $e.update($n) ; $e.update([[]]) ; $e.update($l, $n) ; $e.issubset($n) ; $e.issuperset([[]]) ; $e.difference($n)
		$e.intersection($o) ; $e.symmetric_difference(1) ; $e.intersection([[]]) ; $e.difference() ; $e.clear(1) ; set([1], 2) ; set(x = 1)
	$n() ; $s($x) ; $o() ; $l(1) ; $h() ; $x($x) ; {}() ; (1, 2)(3) ; $c() ; $c($x, $x) ; $c(nope = 1) ; $c(*5) ; $c(*$n) ; $c(**$n)
		$c(**{1: 2}) ; $c(**$l) ; $c(*$o, **$d) ; print(*$x) ; print(**$d) ; apply() ; apply($n) ; apply($c) ; apply(apply, apply, $c, $x)
		apply(boom, $s) ; apply(lambda: boom("in")) ; attempt() ; attempt($x) ; apply(attempt, boom, "x") ; apply(lambda: $x, 1) ; plain($x)
		placed() ; placed($c, $x) ; placed(boom, "x") ; box() ; box($s) ; row(x = 1) ; freeze() ; info($x) ; stack(1)
	[$x for x in $n] ; [x for x in $x] ; [a for a, b in $L] ; [a for a, b in $l] ; {k: 1 for k in [[]]} ; [1 for a in [1, 2] if boom("if")]
		[b for a in $l for b in a] ; {k: v for k, v in [(1, 2), (3,)]} ; [x for x in 5] ; [x for x in $h] ; [boom(x) for x in [1, 2]]
		[x // y for x in [1] for y in [1, 0]] ; {x: boom("v") for x in $m} ; [lambda: x for x in $l][0]()
	$x if boom("c") else $x ; $x and boom("and") ; $x or boom("or") ; not boom("not") ; (lambda: boom("l"))() ; (lambda x: x + $n)($s)
		(lambda a, b: a)($x) ; (lambda *a: a[5])(1, 2) ; (lambda **k: k["z"])(a = 1) ; (lambda a = $n // 0: a)() ; (lambda a: a.b)(1)
		sorted([3, 1, 2], key = lambda x: 1 // (x - 2)) ; max([1, 0], key = lambda x: boom("key")) ; [1, 2, 3][boom("i")] ; boom("x")[boom("y")]
		boom("f")(boom("a")) ; echo(1) + boom("r") ; {echo(1): boom("k")} ; [echo(1), boom("e"), echo(2)] ; (echo(1), boom("t"))
		print(echo(1), boom("p"), k = echo(2)) ; echo(lambda: 1)(boom("q")) ; echo([])[echo(0)] ; echo({})[echo("k")] ; echo("s").nope(echo(1))
	row(1, 2)[2] ; row()[0:1] ; row(1, 2)[:"a"] ; row(1)[::0] ; $q + $q ; $q * 2 ; len($w) ; $w["bad"] ; $w[1] ; $w["zz"] ; bag(1)[0:1]
		$h + "s" ; $h + 13 ; 13 + $h ; $h + None ; list($h) ; list($w) ; dict($w) ; dict($q) ; zip($a, $h) ; $h.call($x) ; $h.call(boom, "x")
		$h.call() ; box(1).call(lambda: $x) ; waker(lambda: $x) + 1 ; waker(lambda: boom("w")) + 1 ; list(waker(lambda: [1, 2]))
		waker(lambda: stack()).now ; [a for a in waker(lambda: [1, $x // 1])] ; waker($c) + 1 ; waker(lambda: 1 // 0)[0]
		waker(lambda: stack())[0] ; -waker(lambda: stack()) ; waker(lambda: $x) == waker(lambda: 1) ; sorted(waker(lambda: [2, 1]), key = $c)
`)
