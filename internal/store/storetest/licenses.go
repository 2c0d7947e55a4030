package storetest

import (
	"strconv"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/devices"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	customerstore "chancery/internal/store/customers"
	devicestore "chancery/internal/store/devices"
	floatingstore "chancery/internal/store/floating"
	licensestore "chancery/internal/store/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/wiring/pairs"
)

// LicenseBench is a vendor with a catalogue and a customer, ready to issue licences.
type LicenseBench struct {
	CatalogBench

	Licenses  *licensing.Service
	Devices   pairs.LicensedDevices
	Store     *licensestore.Store
	Pulses    *licensestore.Pulses
	Customers *customers.Service
	Customer  customers.Customer

	Sessions *floating.Service
	Leases   floatingstore.Store
}

// NewLicenses makes a vendor that is ready to issue licences.
func NewLicenses(t *testing.T, e Env) LicenseBench {
	t.Helper()
	b := LicenseBench{CatalogBench: NewCatalog(t, e, nil), Store: licensestore.New(e.DB)}
	b = b.furnished(t)
	var err error
	rows := customerstore.Store{DB: e.DB}
	if b.Customers, err = customers.New(customers.Config{Store: rows, Reader: rows, Runner: e.DB, IDs: e.IDs, Followers: b.Licenses}); err != nil {
		t.Fatal(err)
	}
	b.Customer = b.NewCustomer(t, "Kirk & Co")
	return b
}

// furnished makes the rooms of licences on the bench's database.
func (b LicenseBench) furnished(t *testing.T) LicenseBench {
	t.Helper()
	e := b.Env
	b.Pulses = licensestore.NewPulses(e.DB, nil)
	t.Cleanup(func() {
		if err := b.Pulses.Close(); err != nil {
			t.Error(err)
		}
	})
	released := &pairs.Released{}
	machines, err := devices.New(devices.Config{Store: devicestore.Store{}, IDs: e.IDs, Copies: []devices.Copies{b.Store}})
	if err != nil {
		t.Fatal(err)
	}
	b.Devices = pairs.LicensedDevices{Devices: machines}
	if b.Licenses, err = licensing.New(licensing.Config{
		Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: e.DB, IDs: e.IDs, Sessions: released,
	}); err != nil {
		t.Fatal(err)
	}
	b.Leases = floatingstore.Store{DB: e.DB}
	if b.Sessions, err = floating.New(floating.Config{
		Store: b.Leases, Reader: b.Leases, Licenses: pairs.SessionLicenses{Licensing: b.Licenses}, Runner: e.DB, IDs: e.IDs,
	}); err != nil {
		t.Fatal(err)
	}
	released.Floating = b.Sessions
	return b
}

// On returns the bench of the same vendor on another copy of the server.
func (b LicenseBench) On(t *testing.T, e Env) LicenseBench {
	t.Helper()
	b.Env, b.Store = e, licensestore.New(e.DB)
	return b.furnished(t)
}

// FollowEditions lets licensing follow changed editions, as the program does.
func (b LicenseBench) FollowEditions() { b.Catalog.Followers = follow{b.Licenses} }

type follow struct{ licenses *licensing.Service }

func (f follow) EditionChanged(t tx.Tx, v ident.VendorID, before, after catalog.Edition) error {
	return f.licenses.EditionChanged(t, v, after.ID, before.Policy, after.Policy, terms.OtherContracts(before.Grants, after.Grants))
}

// NewCustomer makes a customer of the vendor.
func (b LicenseBench) NewCustomer(t *testing.T, name string) customers.Customer {
	t.Helper()
	return Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) {
		return b.Customers.Create(x, b.Vendor, customers.Create{CompanyName: name, Email: "licences@example.com"})
	})
}

// Limited makes an edition with n tokens, buffer more in the buffer and goodwill more on
// goodwill.
func (b LicenseBench) Limited(t *testing.T, n, buffer, goodwill int64, change ...func(*terms.Policy)) catalog.Edition {
	t.Helper()
	p := terms.Defaults()
	p.TokenLimit, p.ActivationBuffer, p.GoodwillTokenLimit = n, buffer, goodwill
	for _, c := range change {
		c(&p)
	}
	name := "Edition " + strconv.Itoa(Count(t, b.Env, `SELECT COUNT(*) FROM editions`))
	return b.Edition(t, catalog.Edition{Name: name, Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p})
}

// Issue issues a licence of the edition to the bench's customer.
func (b LicenseBench) Issue(t *testing.T, e catalog.Edition, change ...func(*licensing.IssueCommand)) *licensing.License {
	t.Helper()
	c := licensing.IssueCommand{Vendor: b.Vendor, Edition: e.UUID, Customer: b.Customer.UUID, Name: "Site A"}
	for _, f := range change {
		f(&c)
	}
	return Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.Issue(x, c) })
}

// Activate lets a client activate the licence or token key, and returns what it is answered.
func (b LicenseBench) Activate(t *testing.T, key ident.UUID, client string) licensing.Outcome {
	t.Helper()
	return b.Try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: key}, ClientID: client})
}

// Try runs an activation of the product, and returns what it is answered.
func (b LicenseBench) Try(t *testing.T, c licensing.ActivateCommand) licensing.Outcome {
	t.Helper()
	c.Vendor, c.Product = b.Vendor, b.Product.UUID
	return Do(t, b.Env, func(x tx.Tx) (licensing.Outcome, error) { return b.Licenses.Activate(x, c) })
}

