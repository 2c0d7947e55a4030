package vendors_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store/storetest"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// dnsZone is DNS as a test sets it.
type dnsZone struct {
	mu      sync.Mutex
	records map[string][]string
	broken  bool
	asked   int
}

var errNoAnswer = errors.New("no answer")

// TXT implements vendors.Resolver.
func (z *dnsZone) TXT(_ context.Context, name string) ([]string, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked++
	if z.broken {
		return nil, errNoAnswer
	}
	return z.records[name], nil
}

func (z *dnsZone) set(h vendors.Host) {
	name, value := h.Record()
	z.mu.Lock()
	defer z.mu.Unlock()
	z.records[name] = append(z.records[name], "v=spf1 -all", value)
}

type hostBench struct {
	*vendors.Hosts

	e    storetest.Env
	rows vendorstore.Store
	zone *dnsZone
}

func newHosts(t *testing.T, e storetest.Env) hostBench {
	t.Helper()
	b := hostBench{e: e, rows: vendorstore.Store{DB: e.DB}, zone: &dnsZone{records: map[string][]string{}}}
	var err error
	if b.Hosts, err = vendors.NewHosts(vendors.HostsConfig{
		Store: b.rows, Reader: b.rows, Resolver: b.zone, Runner: e.DB, IDs: e.IDs, Own: func(h string) bool { return h == "licences.example.com" },
	}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b hostBench) add(t *testing.T, v vendors.Vendor, name string) vendors.Host {
	t.Helper()
	return storetest.Do(t, b.e, func(x tx.Tx) (vendors.Host, error) { return b.Add(x, v.ID, vendors.AddHost{Name: name}) })
}

func (b hostBench) look(t *testing.T, h vendors.Host) vendors.Host {
	t.Helper()
	h, err := b.Check(t.Context(), h.Vendor, h.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// now gives the host as it is stored, and whose it is on the server; "" for nobody's.
func (b hostBench) now(t *testing.T, h vendors.Host) (stored vendors.Host, serves string) {
	t.Helper()
	all, err := b.rows.Hosts(t.Context(), h.Vendor)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if one.UUID == h.UUID {
			stored = one
		}
	}
	served, err := b.rows.ServedHosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stored, served[h.Name].Slug
}

// work runs the job whenever something is due, for so long.
func (b hostBench) work(t *testing.T, long time.Duration) {
	t.Helper()
	for end := b.e.Clock.Now().Add(long); b.e.Clock.Now().Before(end); b.e.Clock.Advance(time.Hour) {
		if _, err := b.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A host serves a vendor once its record is in DNS, warns before it stops, and comes back
// with its record.
func TestAHostServesByItsProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, v := newHosts(t, e), storetest.Vendor(t, e, "Acme")
		h := b.add(t, v, "https://Licences.Acme.example/")
		if _, serves := b.now(t, h); h.Name != "licences.acme.example" || serves != "" || h.Standing() != vendors.Waiting {
			t.Fatalf("added: %+v, serves %q", h, serves)
		}
		b.zone.records["_chancery.licences.acme.example"] = []string{"chancery-host=somebody else's"}
		if h = b.look(t, h); h.Standing() != vendors.Waiting || h.Seen != vendors.Absent {
			t.Errorf("by another value: %+v", h)
		}
		b.zone.set(h)
		if h = b.look(t, h); h.Standing() != vendors.Serving || h.Seen != vendors.Found {
			t.Errorf("proven: %+v", h)
		}
		links := func() string {
			v, err := b.rows.ByID(t.Context(), v.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v.LinksHost
		}
		if stored, serves := b.now(t, h); serves != v.Slug || stored != h || links() != h.Name {
			t.Errorf("stored %+v, serves %q, links to %q", stored, serves, links())
		}

		b.zone.broken = true
		b.work(t, 20*24*time.Hour)
		if stored, serves := b.now(t, h); serves != v.Slug || stored.Standing() != vendors.Serving {
			t.Errorf("without an answer: %+v, serves %q", stored, serves)
		}
		b.zone.broken = false
		delete(b.zone.records, "_chancery.licences.acme.example")
		b.work(t, 26*time.Hour)
		stored, serves := b.now(t, h)
		if serves != v.Slug || stored.Standing() != vendors.Failing || links() != "" {
			t.Errorf("missing: %+v, serves %q, links to %q", stored, serves, links())
		}
		stops := stored.StopsAt()
		b.work(t, stops.Sub(e.Clock.Now())-time.Hour)
		if _, serves = b.now(t, h); serves != v.Slug {
			t.Error("stopped before it was time")
		}
		b.work(t, 3*time.Hour)
		if stored, serves = b.now(t, h); serves != "" || stored.Standing() != vendors.Stopped {
			t.Errorf("stopped: %+v, serves %q", stored, serves)
		}
		b.zone.set(h)
		b.work(t, 26*time.Hour)
		if stored, serves = b.now(t, h); serves != v.Slug || stored.Standing() != vendors.Serving || stored.Proof != vendors.ByDNS {
			t.Errorf("back: %+v, serves %q", stored, serves)
		}
		for action, want := range map[string]int{"vendor.host_added": 1, "vendor.host_proven": 2, "vendor.host_failing": 1, "vendor.host_stopped": 1} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = $1`, action); n != want {
				t.Errorf("%s is recorded %d times, want %d", action, n, want)
			}
		}
	})
}

// Two vendors who both prove one name at the same time: one of them has it.
func TestAHostServesOneVendor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newHosts(t, e)
		hosts := make([]vendors.Host, 6)
		for i := range hosts {
			hosts[i] = b.add(t, storetest.Vendor(t, e, string(rune('A'+i))+" Works"), "licences.shared.example")
			b.zone.set(hosts[i])
		}
		var racing sync.WaitGroup
		for i := range hosts {
			racing.Go(func() {
				h, err := b.Check(t.Context(), hosts[i].Vendor, hosts[i].UUID)
				if err != nil {
					t.Error(err)
				}
				hosts[i] = h
			})
		}
		racing.Wait()
		var owner *vendors.Host
		for i := range hosts {
			switch {
			case hosts[i].Serves && owner == nil:
				owner = &hosts[i]
			case hosts[i].Serves:
				t.Error("two vendors are served on one host")
			case hosts[i].Seen != vendors.Taken:
				t.Errorf("the others read %+v", hosts[i])
			}
		}
		if owner == nil {
			t.Fatal("nobody is served")
		}
		other := hosts[0]
		if other.UUID == owner.UUID {
			other = hosts[1]
		}
		if _, err := storetest.Try(t, e, func(x tx.Tx) (vendors.Host, error) {
			return b.Approve(x, other.Vendor, vendors.AddHost{Name: other.Name})
		}); !fault.Is(err, "host_taken") {
			t.Errorf("the operator's approval of another: %v", err)
		}
		storetest.Do(t, e, func(x tx.Tx) (vendors.Host, error) { return b.Remove(x, owner.Vendor, owner.UUID) })
		if h := b.look(t, other); !h.Serves {
			t.Errorf("once it is free: %+v", h)
		}
	})
}

// What the operator has approved needs no record, and is looked at by nobody.
func TestAHostServesByApproval(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, v := newHosts(t, e), storetest.Vendor(t, e, "Acme")
		approve := func(c vendors.AddHost) vendors.Host {
			return storetest.Do(t, e, func(x tx.Tx) (vendors.Host, error) { return b.Approve(x, v.ID, c) })
		}
		asked := b.add(t, v, "offline.acme.example")
		if h := approve(vendors.AddHost{Name: "Offline.acme.example", Opens: vendors.OpensFiles}); h.UUID != asked.UUID || h.Opens != vendors.OpensFiles {
			t.Errorf("approved what was asked for: %+v", h)
		}
		h := approve(vendors.AddHost{Name: "licences.acme.example"})
		b.work(t, 60*24*time.Hour)
		if stored, serves := b.now(t, h); serves != v.Slug || stored.Proof != vendors.ByOperator || b.zone.asked != 0 {
			t.Errorf("%+v, serves %q, DNS was asked %d times", stored, serves, b.zone.asked)
		}
		if v, err := b.rows.ByID(t.Context(), v.ID); err != nil || v.LinksHost != "licences.acme.example" {
			t.Errorf("links lead to %q, %v: the host that opens the dashboard goes before", v.LinksHost, err)
		}
		// A name that the server has come to have since it was asked for serves nobody.
		own := b.add(t, v, "later.acme.example")
		b.Own = func(name string) bool { return name == own.Name }
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (vendors.Host, error) { return b.Approve(x, v.ID, vendors.AddHost{Name: own.Name}) })
	})
}

// What is no host name, the server's own, there already, or one too many is refused.
func TestHostsThatAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, v, other := newHosts(t, e), storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		refused := func(code string, c vendors.AddHost) {
			t.Helper()
			if _, err := storetest.Try(t, e, func(x tx.Tx) (vendors.Host, error) { return b.Add(x, v.ID, c) }); !fault.Is(err, code) {
				t.Errorf("%+v: %v, want %s", c, err, code)
			}
		}
		for _, name := range []string{"", "localhost", "192.0.2.1", "licences.example.com", "LICENCES.example.com."} {
			refused("invalid_request", vendors.AddHost{Name: name})
		}
		refused("invalid_request", vendors.AddHost{Name: "x.acme.example", Opens: "console"})
		first := b.add(t, v, "a.acme.example")
		refused("host_exists", vendors.AddHost{Name: "A.acme.example"})
		for i := 1; i < vendors.MostHosts; i++ {
			b.add(t, v, string(rune('a'+i))+".acme.example")
		}
		refused("too_many_hosts", vendors.AddHost{Name: "z.acme.example"})
		for _, id := range []ident.UUID{first.UUID, e.IDs.V7()} {
			if _, err := b.Check(t.Context(), other.ID, id); !fault.Is(err, "host_not_found") {
				t.Errorf("another vendor checks it: %v", err)
			}
			if _, err := storetest.Try(t, e, func(x tx.Tx) (vendors.Host, error) { return b.Remove(x, other.ID, id) }); !fault.Is(err, "host_not_found") {
				t.Errorf("another vendor removes it: %v", err)
			}
		}
	})
}

// A name that is never proven is looked for less and less often, and no more after a month.
func TestANameThatIsNeverProvenIsLeftAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newHosts(t, e)
		h := b.add(t, storetest.Vendor(t, e, "Acme"), "licences.acme.example")
		b.work(t, 90*24*time.Hour)
		if stored, _ := b.now(t, h); b.zone.asked < 30 || b.zone.asked > 60 || !stored.NextCheck.IsZero() {
			t.Errorf("DNS was asked %d times; %+v", b.zone.asked, stored)
		}
	})
}

// A zone that gives no answer is asked less and less often, and in the end no more, where
// the name was never proven; one that serves goes on.
func TestAZoneThatNeverAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newHosts(t, e)
		v := storetest.Vendor(t, e, "Silent")
		h := b.add(t, v, "licences.silent.example")
		b.zone.broken = true
		before := storetest.Count(t, e, `SELECT n FROM change_counter`)
		b.work(t, 40*24*time.Hour)
		stored, _ := b.now(t, h)
		if stored.Misses < 10 || stored.Misses > 60 || !stored.NextCheck.IsZero() {
			t.Errorf("after 40 days: %+v", stored)
		}
		if after := storetest.Count(t, e, `SELECT n FROM change_counter`); after != before {
			t.Errorf("looks that change nothing empty the caches %d times", after-before)
		}
	})
}
