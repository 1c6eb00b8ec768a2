package differ_test

// right are expressions by kind that mostly work.
var right = parseTables(map[kind]string{
	"j": `len([$x, $x]) ; $I % $J`,
	"i": `len($v) ; len($s) ; len($y) ; $i + $i ; $i - $i ; $i % $J ; $i // $J ; -$i ; +$i ; ~$i ; abs($i) ; $i & $J ; $i | $i ; $i ^ $i
		$s.find($s) ; $s.find($s, $i) ; $s.rfind($s, $i, $i) ; $s.count($s) ; $s.count($s, $i) ; ord($C) ; ord(b"x") ; ord($s[0:1] or "k")
		int($b) ; int("12") ; min($i, $i) ; max($i, $i, $i) ; $i if $b else $i ; $i or $i ; $i and $i ; @call ; @call
		[$i, $i, $i][$j % 3] ; ($i, $i)[-1] ; range(5)[$j % 5] ; "abc".index("b") ; apply(len, $v) ; echo($i) ; $q.n ; $h.n ; len(range(0, 1 << 62, 7))
		$l[0] if $l else $i ; [x for x in $l if x][0:1] == $l and 1 or 0 ; apply(lambda a, b = 2: a - b, $i)`,
	"n": `$n + $n ; $n - $n ; $n * $M ; $M * $n ; $N * $N ; $n // $J ; $n // $Z ; $n % $J ; $n % $Z ; $n & $n ; $n | $n ; $n ^ $n ; ~$n ; -$n ; +$n
		$n << $J ; $n >> $J ; $n << 31 ; $n << 62 ; $n << 63 ; $n >> 63 ; $n >> 64 ; abs($n) ; hash($s) ; hash($y) ; int(1.5e10) ; int($i / 2)
		int("ff", 16) ; int("-0x1f", 0) ; int("z", 36) ; int("9223372036854775808") ; int("0b11", base = 0) ; max([$n] + $l) ; min($l + [$n], key = abs)
		$d.get($s, $n) ; $d[$W] if $W in $d else $n ; {1: $n}[1] ; @call ; @call ; @cond ; $n or $n ; $n and $n ; echo($n) ; apply(max, $n, $n)
		apply(int, "7")
		(lambda a: a + $n)($n) ; $h.x if type($h.x) == "int" else $n ; -(1 << 63) ; (1 << 63) - 1 ; $n + 9223372036854775807
		$n - 9223372036854775807 - 2 ; $n * 3037000500 if $n == 0 else $n
		list(range(3))[$j % 3] ; row($n, $n)[0] ; table(a = $n)["a"] ; [a for a in ($n, $n)][1] ; int(float($i)) ; $d.setdefault($s, $n)
		[$n].pop() ; {"k": $n}.pop("k")`,
	"I": `$I + $I ; $I - $I ; $I * $I ; $I // $J ; $I // $Z ; $I % $J ; $I % $Z ; $I & $I ; $I | $I ; $I ^ $I ; ~$I ; -$I ; $I << $J ; $I >> $J
		$I << 40 ; $I >> 33 ; len($v) ; abs($I)`,
	"F": `$F + $F ; $F - $F ; $F * $F ; $F + $I ; $I - $F ; $F * $I ; $F / $J ; $I / $J ; $I / $Z ; $F // $J ; $F % $J ; $F % $Z ; -$F ; +$F
		float($I) ; abs($F)`,
	"N": `$I + $I ; $I * $I ; $I - $F ; $F * $I ; -$N ; +$N ; $N + $N ; $N - $N ; $N * $N`,
	"f": `$f + $f ; $f - $n ; $n + $f ; $f * $M ; $N * $F ; $f / $J ; $n / $J ; $n / $Z ; $f // $J ; $n // 2.0 ; $f % $J ; $n % 2.5 ; $f % $Z
		-$f ; +$f ; abs($f) ; float($i) ; float("1.5") ; float(" 2e3") ; float($b)
		max($f, $n) ; min([$f, $f]) ; $f if $b else $f ; @call ; echo($f) ; float("+Inf") ; float("-nan") ; $n * 1.0 ; [$f, $n][0]
		sorted([$f, $f, $n])[0]`,
	"u": `$n ; $f ; $N ; $u + $u ; -$u ; $u - $u ; $N * $N ; $u // $J ; $u % $J ; max($u, $u)`,
	"b": `$N < $N ; $N <= $N ; $N == $N ; $u > $u ; $u >= $u ; $n == $n ; $n != $f ; $s < $s ; $s >= $s ; $s == $s ; $x == $x ; $x != $x
		not $x ; not not $x ; $b and $b ; $b or $b
		not ($b and $x) ; $n in $l ; $n not in $l ; $s in $s ; $s not in $s ; $s in $d ; $k in $D ; $k not in $D ; $n in $e ; $i in $r ; $y in $y
		$i in $y ; $x in $t ; $x in $L ; $s in $w
		$s.startswith($s) ; $s.endswith(($s, $s)) ; $s.isalpha() ; $s.isdigit() ; $s.isalnum() ; $s.islower() ; $s.isupper() ; $s.isspace() ; $s.istitle()
		any($v) ; all($v) ; bool($x) ; hasattr($x, "append") ; hasattr($h, "n") ; $l == $l ; $l < $l ; $t == $t ; $t != $t ; $d == $d ; $e == $e
		$e <= $e ; $e > $e ; $r == $r ; $b == $b ; $b < $b ; $y < $y ; $y == $y
		$e.issubset($v) if $b else $b ; $e.issuperset($l) ; type($x) == $s ; $h == $h ; $h < $h ; $c == $c ; None == None ; @cond ; @call
		$i == $i and $i != $i or $b ; $o == $x ; echo($b)`,
	"o": `$l.append($n) ; print($x) ; $L.append($x) ; $d.update(a = $n) ; $l.extend($l) ; $e.add($n) ; @call ; apply(print, $x, sep = "")`,
	"s": `str($x) ; repr($x) ; type($x) ; $s + $s ; $s + $s + $s ; $s * $j ; $j * $s ; @chain ; @chain ; "%s" % ($x,) ; "%s and %r" % ($x, $x)
		"%d" % $n ; "%s-%d-%x" % ($s, $n, $n) ; "%o %X" % ($n, $i) ; "%g %e %f" % ($u, $F, $F)
		"%c%c" % ("x", 955) ; "%%" % () ; "%(a)s %(a)r" % {"a": $x} ; "%r" % [$x] ; "{} {}".format($x, $x) ; "{0} {a!r} {0!s}".format($x, a = $x)
		"{{}}{}".format($x)
		$s.upper() ; $s.lower() ; $s.title() ; $s.capitalize() ; $s.strip() ; $s.strip($s) ; $s.lstrip() ; $s.rstrip($s) ; $s.replace($S, $S)
		$s.replace($S, "", $i) ; $s.removeprefix($s) ; $s.removesuffix($s)
		$S.join($m) ; ",".join([str(x) for x in $v]) ; "".join($s.elems()) ; $s[$i:$i] ; $s[::-1] ; $s[$i:] ; $s[:$i] ; $s[::$Z]
		($s if $b else $s)[$i:] ; ($s or $s)[:$i] ; str($x)[1:]
		chr(65 + $J) ; chr(0x1F600) ; str($y) ; $s if $b else $s ; $s or $s ; $s and $s ; echo($s) ; @call ; ($s + "x")[0] ; ("y" + $s)[-1]
		"abc"[$j % 3] ; stack() ; info($g) ; $m[0] if $m else $s
		attempt(lambda: $x)[1] if $b else $s ; str(attempt(lambda: $x)) ; "%s" % attempt($c, $x)[1] ; min($s, $s)
		apply("{} {k}".format, $x, k = $x) ; $s.partition($S)[2] ; (lambda s, t = $s: s + t)($s)`,
	"y": `bytes($s) ; $y + $y ; b"a" + b"b" + $y ; $y * $j ; $y[$i:$i] ; $y[::-1] ; bytes([1, 2, $J]) ; bytes($y.elems()) ; $y if $b else $y ; echo($y)`,
	"l": `[$n, $n] ; [$n, $n, $n] ; list($r) ; list($e) ; list($l) ; sorted($l) ; sorted($l, reverse = $b) ; sorted($l, key = lambda a: -a)
		sorted($e, reverse = True) ; $l + $l ; [1] + [2] + $l ; $l + [$n] + [$n] ; $l * $j ; $l[$i:$i] ; $l[::-1] ; $l[$i:] ; $l[:$i:$Z]
		($l or $l)[$i:] ; ($l if $b else $l)[:$i] ; reversed($l) ; reversed($r) ; $d.values() ; list($s.elem_ords()) ; list($s.codepoint_ords())
		list($y.elems()) ; @ints ; @ints ; @ints ; $l if $b else $l ; $l or [$n] ; echo($l) ; @call ; list($r[1:]) ; [$n] * $j
		[len(x) for x in $m] ; list(bag($n, $n))
		sorted($l, key = $c) ; sorted([$n, $n, $n, $u])`,
	"m": `[$s, $s] ; $s.split($S) ; $s.split() ; $s.split(None, $i) ; $s.rsplit("a", $J) ; $s.splitlines() ; $s.splitlines(True)
		list($s.elems()) ; list($s.codepoints()) ; sorted($m) ; sorted($m, key = len) ; sorted($m, key = lambda s: s.lower(), reverse = True)
		$d.keys() ; $m + $m ; dir($h) ; [str(x) for x in $v] ; ["a"] + [$s] ; $m[1:] ; echo($m) ; list($d)`,
	"L": `[$x, $x] ; [$x, $x, $x] ; list($t) ; list($v) ; zip($v, $v) ; zip($l, $r, $m) ; enumerate($v) ; enumerate($v, $n) ; $D.items()
		$d.items() ; $D.values() ; $L + $L ; [$x] + [$x] + $L ; $L * $j ; $L[$i:] ; $L[::$Z] ; reversed($v) ; reversed($t) ; @list ; @list ; @list
		$L if $b else $L ; [$L, $L] ; echo($L) ; @call ; [$c, $c] ; sorted($L, key = str) ; sorted($D.items(), key = lambda p: str(p[0]))
		[attempt($c, x) for x in $v]`,
	"t": `($x, $x) ; ($x, $x, $x) ; ($x,) ; tuple($v) ; tuple($s.elems()) ; $t + $t ; (1, "a") + ($x,) ; (1,) + (2,) + $t ; $t * $j ; $t[$i:$i]
		$t[::-1] ; $s.partition($S) ; $s.rpartition($S) ; $t if $b else $t ; attempt(lambda: $x) ; attempt($c, $x) ; echo($t) ; @call
		{"k": $x}.popitem()`,
	"d": `{"a": $n, "b": $n} ; dict(a = $n, b = $n) ; dict([("a", $n)]) ; dict($d, c = $n) ; dict([["x", $n]], y = $n) ; $d | $d
		$d | {"z": $n} ; {s: len(s) for s in $m} ; {str(i): i for i in $r} ; {k: v for k, v in $d.items() if v} ; dict(zip($m, $l))
		$d if $b else $d ; echo($d) ; @call ; {$W: $n} ; dict(**$d) ; dict($d, **{"q": $n})`,
	"D": `{$k: $x, "z1": $x} ; dict($D) ; {k: $x for k in $r} ; {k: v for k, v in enumerate($v)} ; $D | $D ; @dict ; @dict ; {(1, $s): $x}
		{1: {2: $x}} ; echo($D) ; dict(a = $x) ; dict(enumerate($L))`,
	"e": `set($l) ; set([$n, $n]) ; set($r) ; $e | $e ; $e & $e ; $e - $e ; $e ^ $e ; $e.union($l) ; $e.union($l, $r) ; $e.intersection($l)
		$e.difference($l) ; $e.symmetric_difference($r) ; $e if $b else $e ; echo($e) ; set([x % 3 for x in $l])`,
	"r": `range($j) ; range($j, $j) ; range($j, $j, $Z) ; $r[$i:$i] ; $r[::-1] ; $r[::$Z] ; range(len($v)) ; echo($r) ; $r if $b else $r
		range(2, $j + 2)`,
	"c": `@lambda ; @lambda ; @lambda ; $s.find ; $S.join ; $l.append ; $L.append ; $d.get ; $s.startswith ; $e.add ; $c ; @named ; @named
		@named ; plain ; placed ; echo ; boom ; $c if $b else $c ; (lambda: $c)() ; getattr($s, "count") ; $S.split ; $h.call`,
	"g": `$c ; @named ; lambda *args: args ; lambda **kw: sorted(kw.items()) ; lambda a, *b, c = $n, **d: (a, b, c, d) ; apply ; attempt
		lambda: $x ; lambda a, b: (b, a) ; "{} {}".format`,
	"h": `$h + $i ; $i + $h ; $h - $h ; -$h ; box($i) ; $h if $b else $h ; echo($h) ; $h or $h ; box(2)`,
	"q": `$q[$i:$i] ; $q[::-1] ; row($x, $x, $x) ; row($n) ; echo($q)`,
	"w": `table(a = $n, b = $x) ; table(a = 1, b = $w) ; echo($w)`,
	"a": `bag($x, $x) ; bag(1, 2, $n) ; bag(row($n), $n)`,
	"k": `$n ; $s ; $b ; $f ; ($n, $s) ; $y ; None ; -$n ; $s + $s ; $n + $f ; str($x) ; $i % $J`,
	"v": `$l ; $m ; $t ; $d ; $r ; $e ; $L ; $s.elems() ; $s.codepoints() ; $a`,
	"x": `$n ; $s ; $l ; $f ; $t ; $d ; $L ; @call ; @call ; @call ; @cond ; @logic ; @logic ; @slice ; @slice ; @chain ; [$x] ; ($x, $x)
		{"a": $x}["a"] ; [$x, $x][$j % 2] ; ($x, $x)[0] ; echo($x) ; apply($c, $x) ; apply(lambda *a, **k: (a, k), $x, k = $x) ; getattr($h, "n")
		getattr($x, "nope", $x) ; row($x)[0] ; $d.get($s) ; max($x, $x, key = str) ; min([$x, $x], key = lambda x: str(x)) ; $h.x
		(lambda x: x)($x)`,
})
