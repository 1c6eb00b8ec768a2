package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// newLogger returns a logger that gives each record, as JSON, to say.
func newLogger(say func(record []byte)) *slog.Logger {
	return slog.New(slog.NewJSONHandler(sayer(say), &slog.HandlerOptions{Level: slog.Level(-1 << 20)}))
}

type sayer func(record []byte)

func (s sayer) Write(record []byte) (int, error) {
	s(bytes.TrimSuffix(record, []byte("\n")))
	return len(record), nil
}

// relog logs a record that a task has logged elsewhere.
func relog(to *slog.Logger, record []byte) {
	if to == nil {
		return
	}
	d := json.NewDecoder(bytes.NewReader(record))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return // nothing that a worker says
	}
	r := slog.Record{Time: time.Now()}
	for d.More() {
		key, _ := d.Token()
		name, _ := key.(string)
		var v any
		if d.Decode(&v) != nil {
			return
		}
		text, _ := v.(string)
		switch name {
		case slog.TimeKey:
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				r.Time = at
			}
		case slog.LevelKey:
			var level slog.Level
			if level.UnmarshalText([]byte(text)) == nil {
				r.Level = level
			}
		case slog.MessageKey:
			r.Message = text
		default:
			r.AddAttrs(slog.Any(name, v))
		}
	}
	if h := to.Handler(); h.Enabled(context.Background(), r.Level) {
		_ = h.Handle(context.Background(), r) // there is nobody to tell
	}
}
