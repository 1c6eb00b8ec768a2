package nats

import (
	"cmp"
	"crypto/tls"
	"time"
)

// Options say how to connect and how to behave. The zero value is ready for an
// embedded server, and for an external one without authentication.
type Options struct {
	Name  string // of the connection, for people; "" is "tg"
	Seed  string // of the nkey user: "SU…"; a coordinator's tasks are signed with it, also if the server asks for no key
	Creds string // the path of a .creds file, instead of Seed

	// Each of these insists on TLS: a server without it is refused. Only with servers on
	// this machine authorities and ServerName do not: they are for one that wants TLS.
	CA         string // the path of a PEM file with the only authorities to trust, "" is the system's
	CAPEM      []byte // the same as text
	ServerName string // what the server's certificate is checked for, "" is the host's name
	Cert       string // the path of a PEM file: the client's own certificate, with Key
	Key        string
	TLS        bool // insist on TLS although the URL says nats://

	// Wait has Connect wait for a server that is not there yet, until its context ends.
	Wait bool

	// Trust lists the public nkeys ("U…") of the coordinators whose tasks a worker
	// runs. Without any, a worker refuses to work.
	Trust []string

	AckWait  time.Duration // how long the server waits for word of a worker that has a task; 2–5 s; 0 is 3 s
	Lease    time.Duration // how long a run lives without its coordinator; 0 is 10 s
	Patience time.Duration // how long to wait for a first answer, of a server or of workers; 0 is 30 s, negative is for ever
	Replicas int           // of every stream that is made; 0 is 3 where there are as many servers, else 1
	Dial     time.Duration // how long one attempt to connect may take; 0 is 5 s

	Embed Embed // for embed://
}

// Embed says how the embedded server is to be.
type Embed struct {
	Dir          string        // where JetStream keeps what it stores; "" is a temporary folder, removed by Close
	SyncInterval time.Duration // how often it is forced to the disk, 0 is 10 s; negative is after each message
	MaxDisk      int64         // bytes that may be stored, 0 is what the server finds fit
	TLS          *tls.Config   // for those that come over the network; nil is plain TCP

	WorkerSeed string // the nkey of workers, "" makes one: see Conn.Invitation

	Cluster *Member // one of several servers; nil is a single one
}

// Member is what one server of several has to know.
type Member struct {
	Name   string   // of this server, unique
	Listen string   // HOST:PORT for the other servers
	Routes []string // HOST:PORT of the others
}

// maxMessage is the most that goes into a message; what is larger is stored apart.
const maxMessage = 512 << 10

const forever time.Duration = 1 << 62

func (o Options) withDefaults() Options {
	o.Name = cmp.Or(o.Name, "tg")
	o.AckWait = cmp.Or(o.AckWait, 3*time.Second)
	o.Lease = cmp.Or(o.Lease, 10*time.Second)
	o.Patience = cmp.Or(o.Patience, 30*time.Second)
	o.Dial = cmp.Or(o.Dial, 5*time.Second)
	if o.Patience < 0 {
		o.Patience = forever
	}
	return o
}
