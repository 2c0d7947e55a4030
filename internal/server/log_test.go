package server

import (
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// written is a writer that two goroutines may use.
type written struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func TestLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out written
		log, flush := NewLog(&out, "text", "info")
		log.Debug("not this")
		log.Info("first")
		log.With(slog.String("k", "v")).WithGroup("g").Info("second", slog.Int("n", 1))
		if out.String() != "" {
			t.Errorf("a line of no hurry went out at once: %s", out.String())
		}
		<-time.After(logDelay) // on the bubble's clock
		synctest.Wait()
		if got := strings.Count(out.String(), "\n"); got != 2 || !strings.Contains(out.String(), "k=v g.n=1") {
			t.Errorf("after the delay: %s", out.String())
		}
		log.Info("third")
		log.Warn("fourth")
		if got := out.String(); !strings.HasSuffix(got, "msg=fourth\n") || strings.Index(got, "third") > strings.Index(got, "fourth") {
			t.Errorf("a warning waits, or overtakes: %s", got)
		}
		log.Info("fifth")
		flush()
		flush()
		if !strings.HasSuffix(out.String(), "msg=fifth\n") {
			t.Errorf("flush: %s", out.String())
		}
		long := strings.Repeat("x", logBuffer)
		log.Info(long)
		flush()
		if !strings.Contains(out.String(), long) {
			t.Error("a long line was cut")
		}
	})
}

func BenchmarkLog(b *testing.B) {
	log, flush := NewLog(io.Discard, "json", "info")
	defer flush()
	for b.Loop() {
		log.Info("request", slog.String("request_id", "x"), slog.Int("status", 200))
	}
}
