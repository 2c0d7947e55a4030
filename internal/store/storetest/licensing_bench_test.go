package storetest_test

import (
	"strconv"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/outbox"
	"chancery/internal/refusal"
	customerstore "chancery/internal/store/customers"
	floatingstore "chancery/internal/store/floating"
	licensestore "chancery/internal/store/licensing"
	outboxstore "chancery/internal/store/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// licenseBench is a vendor with a catalogue and a customer, ready to issue.
type licenseBench struct {
	catalogBench

	licenses *licensing.Service
	store    *licensestore.Store
	pulses   *licensestore.Pulses
	devices  wiring.LicensedDevices
	people   *customers.Service
	customer customers.Customer

	sessions *floating.Service
	leases   floatingstore.Store
}

func newLicenses(t *testing.T, e storetest.Env) licenseBench {
	t.Helper()
	b := licenseBench{catalogBench: newCatalog(t, e, nil), store: licensestore.New(e.DB)}
	b = b.furnished(t)
	var err error
	if b.people, err = customers.New(customers.Config{Store: customerstore.Store{DB: e.DB}, Reader: customerstore.Store{DB: e.DB}, Runner: e.DB, IDs: e.IDs}); err != nil {
		t.Fatal(err)
	}
	b.customer = b.newCustomer(t, "Kirk & Co")
	return b
}

// furnished makes the rooms of licences on the bench's database.
func (b licenseBench) furnished(t *testing.T) licenseBench {
	t.Helper()
	e := b.Env
	b.pulses = licensestore.NewPulses(e.DB, nil)
	t.Cleanup(func() {
		if err := b.pulses.Close(); err != nil {
			t.Error(err)
		}
	})
	var err error
	if b.devices, err = wiring.NewLicensedDevices(b.store, e.IDs); err != nil {
		t.Fatal(err)
	}
	released := &wiring.Released{}
	if b.licenses, err = licensing.New(licensing.Config{
		Store: b.store, Reader: b.store, Pulses: b.pulses, Devices: b.devices, Runner: e.DB, IDs: e.IDs, Sessions: released,
	}); err != nil {
		t.Fatal(err)
	}
	b.leases = floatingstore.Store{DB: e.DB}
	if b.sessions, err = floating.New(floating.Config{
		Store: b.leases, Reader: b.leases, Licenses: wiring.SessionLicenses{Licensing: b.licenses}, Runner: e.DB, IDs: e.IDs,
	}); err != nil {
		t.Fatal(err)
	}
	released.Floating = b.sessions
	return b
}

// on is the same vendor served by another copy of the server.
func (b licenseBench) on(t *testing.T, e storetest.Env) licenseBench {
	t.Helper()
	b.Env, b.store = e, licensestore.New(e.DB)
	return b.furnished(t)
}

// subscribe makes a subscription to events.
func (b licenseBench) subscribe(x tx.Tx, events ...string) error {
	service, err := outbox.New(outbox.Config{Store: outboxstore.Store{DB: b.DB}, IDs: b.IDs, Sealer: plain{}})
	if err != nil {
		return err
	}
	_, _, err = service.Subscribe(x, b.vendor, outbox.Mail, "ops@example.com", events)
	return err
}

func (b licenseBench) newCustomer(t *testing.T, name string) customers.Customer {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) {
		return b.people.Create(x, b.vendor, customers.Create{CompanyName: name, Email: "licences@example.com"})
	})
}

// limited makes an edition with n tokens, b more in the buffer and m of goodwill.
func (b licenseBench) limited(t *testing.T, n, buffer, goodwill int64, change ...func(*terms.Policy)) catalog.Edition {
	t.Helper()
	p := terms.Defaults()
	p.TokenLimit, p.ActivationBuffer, p.GoodwillTokenLimit = n, buffer, goodwill
	for _, c := range change {
		c(&p)
	}
	name := "Edition " + strconv.Itoa(storetest.Count(t, b.Env, `SELECT COUNT(*) FROM editions`))
	return b.edition(t, catalog.Edition{Name: name, Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p})
}

