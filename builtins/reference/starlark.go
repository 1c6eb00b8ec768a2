package reference

// What every script has from go.starlark.net, in our words: its sources have no comments of
// this kind.

// names
//
//	args: list[str]  arguments of the script, as the command line has them

// def abs(x: float) -> Any
//
// abs returns the absolute value of a number.
//
// def all(x: Iterable) -> bool
//
// all returns whether every element is true.
//
// def any(x: Iterable) -> bool
//
// any returns whether some element is true.
//
// def bool(x=False) -> bool
//
// bool returns whether x is true: not 0, not empty, not None.
//
// def bytes(x: str | bytes | Iterable[int]) -> bytes
//
// bytes returns the bytes of a string in UTF-8, or those with the numbers of an iterable.
//
// def chr(i: int) -> str
//
// chr returns the character with this number in Unicode.
//
// def dict(x=…, **kwargs) -> dict
//
// dict returns a new dict, of another one or of pairs, with further keys by name.
//
// def dir(x) -> list[str]
//
// dir returns the names of the attributes of x, sorted.
//
// def enumerate(x: Iterable, start: int = 0) -> list[tuple]
//
// enumerate returns a list of (index, element).
//
// def fail(*args, sep: str = " ") -> NoReturn
//
// fail stops the task, or the script, with an error of these words.
//
// def float(x=0.0) -> float
//
// float returns a number, or the text of one, as a float.
//
// def getattr(x, name: str, default=…) -> Any
//
// getattr returns the attribute of x that has this name, or default if there is none.
//
// def hasattr(x, name: str) -> bool
//
// hasattr returns whether x has an attribute of this name.
//
// def hash(x: str | bytes) -> int
//
// hash returns an int that is the same for equal texts.
//
// def int(x, base: int = …) -> int
//
// int returns a number without its fraction, or what a text says in this base, by default 10.
//
// def load(file: str, /, *names: str, **renamed: str) -> None
//
// load binds names that another file has: load("lib/text.star", "words", count="n"). It stands
// at the top level only.
//
// def len(x) -> int
//
// len returns how many elements x has; of a string how many bytes.
//
// def list(x: Iterable = []) -> list
//
// list returns a new list of the elements.
//
// def max(*args, key: Callable | None = None) -> Any
//
// max returns the largest of its arguments, or of the elements of the only one; with key, a
// function of each, the one for which that is the largest.
//
// def min(*args, key: Callable | None = None) -> Any
//
// min returns the smallest, see max.
//
// def ord(x: str | bytes) -> int
//
// ord returns the number in Unicode of a string of one character, or of one byte.
//
// def print(*args, sep: str = " ") -> None
//
// print writes its arguments as a line, which other tasks do not tear.
//
// def range(start: int, stop: int = …, step: int = 1) -> Iterable[int]
//
// range returns the ints from start, or from 0 if only stop is given, up to stop without it.
//
// def repr(x) -> str
//
// repr returns x as a script would write it.
//
// def reversed(x: Iterable) -> list
//
// reversed returns a new list of the elements, the last one first.
//
// def set(x: Iterable = []) -> set
//
// set returns a new set of the elements.
//
// def str(x) -> str
//
// str returns x as text.
//
// def tuple(x: Iterable = ()) -> tuple
//
// tuple returns the elements as a tuple.
//
// def type(x) -> str
//
// type returns the name of the type of x: type([]) is "list".
//
// def zip(*args: Iterable) -> list[tuple]
//
// zip returns a list of tuples: the first elements of all, then the second ones, up to the
// end of the shortest.
