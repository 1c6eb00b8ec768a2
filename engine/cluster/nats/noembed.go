//go:build tg_noserver

package nats

import (
	"errors"

	"github.com/nats-io/nats.go"
)

type embedded struct{ workerSeed string }

func startServer(string, *Options) (*embedded, error) {
	return nil, errors.New("this program was built without a server (tag tg_noserver): use nats:// or tls:// and a server of its own")
}

func (*embedded) url() string         { return "" }
func (*embedded) dialer() nats.Option { return func(*nats.Options) error { return nil } }
func (*embedded) stop()               {}
func (*embedded) failure() error      { return nil }
