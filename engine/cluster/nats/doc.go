// Package nats is package cluster over NATS JetStream.
//
// [Connect] gives a [Conn]: to a server of its own in the process (embed://), or to
// others (nats://, tls://). From a Conn come a coordinator's [Conn.Dispatcher]
// and a worker's [Conn.Worker].
//
// # Protocol
//
//	tg.t.<abi>.<queue>.<run>.<task>  stream TG_TASKS: a work queue, discard new, one
//	                                 message a subject, one durable consumer for each
//	                                 abi and queue: explicit ack, AckWait
//	tg.r.<run>.<task>                stream TG_RES: discard new per subject, so that the
//	                                 first result wins; what has been stored is
//	                                 published again as tg.p.<run>.<task>, which the
//	                                 coordinator hears; purged as read
//	KV_tg_code, OBJ_tg_code          blobs by hash, create only
//	OBJ_tg_args, OBJ_tg_out          data and results of tasks above 512 KiB
//	KV_tg_runs                       a run's lease; it expires unless it is renewed
//	tg.c.cancel, tg.c.done           a task, a run is not wanted any more
//	tg.c.ping, tg.c.here             who is there? I am
//	tg.l.<run>.<task>                what a task says while it runs
//	tg.q.<run>.<task>                what it asks its coordinator, a request; the answer
//	                                 goes to the worker's inbox, _TGW.…
//
// A worker asks for exactly as many tasks as it has free slots. It says every third
// of AckWait that it still works on them, and acks a task only after the result is
// stored. The nth delivery of a message is the nth start of its task: one beyond
// [cluster.Task.Tries] is not run but answered with "lost". Therefore the consumer
// itself has no MaxDeliver: a message past that would stay in the queue, unseen, and
// how often a task may be started is its own affair, and signed.
//
// A coordinator that misses a result (core NATS delivers at most once) finds it by
// reconciling: a task that is on TG_TASKS is under way; one that is not has a result
// on TG_RES; one that is on neither, twice in a row, was lost by the servers and is
// sent again, or given up if it may not run twice.
//
// A worker asks a question again, under the same op, every second or two until it is
// answered; the coordinator keeps the answers of a task until its end, so that each
// question is put once, whatever is lost on the way and whoever runs the task. From
// the second time on the question's text stays away unless the coordinator wants it.
//
// # Trust
//
// Each task is signed with the coordinator's nkey, subject and all; a worker runs
// only what is signed by a key that it was told to trust. [WorkerPermissions] are
// what a worker's user may do: it creates no consumers, since a consumer can be made
// to send what is stored to any subject, past the permissions of who made it.
// Workers are trusted with each other's tasks and with their own results: one that
// lies about those of its queue is not found out. An answer goes to workers' inboxes
// only, since a coordinator may publish more than who asks it to.
//
// # Concurrency
//
// Everything exported is safe for concurrent use. All goroutines end with Close.
//
// # Tests
//
// They start servers and kill processes. With TG_CLUSTER_LONG=30000 in the environment
// those that send many tasks send that many.
package nats
