package server

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	logBuffer = 64 << 10
	logDelay  = 100 * time.Millisecond
)

// NewLog makes the log. Lines are gathered for a moment, because one write for
// each request costs as much as reading a licence; what is a warning or worse
// goes out at once, with all before it. flush writes what is left.
func NewLog(w io.Writer, format, level string) (log *slog.Logger, flush func()) {
	var least slog.Level
	_ = least.UnmarshalText([]byte(level)) // one of the flag's enum
	lines := &gatherer{to: w, buffer: make([]byte, 0, logBuffer)}
	options := &slog.HandlerOptions{Level: least}
	var h slog.Handler = slog.NewTextHandler(lines, options)
	if format == "json" {
		h = slog.NewJSONHandler(lines, options)
	}
	return slog.New(urgent{h, lines}), lines.flush
}

// urgent lets no warning wait.
type urgent struct {
	slog.Handler

	lines *gatherer
}

// Handle implements slog.Handler.
func (u urgent) Handle(ctx context.Context, r slog.Record) error {
	err := u.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		u.lines.flush()
	}
	return err
}

// WithAttrs implements slog.Handler.
func (u urgent) WithAttrs(attrs []slog.Attr) slog.Handler {
	return urgent{u.Handler.WithAttrs(attrs), u.lines}
}

// WithGroup implements slog.Handler.
func (u urgent) WithGroup(name string) slog.Handler {
	return urgent{u.Handler.WithGroup(name), u.lines}
}

// gatherer writes at most logDelay late.
type gatherer struct {
	to io.Writer

	mu     sync.Mutex
	buffer []byte
	timer  *time.Timer // nil while nothing waits
}

// Write implements io.Writer.
func (g *gatherer) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.buffer)+len(line) > logBuffer {
		g.write()
	}
	g.buffer = append(g.buffer, line...)
	if g.timer == nil {
		g.timer = time.AfterFunc(logDelay, g.flush)
	}
	return len(line), nil
}

func (g *gatherer) flush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.write()
}

// write is called with the lock held, so that lines keep their order.
func (g *gatherer) write() {
	if g.timer != nil {
		g.timer.Stop()
		g.timer = nil
	}
	if len(g.buffer) > 0 {
		_, _ = g.to.Write(g.buffer) // there is nowhere else to say it
		g.buffer = g.buffer[:0]
	}
}
