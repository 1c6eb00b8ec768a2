package nats

// Permissions are the subjects that a user may publish and subscribe to; in a
// server's configuration, `permissions { publish: {allow: […]}, subscribe: … }`.
type Permissions struct{ Publish, Subscribe []string }

// workerInbox is where workers get their answers; other users' are theirs alone.
const workerInbox = "_TGW"

// WorkerPermissions returns what a worker's user needs and is to have, and nothing
// else.
//
// It may take tasks and say what became of them, put results, read code and
// arguments, read and change what is in the store, ask a task's coordinator, and say
// that it is there. It may not read results, nor publish, purge or delete anything
// else.
func WorkerPermissions() Permissions {
	return Permissions{
		Publish: []string{
			"$JS.API.STREAM.INFO." + tasksStream, // is there a JetStream, is it set up?

			"$JS.API.CONSUMER.MSG.NEXT." + tasksStream + ".*",                    // give me tasks
			"$JS.ACK." + tasksStream + ".>", "$JS.ACK.*.*." + tasksStream + ".>", // done, still at it, take it back

			"tg.r.*.*",               // results
			"$O." + outBucket + ".>", // large ones
			"tg.l.*.*",               // what tasks say
			"tg.q.*.*",               // what they ask
			hereSubject,              //

			"$JS.API.STREAM.MSG.GET.KV_" + runsBucket, // is the run alive?
			"$JS.API.DIRECT.GET.KV_" + codeBucket + ".>",
			"$JS.API.DIRECT.GET.OBJ_" + codeBucket,
			"$JS.API.DIRECT.GET.OBJ_" + codeBucket + ".>",
			"$JS.API.DIRECT.GET.OBJ_" + argsBucket,
			"$JS.API.DIRECT.GET.OBJ_" + argsBucket + ".>",
		},
		Subscribe: []string{workerInbox + ".>", cancelSubject, doneSubject, pingSubject},
	}
}

// CoordinatorPermissions returns what a coordinator's user needs: everything of tg's,
// and answering workers.
func CoordinatorPermissions() Permissions {
	return Permissions{
		Publish:   []string{"tg.>", "$JS.API.>", "$KV.tg_code.>", "$KV.tg_runs.>", "$O.tg_code.>", "$O.tg_args.>", "$O.tg_out.>", workerInbox + ".>"},
		Subscribe: []string{"_INBOX.>", "tg.>"},
	}
}