// Granted lets a client activate the key, which must be granted.
func (b LicenseBench) Granted(t *testing.T, key ident.UUID, client string) *licensing.Activation {
	t.Helper()
	out := b.Activate(t, key, client)
	if out.Refusal != nil {
		t.Fatalf("client %s was refused: %d %s", client, out.Refusal.ID, out.Refusal.Help)
	}
	return out.State.Activation
}

// Refused lets a client activate the key, which must be refused with this number.
func (b LicenseBench) Refused(t *testing.T, id int, key ident.UUID, client string) {
	t.Helper()
	if out := b.Activate(t, key, client); out.Refusal == nil || out.Refusal.ID != id {
		t.Fatalf("client %s: got %+v, want the refusal %d", client, out.Refusal, id)
	}
}

// Unassign lets a client give up the activation with this token key.
func (b LicenseBench) Unassign(t *testing.T, token ident.UUID) *refusal.Refusal {
	t.Helper()
	return Do(t, b.Env, func(x tx.Tx) (*refusal.Refusal, error) {
		return b.Licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.Vendor, TokenKey: token})
	})
}

// Deactivate asks for activations to be released, and returns what came of it.
func (b LicenseBench) Deactivate(t *testing.T, c licensing.DeactivateCommand) licensing.Deactivation {
	t.Helper()
	return Do(t, b.Env, func(x tx.Tx) (licensing.Deactivation, error) { return b.Licenses.Deactivate(x, c) })
}

// Update changes a licence, as staff does, and returns it as it is then.
func (b LicenseBench) Update(t *testing.T, l *licensing.License, c licensing.Change) *licensing.License {
	t.Helper()
	return Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.Update(x, b.Vendor, l.ID, c) })
}

// Heartbeat sends a heartbeat, and returns what it is answered.
func (b LicenseBench) Heartbeat(t *testing.T, c licensing.HeartbeatCommand) licensing.Outcome {
	t.Helper()
	c.Vendor, c.Product = b.Vendor, b.Product.UUID
	out, err := b.Licenses.Heartbeat(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TokenKeys returns the keys of the licence's contract tokens: the free ones first.
func (b LicenseBench) TokenKeys(t *testing.T, l *licensing.License) []ident.UUID {
	t.Helper()
	r := Do(t, b.Env, func(x tx.Tx) ([]licensing.Token, error) {
		free, err := b.Store.TokensInRole(x, b.Vendor, l.ID, licensing.RoleContract, false, 100)
		if err != nil {
			return nil, err
		}
		used, err := b.Store.TokensInRole(x, b.Vendor, l.ID, licensing.RoleContract, true, 100)
		return append(free, used...), err
	})
	keys := make([]ident.UUID, len(r))
	for i, k := range r {
		keys[i] = k.Key
	}
	return keys
}

// Balanced fails the test where a counter is not the number of the rows that it counts.
func (b LicenseBench) Balanced(t *testing.T) {
	t.Helper()
	if n := Count(t, b.Env, `SELECT COUNT(*) FROM licenses l WHERE
		l.regular_used <> (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.released_at IS NULL AND a.goodwill_since IS NULL)
		OR l.month_ends_at IS NULL AND l.goodwill_used <> (SELECT COUNT(*) FROM activations a
			WHERE a.license_id = l.id AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL)
		OR l.contract_tokens <> (SELECT COUNT(*) FROM tokens k WHERE k.license_id = l.id AND k.role = 'contract')`); n != 0 {
		t.Errorf("%d licences whose counters are not what their rows say", n)
	}
	if n := Count(t, b.Env, `SELECT COUNT(*) FROM licenses l WHERE
		l.deactivations <> (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.counted >= 1)
			+ COALESCE((SELECT o.reserved - o.released FROM release_orders o WHERE o.license_id = l.id AND o.reserved > 0), 0)
			+ (SELECT COUNT(*) FROM offline_deletions x WHERE x.license_id = l.id AND x.counted >= 1)
		OR l.dashboard_deactivations <> (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.counted = 2)
			+ COALESCE((SELECT o.reserved - o.released FROM release_orders o
				WHERE o.license_id = l.id AND o.reserved > 0 AND o.reason = 'dashboard'), 0)
			+ (SELECT COUNT(*) FROM offline_deletions x WHERE x.license_id = l.id AND x.counted = 2)`); n != 0 {
		t.Errorf("%d licences whose deactivations are not what the ends of their activations say", n)
	}
	if n := Count(t, b.Env, `SELECT COUNT(*) FROM tokens k WHERE (k.activation_id IS NULL) =
		EXISTS (SELECT 1 FROM activations a WHERE a.token_id = k.id AND a.released_at IS NULL)`); n != 0 {
		t.Errorf("%d tokens that do not agree with their activations", n)
	}
	if n := Count(t, b.Env, `SELECT COUNT(*) FROM activations a JOIN tokens k ON k.id = a.token_id
		WHERE a.released_at IS NULL AND (a.goodwill_since IS NOT NULL) <> (k.role = 'goodwill')`); n != 0 {
		t.Errorf("%d activations whose token has the wrong role", n)
	}
}

// Days returns n days of 24 hours.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// Floating makes an edition with so many sessions, of a minute each.
func (b LicenseBench) Floating(t *testing.T, sessions int64, change ...func(*catalog.Edition)) catalog.Edition {
	t.Helper()
	p := terms.Defaults()
	p.TokenLimit, p.FloatingTokenLimit, p.SessionPeriodMinutes = 1, sessions, 1
	e := catalog.Edition{
		Name: "Floating " + strconv.Itoa(Count(t, b.Env, `SELECT COUNT(*) FROM editions`)),
		Mode: terms.Floating, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p,
	}
	for _, c := range change {
		c(&e)
	}
	return b.Edition(t, e)
}
