// Package permit holds what a script has been granted, and checks it. Nothing
// that touches the world is allowed unless a [Set] names it; [Open] turns a Set
// into [Grants], whose methods are the only way built-in modules reach files,
// hosts, programs and the environment.
//
// # Refusals
//
// What is not granted fails with a [*Denied], which names the flag to add. What
// is granted and fails anyway (no such file, a folder instead of a file, the
// operating system's own "permission denied") is a [*fs.PathError] with the name
// as the script wrote it, and no word of a flag. What is not granted is refused
// before it is looked at, so a refusal does not tell whether a file exists.
//
// # Files
//
// Names are relative to the current folder as it was at Open, or absolute. Each
// granted folder is opened once, as an [os.Root]; a name is matched to it by its
// text and then walked from that open folder, so neither ".." nor a symbolic
// link leads out, also not one that is swapped meanwhile. Links inside it may
// point anywhere inside it. A folder that is replaced after Open stays the one
// that was granted. A grant of a file, or of a name that does not exist yet,
// opens the folder that holds it and allows this one name there, with all below
// it once it is a folder; if it becomes a link it is refused. Any grant that
// allows is enough; a grant to write is one to read.
//
// Only regular files and folders are opened. FIFOs, sockets and devices are
// refused, without blocking. /proc, /sys and /dev, and on Linux every other
// mount of a file system of the kernel, need All, even where "/" is granted.
//
// What this cannot do: a hard link is a file like any other, wherever its other
// names are, and so is a folder mounted inside a granted one; a program that is
// granted does what it likes, with the rights of the process.
//
// # Concurrency
//
// All methods of Grants may be used by many goroutines at once. Between them the
// file system gives the only order: see [Grants.WriteFrom] for what readers see.
package permit
