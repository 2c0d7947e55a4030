package client_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
)

const pagesID = "0190d5a0-0000-7000-8000-000000000001"

// metered is a client of a licence with 10 pages and unlimited scans.
func metered(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	ten := 10.0
	b.server.Change(func(l *client.LicenseInfo) {
		l.Limitations = []client.Limitation{
			{ID: pagesID, Name: "pages", Value: &ten, ResetMode: 3},
			{ID: "0190d5a0-0000-7000-8000-000000000002", Name: "scans", ResetMode: 1},
			{ID: "0190d5a0-0000-7000-8000-000000000003", Name: "seats", Value: &ten},
		}
	})
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundle) consume(t *testing.T, amount float64) client.Consumption {
	t.Helper()
	c, err := b.client.Consume(t.Context(), "pages", amount)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bundle) left(t *testing.T, want float64) {
	t.Helper()
	if left, ok := b.client.Remaining("pages"); !ok || left != want {
		t.Errorf("%v left, %t; want %v", left, ok, want)
	}
}

// unplug takes the network away; plug brings it back.
func (b *bundle) unplug() {
	b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
}

func (b *bundle) plug() { b.server.Intercept(nil) }

func TestConsume(t *testing.T) {
	t.Parallel()
	b := metered(t)
	b.left(t, 10)
	c := b.consume(t, 2.5)
	if !c.Counted || c.TransactionID == "" || *c.Remaining != 7.5 || *c.Limit != 10 || c.Waiting != 0 {
		t.Errorf("%+v", c)
	}
	b.left(t, 7.5)
	if c, err := b.client.Consume(t.Context(), "pages", 8); !errors.Is(err, client.ErrExhausted) || c.Counted || *c.Remaining != 7.5 || c.Waiting != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := b.client.Consume(t.Context(), "scans", 1e6); err != nil || !c.Counted || c.Remaining != nil {
		t.Errorf("unlimited: %+v, %v", c, err)
	}
	if left, ok := b.client.Remaining("scans"); !ok || !math.IsInf(left, 1) {
		t.Errorf("%v scans left", left)
	}
	for _, name := range []string{"seats", "nothing"} {
		if _, err := b.client.Consume(t.Context(), name, 1); !errors.Is(err, client.ErrUnknownLimitation) {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := b.client.Remaining(name); ok {
			t.Errorf("%s has something left", name)
		}
	}
	for _, wrong := range []float64{0, -1, math.NaN(), math.Inf(1), 1e13, 0.0000001, 1.0000001} {
		if _, err := b.client.Consume(t.Context(), "pages", wrong); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
	b.restart(t)
	b.left(t, 10) // by the last heartbeat
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.left(t, 7.5)
}

func TestConsumeOffline(t *testing.T) {
	t.Parallel()
	b := metered(t)
	b.unplug()
	for i := range 3 {
		if c := b.consume(t, 2); c.Counted || c.Waiting != i+1 {
			t.Errorf("%+v", c)
		}
	}
	if tried := len(b.server.Requests()); tried != 3 { // the activation, one consumption and its retry
		t.Errorf("%d calls: without a network each consumption waited for one", tried)
	}
	b.left(t, 4)
	b.restart(t) // a crash loses nothing either: it is all on disk
	b.left(t, 4)
	b.plug()
	c := b.consume(t, 1)
	if !c.Counted || *c.Remaining != 3 || c.Waiting != 0 || b.server.Consumed(pagesID) != 7 {
		t.Errorf("%+v, the server counted %v", c, b.server.Consumed(pagesID))
	}
	last := b.server.Requests()[len(b.server.Requests())-1]
	if n := strings.Count(string(last.Body), "external_id"); n != 4 {
		t.Errorf("%d entries in one call: %s", n, last.Body)
	}
}

func TestWhatWaitsGoesOutWithAHeartbeat(t *testing.T) {
	t.Parallel()
	b := metered(t)
	b.unplug()
	b.consume(t, 4)
	b.plug()
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.left(t, 6)
	b.unplug()
	b.server.Advance(time.Minute)
	b.consume(t, 1)
	b.plug()
	if err := b.client.Deactivate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.server.Consumed(pagesID); n != 5 {
		t.Errorf("%v counted, want 5: what waited was lost", n)
	}
}

// Answers are lost at random moments, in every way; each amount counts once.
func TestLostAnswersCountOnce(t *testing.T) {
	t.Parallel()
	b := metered(t)
	lose := 0
	b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
		lose++
		if lose%3 != 0 {
			answer.ServeHTTP(httptest.NewRecorder(), r) // counted, and nobody hears of it
			panic(http.ErrAbortHandler)
		}
		answer.ServeHTTP(w, r)
	})
	for range 9 {
		b.consume(t, 1)
		b.server.Advance(time.Minute)
		b.restart(t)
	}
	b.plug()
	b.consume(t, 1)
	if n := b.server.Consumed(pagesID); n != 10 {
		t.Errorf("%v counted, want 10", n)
	}
	b.left(t, 0)
}

