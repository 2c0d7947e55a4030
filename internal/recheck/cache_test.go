package recheck

import (
	"context"
	"errors"
	"testing"
	"time"

	"chancery/internal/ident"
)

var errGone = errors.New("the caller went away")

// A database that has gone silent holds up nobody for longer than he wants to wait.
func TestNobodyQueuesBehindASilentDatabase(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	w := NewWatch(ident.NewManualClock(time.Unix(0, 0)), func(context.Context) (int64, error) {
		close(asked) // a second question would panic
		<-answer
		return 7, nil
	})
	first := make(chan int64)
	go func() {
		n, _ := w.Generation(context.Background())
		first <- n
	}()
	<-asked
	impatient, leave := context.WithCancelCause(t.Context())
	leave(errGone)
	if _, err := w.Generation(impatient); !errors.Is(err, errGone) {
		t.Errorf("got %v", err)
	}
	close(answer)
	if n := <-first; n != 7 {
		t.Errorf("who asked got %d", n)
	}
	if n, err := w.Generation(t.Context()); n != 7 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}
