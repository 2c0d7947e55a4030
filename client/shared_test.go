package client_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

// other is another process over the same folder.
func (b *bundle) other(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(b.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// The attack: a process that has not heard of the end writes its own mark over it.
func TestARefusalOutlivesOtherProcesses(t *testing.T) {
	t.Parallel()
	b := activated(t)
	first, second := b.client, b.other(t)
	b.server.Advance(time.Hour)
	b.server.Forget()
	if _, err := second.Heartbeat(t.Context()); err == nil {
		t.Fatal("the heartbeat of a released client was answered")
	}
	b.server.Advance(time.Hour)
	wantState(t, first.Status(), client.StateRefused) // it has not asked, and is told
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	wantState(t, b.other(t).Status(), client.StateRefused)
}

func TestProcessesShareWhatIsAnswered(t *testing.T) {
	t.Parallel()
	b := activated(t)
	first, second := b.client, b.other(t)
	b.server.Advance(6 * day)
	b.server.Change(func(l *client.LicenseInfo) { l.LicenseName = "Changed" })
	if _, err := second.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.server.Advance(6 * day)
	s := first.Status()
	wantState(t, s, client.StateValid)
	if s.License.LicenseName != "Changed" {
		t.Errorf("another process's answer is not used: %s", s.License.LicenseName)
	}
	if err := second.Deactivate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.server.Advance(time.Minute)
	wantState(t, first.Status(), client.StateNotActivated)
	if _, err := second.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	b.server.Advance(time.Minute)
	wantState(t, first.Status(), client.StateValid)
	if _, err := first.Heartbeat(t.Context()); err != nil {
		t.Errorf("with the key of another process's activation: %v", err)
	}
}

// The later clock of one process is not lost when another writes.
func TestALaterTimeOutlivesOtherProcesses(t *testing.T) {
	t.Parallel()
	b := activated(t)
	first, second := b.client, b.other(t)
	b.server.Advance(5 * day)
	first.Status()
	b.server.Advance(-5 * day)
	second.Status()
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	b.kill(t)
	wantState(t, b.client.Status(), client.StateClockSetBack)
}

// An answer that another process got later is not replaced by one that came late.
func TestALateAnswerReplacesNoLaterOne(t *testing.T) {
	t.Parallel()
	b := activated(t)
	first, second := b.client, b.other(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
		late := false
		once.Do(func() { late = true })
		recorded := httptest.NewRecorder()
		answer.ServeHTTP(recorded, r)
		if late {
			close(arrived)
			<-release
		}
		w.Header().Set(signed.SignatureHeader, recorded.Header().Get(signed.SignatureHeader))
		_, _ = w.Write(recorded.Body.Bytes())
	})
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := first.Heartbeat(t.Context()); err != nil {
			t.Error(err)
		}
	})
	<-arrived
	b.server.Advance(time.Hour)
	b.server.Change(func(l *client.LicenseInfo) { l.LicenseName = "Changed" })
	if _, err := second.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(release)
	all.Wait()
	for _, c := range []*client.Client{first, b.other(t)} {
		if name := c.Status().License.LicenseName; name != "Changed" {
			t.Errorf("%s is held", name)
		}
	}
}

// The attack: an answer is held back on the way, and delivered when freeride is
// over. It is as old as the question.
func TestAnAnswerHeldBackIsOld(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
		recorded := httptest.NewRecorder()
		answer.ServeHTTP(recorded, r)
		b.server.Advance(8 * day)
		w.Header().Set(signed.SignatureHeader, recorded.Header().Get(signed.SignatureHeader))
		_, _ = w.Write(recorded.Body.Bytes())
	})
	s, err := b.client.Heartbeat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateStale)
}

// withhold takes the server's answer to a heartbeat from the way, as the file that
// the SDK would have made of it.
func (b *bundle) withhold(t *testing.T) string {
	t.Helper()
	var mu sync.Mutex // the handler may still run when the call has failed
	var file string
	b.server.Intercept(func(_ http.ResponseWriter, r *http.Request, answer http.Handler) {
		recorded := httptest.NewRecorder()
		answer.ServeHTTP(recorded, r)
		mu.Lock()
		defer mu.Unlock()
		file = "chancery answer 1\n" + recorded.Header().Get(signed.SignatureHeader) + "\n" + recorded.Body.String()
		panic(http.ErrAbortHandler)
	})
	defer b.server.Intercept(nil)
	if _, err := b.client.Heartbeat(t.Context()); err == nil {
		t.Fatal("an answer came")
	}
	mu.Lock()
	defer mu.Unlock()
	return file
}

// The attack: withhold one answer, be told the end, and put the answer there.
func TestAWithheldAnswerLiftsNoRefusal(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Advance(time.Hour)
	file := b.withhold(t)
	b.server.Advance(time.Hour)
	b.server.Forget()
	if _, err := b.client.Heartbeat(t.Context()); err == nil {
		t.Fatal("the heartbeat of a released client was answered")
	}
	if err := b.client.Close(); err != nil { // nobody runs who remembers
		t.Fatal(err)
	}
	write(t, b.file("license.answer"), file)
	b.kill(t)
	wantState(t, b.client.Status(), client.StateRefused)
	b.restart(t) // also when it has been written down
	wantState(t, b.client.Status(), client.StateRefused)
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	wantState(t, b.client.Status(), client.StateValid)
}

// The attack: the same, to have the last time seen forgotten. And a machine whose
// clock is behind must not gain by it.
func TestAWithheldAnswerDropsNoTime(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]int{"right": 0, "behind": -2, "ahead": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.config.Now = func() time.Time { return b.server.Now().AddDate(wrong, 0, 0) }
			b.restart(t)
			if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
				t.Fatal(err)
			}
			b.server.Advance(time.Hour)
			file := b.withhold(t)
			made := b.server.Now()
			b.server.Advance(7*day + time.Second)
			wantState(t, b.client.Status(), client.StateStale)
			if err := b.client.Close(); err != nil { // nobody runs who remembers
				t.Fatal(err)
			}
			write(t, b.file("license.answer"), file)
			b.kill(t)
			wantState(t, b.client.Status(), client.StateStale)
			b.server.Advance(made.Sub(b.server.Now()))
			wantState(t, b.client.Status(), client.StateClockSetBack)
			b.kill(t)
			wantState(t, b.client.Status(), client.StateClockSetBack)
		})
	}
}

// The attack: damage the answer, be told the end, and put the answer back.
func TestADamagedAnswerKeepsNoRefusalOut(t *testing.T) {
	t.Parallel()
	for _, running := range []bool{false, true} {
		b := activated(t)
		good := read(t, b.file("license.answer"))
		write(t, b.file("license.answer"), "damaged")
		second := b.other(t) // it finds the damage
		b.server.Forget()
		c := second
		if running {
			c = b.client // it does not
		}
		if _, err := c.Heartbeat(t.Context()); err == nil {
			t.Fatal("the heartbeat of a released client was answered")
		}
		b.server.Advance(time.Minute)
		wantState(t, b.client.Status(), client.StateRefused)
		write(t, b.file("license.answer"), good)
		wantState(t, b.other(t).Status(), client.StateRefused)
	}
}
