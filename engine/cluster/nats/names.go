package nats

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// The names of what is stored.
const (
	tasksStream  = "TG_TASKS"
	resultStream = "TG_RES"
	codeBucket   = "tg_code"
	argsBucket   = "tg_args"
	outBucket    = "tg_out"
	runsBucket   = "tg_runs"
)

// The core subjects.
const (
	cancelSubject = "tg.c.cancel"
	doneSubject   = "tg.c.done"
	pingSubject   = "tg.c.ping"
	hereSubject   = "tg.c.here"
)

func taskSubject(abi, queue, run, id string) string {
	return "tg.t." + abi + "." + token(queue) + "." + run + "." + id
}

func resultSubject(run, id string) string { return "tg.r." + run + "." + id }
func seenSubject(run, id string) string   { return "tg.p." + run + "." + id }
func logSubject(run, id string) string    { return "tg.l." + run + "." + id }
func askSubject(run, id string) string    { return "tg.q." + run + "." + id }

func consumerName(abi, queue string) string { return abi + "_" + token(queue) }

// token makes one word of a subject of any name. Names that are words already stay
// as they are; the others begin with a sign that a word has not.
func token(name string) string {
	if isWord(name, 64) {
		return name
	}
	return "=" + encode(name)
}

func encode(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

// isWord says whether a name can be part of a subject: A–Z a–z 0–9 - _.
func isWord(name string, most int) bool {
	return name != "" && len(name) <= most && strings.IndexFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

func checkWord(what, name string, most int) error {
	if !isWord(name, most) {
		return fmt.Errorf("%s %q is not 1 to %d of A-Z a-z 0-9 - _", what, name, most)
	}
	return nil
}
