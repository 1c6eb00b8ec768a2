package differ_test

// large are expressions that go through thousands of elements and come to little:
// the evaluator has code of its own for them.
var large = parseTemplates(`
	len(set(range(5000)) | set(range(3, 9000, 2))) ; sorted(set(range(5000)) & set(range(3, 9000, 2)))[-3:]
		len(set(range(5000)) - set(range(3, 9000, 2))) ; len(set(range(5000)) ^ set([1])) ; set(range(5000)) == set(range(5000))
		set(range(5000)) <= set(range(5001)) ; set(range(5000)) > set(range(4999))
	sorted(range(5000, 0, -1))[2:5] ; sorted(range(5000), reverse = True)[:2] ; sorted(["b", "a", "c"] * 2000)[1999:2001]
		sorted([2.5, -1.0, float("nan"), 1] * 1500)[::1500] ; sorted([(2, "b"), (1, "a"), (1, "b")] * 1500)[::1500]
		sorted(range(20000), key = str)[::5000] ; sorted([1, "a"] * 2000) ; sorted(range(5000), key = boom)
	max(range(9000)) ; min(range(9000), key = abs) ; max([1] * 5000 + ["a"]) ; len(str(list(range(5000)))) ; hash(repr([$x] * 5000))
		len("%s" % [[1, 2.5, "a"]] * 3) ; len("%r" % (list(range(5000)),)) ; len("{}{}".format("ab" * 5000, list(range(3000))))
	"".join(["ab"] * 5000)[3:9] ; ",".join([$s] * 5000)[-5:] ; len(("x" * 10000).replace("x", "yz")) ; ("a," * 5000).split(",")[4999]
		len(("a b" * 5000).split()) ; len(("a\n" * 5000).splitlines()) ; ("ab" * 5000).upper()[7:9] ; ("ab" * 5000).count("ba")
		("ab" * 5000).find("c") ; ("é" * 5000)[9998:] ; (" " * 5000 + "x").strip() ; ("ab" * 3000).title()[1:4]
		("a" * 5000).startswith(("b", "a" * 4000)) ; ",".join(["a"] * 5000 + [$n])
	len(list(dict(zip(range(5000), range(5000))).items())) ; len(dict(zip(range(5000), range(5000))) | {5001: 1})
		dict(enumerate(range(5000)))[4999] ; len({x: x for x in range(3000)}) ; len([x for x in range(3000) if x % 3])
		dict([(1, 2)] * 5000 + [(3,)]) ; dict(zip(range(5000), range(5000))) == dict(zip(range(5000), range(5000)))
		len(list(zip(range(5000), range(6000))))
	list(range(5000)) == list(range(5000)) ; list(range(5000)) < list(range(5001)) ; tuple(range(5000)) == tuple(range(5000))
		[1] * 5000 == [1] * 4999 + [2] ; 4999 in list(range(5000)) ; "a" in [1] * 5000 ; list(range(5000)).index(4321) ; [$x, $x] * 3000 == [1]
		reversed(range(5000))[:2] ; len(enumerate(range(5000))) ; any([0] * 5000) ; all([1] * 5000) ; len([0] * 5000 + [1] * 5000)
		([1, 2] * 5000)[::-3][:4] ; len(bytes([1, 2] * 3000)) ; bytes([1] * 5000 + [256]) ; len(str(b"ab\xff" * 3000))
		("ab" * 5000) < ("ab" * 5000 + "c")
	int("9" * 5000) % 1000007 ; len(str(int("7" * 700))) ; int("f" * 3000, 16) & 255 ; int("0x" + "a" * 2000, 0) % 97 ; int("1" * 4000 + "z")
		len("%d" % (1 << 511 << 511 << 511)) ; (1 << 511 << 511) // ((1 << 500) + 1) % 1000003 ; hash("ab" * 5000)
		(lambda *args: len(args))(*range(5000)) ; max(*range(5000)) ; (lambda **kw: len(kw))(**{str(x): x for x in range(1500)})
		(lambda a: a)(*range(5000)) ; print(*range(300)) ; [].extend(range(5000)) ; {(1, 2) * 3000: 1}[(1, 2) * 3000]
`)