func TestWhatWaitedFindsNoRoom(t *testing.T) {
	t.Parallel()
	b := metered(t)
	b.unplug()
	b.consume(t, 6)
	b.consume(t, 6)
	b.consume(t, 4)
	b.plug()
	b.server.Advance(time.Minute)
	c, err := b.client.Consume(t.Context(), "pages", 1)
	if !errors.Is(err, client.ErrExhausted) || c.Refused != 1 || c.Waiting != 0 || b.server.Consumed(pagesID) != 10 {
		t.Errorf("%+v, %v, %v counted", c, err, b.server.Consumed(pagesID))
	}
}

// An entry that the server will never take does not stop those behind it.
func TestASpoiltEntryStopsNoOther(t *testing.T) {
	t.Parallel()
	b := metered(t)
	b.unplug()
	if _, err := b.client.Consume(t.Context(), "scans", 1); err != nil {
		t.Fatal(err)
	}
	b.consume(t, 2)
	b.server.Change(func(l *client.LicenseInfo) {
		l.Limitations = slices.DeleteFunc(slices.Clone(l.Limitations), func(k client.Limitation) bool { return k.Name == "scans" })
	})
	b.plug()
	b.server.Advance(time.Minute)
	if c := b.consume(t, 1); !c.Counted || c.Waiting != 0 || b.server.Consumed(pagesID) != 3 {
		t.Errorf("%+v, %v counted", c, b.server.Consumed(pagesID))
	}
}

func TestConsumeWithoutALicence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.client.Consume(t.Context(), "pages", 1); !errors.Is(err, client.ErrNotActivated) {
		t.Errorf("got %v", err)
	}
	b = metered(t)
	b.server.Refuse("consumption_heartbeats", &client.RefusalError{ID: client.RefusalSuspended, Message: "No.", Help: "Ask."})
	c, err := b.client.Consume(t.Context(), "pages", 1)
	if refused := new(client.RefusalError); !errors.As(err, &refused) || c.Counted || c.Waiting != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	b.server.Refuse("consumption_heartbeats", nil)
	b.server.Advance(8 * 24 * time.Hour)
	if _, err := b.client.Consume(t.Context(), "pages", 1); !errors.Is(err, client.ErrNotValid) {
		t.Errorf("when freeride is over: %v", err)
	}
	if n := b.server.Consumed(pagesID); n != 0 {
		t.Errorf("%v counted of what the program was told had failed", n)
	}
}

func TestTheQueueBearsForeignFiles(t *testing.T) {
	t.Parallel()
	b := metered(t)
	for name, text := range map[string]string{
		"0000000000000000001-a.json": "{", "0000000000000000002-b.json": `{"external_id":"b","client_id":"another","limitation_id":"` + pagesID + `","value":5}`, "x.json.1.tmp": "",
	} {
		if err := os.WriteFile(filepath.Join(b.file("consumption"), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c := b.consume(t, 1); !c.Counted || c.Waiting != 0 || b.server.Consumed(pagesID) != 1 {
		t.Errorf("%+v, %v counted", c, b.server.Consumed(pagesID))
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	b := metered(t)
	for i := range 10_000 {
		name := filepath.Join(b.file("consumption"), fmt.Sprintf("%019d-x.json", i))
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.client.Consume(t.Context(), "pages", 1); !errors.Is(err, client.ErrQueueFull) {
		t.Errorf("got %v", err)
	}
}

// Two programs over one folder send one queue; each amount counts once.
func TestTwoProcessesShareAQueue(t *testing.T) {
	t.Parallel()
	b := metered(t)
	b.unplug()
	for range 5 {
		b.consume(t, 1)
	}
	b.plug()
	b.server.Advance(time.Minute)
	var all sync.WaitGroup
	for range 3 {
		other, err := client.New(b.config)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		all.Go(func() {
			if _, err := other.Consume(t.Context(), "pages", 1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := b.server.Consumed(pagesID); n != 8 {
		t.Errorf("%v counted, want 8", n)
	}
}
