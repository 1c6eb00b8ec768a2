// Package cluster says what it means to run a task on another machine, without
// saying over what: the words that both sides share, and as much of their logic as
// needs no broker. Package cluster/nats does it over NATS JetStream.
//
// A program that has tasks holds a [Dispatcher], one that runs them a [Worker]; a
// running task has a [Line] to who sent it. All of them carry bytes; what the bytes
// mean is the business of whoever calls them: package cluster/remote.
//
// # Promises
//
// [Dispatcher.Do] returns one outcome for each task, whatever happens to workers:
// one that is killed, stopped or cut off loses nothing. Its tasks are started again
// elsewhere, so that a task may be started more than once, though never more than
// [Task.Tries] times; only one of its results is ever seen. A task whose every
// start was lost is a [LostError].
//
// # The pieces
//
// [Window] bounds how many tasks are under way, [Roster] knows which workers there
// are, [Transcript] makes one text of what several attempts printed, [Held] is what
// a worker has in hand, [Chunker] finds out how many small items make one task.
// Each is pure logic, told the time where it needs it.
package cluster
