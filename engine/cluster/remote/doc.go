// Package remote runs tasks of groups on workers. It knows no network: what carries its
// bytes is a [cluster.Dispatcher] at home and a [cluster.Worker] elsewhere.
//
//	eng, err := engine.New(engine.Options{Remote: caller, …})  // caller := remote.NewCaller(dispatcher)
//
//	h := remote.NewHandler(eng, worker.Blob, "name")           // on the worker, with its own engine and grants
//	err := worker.Work(ctx, cluster.WorkerConfig{ABI: remote.ABI(eng), Slots: n}, h.Handle)
//
// # What goes to and fro
//
// A task that is sent is a parcel: what is to be called, as package wire writes it, and who
// the task is at home, so that current_task, timeouts and reports say the same there. Tasks
// of a group may be short, so a parcel may have many, as many as take some 35 ms. After 50 ms
// the worker tells what came of some, and hands back what it has not begun: so none waits for
// one that takes long. What must not run twice travels by itself. What the task prints,
// logs and says of its progress goes home while it runs.
//
// # What stays at home
//
// Groups, vaults, counters, and Results of tasks that have not ended ([engine.Resident])
// stay where the script runs. In the functions that are sent a stand-in takes their place.
// What is done to it is asked of home (cluster.Line.Ask), and done there by the very thread
// that waits for the task: so locks, waits, limits and deadlocks are what they are without
// a cluster. A question has a name, its op: the task's how-manieth it is. A task that is
// started again asks the same questions again and gets the same answers, and what has been
// done is not done twice. Who waits long for an answer gives its slot to others.
//
// # Where to find what
//
//	caller.go  Caller, one call               handler.go  Handler, one parcel
//	family.go  calls that travel together     host.go     what a worker has of a script
//	parcel.go  one parcel on its way          visit.go    one parcel in hand: what it says and asks
//	answer.go  what home does when asked      standin.go  stands for what stays at home
//	home.go    what home has of a script      format.go   parcels, outcomes, frames, questions as bytes
package remote
