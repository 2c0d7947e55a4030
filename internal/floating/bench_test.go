package floating_test

import (
	"testing"

	"chancery/internal/floating"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// licenseBench is the shared bench with what only this room's suite asks of it.
type licenseBench struct{ storetest.LicenseBench }

func newLicenses(t *testing.T, e storetest.Env) licenseBench {
	t.Helper()
	return licenseBench{storetest.NewLicenses(t, e)}
}

func (b licenseBench) session(t *testing.T, l *licensing.License, client string, change ...func(*floating.Call)) floating.Outcome {
	t.Helper()
	c := floating.Call{Vendor: b.Vendor, Presented: l.LicenseKey.String(), ClientID: client}
	for _, f := range change {
		f(&c)
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (floating.Outcome, error) { return b.Sessions.Open(x, c) })
}

func (b licenseBench) opened(t *testing.T, l *licensing.License, client string, change ...func(*floating.Call)) floating.Session {
	t.Helper()
	out := b.session(t, l, client, change...)
	if out.Refusal != nil {
		t.Fatalf("client %s was refused: %+v", client, out.Refusal)
	}
	return out.Status.Session
}

func (b licenseBench) denied(t *testing.T, id int, l *licensing.License, client string, change ...func(*floating.Call)) {
	t.Helper()
	if out := b.session(t, l, client, change...); out.Refusal == nil || out.Refusal.ID != id {
		t.Fatalf("client %s: got %+v, want the refusal %d", client, out.Refusal, id)
	}
}

func (b licenseBench) close(t *testing.T, l *licensing.License, client string, change ...func(*floating.Call)) *refusal.Refusal {
	t.Helper()
	c := floating.Call{Vendor: b.Vendor, Presented: l.LicenseKey.String(), ClientID: client}
	for _, f := range change {
		f(&c)
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (*refusal.Refusal, error) { return b.Sessions.Close(x, c) })
}

// openNow reads how many sessions are open, outside and inside a transaction.
func (b licenseBench) openNow(t *testing.T, l *licensing.License) int64 {
	t.Helper()
	read, err := b.Leases.Open(t.Context(), b.Vendor, b.Clock.Now(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	within := storetest.Do(t, b.Env, func(x tx.Tx) (int64, error) {
		n, err := b.Leases.OpenIn(x, b.Vendor, l.ID)
		return n[l.ID], err
	})
	if read[l.ID] != within {
		t.Errorf("%d open read outside, %d inside a transaction", read[l.ID], within)
	}
	return within
}

// counted holds the counter against the rows it counts.
func (b licenseBench) counted(t *testing.T) {
	t.Helper()
	if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM session_counters c WHERE
		c.open_count <> (SELECT COUNT(*) FROM sessions s WHERE s.license_id = c.license_id AND s.ended_at IS NULL)
		OR c.open_count > 0 AND c.next_lapse > (SELECT MIN(s.valid_until) FROM sessions s WHERE s.license_id = c.license_id AND s.ended_at IS NULL)`); n != 0 {
		t.Errorf("%d licences whose session counters are not what their rows say", n)
	}
}

func called(id string) func(*floating.Call) { return func(c *floating.Call) { c.SessionID = id } }

func by(user string) func(*floating.Call) { return func(c *floating.Call) { c.UserID = user } }