func (b licenseBench) issue(t *testing.T, e catalog.Edition, change ...func(*licensing.IssueCommand)) *licensing.License {
	t.Helper()
	c := licensing.IssueCommand{Vendor: b.vendor, Edition: e.UUID, Customer: b.customer.UUID, Name: "Site A"}
	for _, f := range change {
		f(&c)
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.licenses.Issue(x, c) })
}

func (b licenseBench) activate(t *testing.T, key ident.UUID, client string) licensing.Outcome {
	t.Helper()
	return b.try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: key}, ClientID: client})
}

func (b licenseBench) try(t *testing.T, c licensing.ActivateCommand) licensing.Outcome {
	t.Helper()
	c.Vendor, c.Product = b.vendor, b.product.UUID
	return storetest.Do(t, b.Env, func(x tx.Tx) (licensing.Outcome, error) { return b.licenses.Activate(x, c) })
}

func (b licenseBench) granted(t *testing.T, key ident.UUID, client string) *licensing.Activation {
	t.Helper()
	out := b.activate(t, key, client)
	if out.Refusal != nil {
		t.Fatalf("client %s was refused: %d %s", client, out.Refusal.ID, out.Refusal.Help)
	}
	return out.State.Activation
}

func (b licenseBench) refused(t *testing.T, id int, key ident.UUID, client string) {
	t.Helper()
	if out := b.activate(t, key, client); out.Refusal == nil || out.Refusal.ID != id {
		t.Fatalf("client %s: got %+v, want the refusal %d", client, out.Refusal, id)
	}
}

func (b licenseBench) unassign(t *testing.T, token ident.UUID) *refusal.Refusal {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (*refusal.Refusal, error) {
		return b.licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.vendor, TokenKey: token})
	})
}

func (b licenseBench) update(t *testing.T, l *licensing.License, c licensing.Change) *licensing.License {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.licenses.Update(x, b.vendor, l.ID, c) })
}

func (b licenseBench) heartbeat(t *testing.T, c licensing.HeartbeatCommand) licensing.Outcome {
	t.Helper()
	c.Vendor, c.Product = b.vendor, b.product.UUID
	out, err := b.licenses.Heartbeat(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (b licenseBench) tokenKeys(t *testing.T, l *licensing.License) []ident.UUID {
	t.Helper()
	r := storetest.Do(t, b.Env, func(x tx.Tx) ([]licensing.Token, error) {
		free, err := b.store.TokensInRole(x, b.vendor, l.ID, licensing.RoleContract, false, 100)
		if err != nil {
			return nil, err
		}
		used, err := b.store.TokensInRole(x, b.vendor, l.ID, licensing.RoleContract, true, 100)
		return append(free, used...), err
	})
	keys := make([]ident.UUID, len(r))
	for i, k := range r {
		keys[i] = k.Key
	}
	return keys
}

// balanced holds the counters against the rows they count.
func (b licenseBench) balanced(t *testing.T) {
	t.Helper()
	if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM licenses l WHERE
		l.regular_used <> (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.released_at IS NULL AND a.goodwill_since IS NULL)
		OR l.goodwill_used <> (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL)
		OR l.contract_tokens <> (SELECT COUNT(*) FROM tokens k WHERE k.license_id = l.id AND k.role = 'contract')`); n != 0 {
		t.Errorf("%d licences whose counters are not what their rows say", n)
	}
	if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM tokens k WHERE (k.activation_id IS NULL) =
		EXISTS (SELECT 1 FROM activations a WHERE a.token_id = k.id AND a.released_at IS NULL)`); n != 0 {
		t.Errorf("%d tokens that do not agree with their activations", n)
	}
	if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM activations a JOIN tokens k ON k.id = a.token_id
		WHERE a.released_at IS NULL AND (a.goodwill_since IS NOT NULL) <> (k.role = 'goodwill')`); n != 0 {
		t.Errorf("%d activations whose token has the wrong role", n)
	}
}

func day(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func (b licenseBench) putUnder(t *testing.T, c, superior customers.Customer) {
	t.Helper()
	to := &superior.UUID
	storetest.Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) {
		return b.people.Update(x, b.vendor, c.UUID, customers.Change{Superior: &to})
	})
}
