package prepaid_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"chancery/internal/customers"
	"chancery/internal/devices"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	devicestore "chancery/internal/store/devices"
	prepaidstore "chancery/internal/store/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/internal/wiring/pairs"
)

const day = 24 * time.Hour

// bench is a vendor with a tree of customers (maker's stock; top, mid, shop below one
// another; rival beside top) and a license code for GT06 devices.
type bench struct {
	storetest.CustomerBench

	service  *prepaid.Service
	rows     prepaidstore.Store
	run      *prepaid.Run
	reports  prepaid.Reports
	hearings *prepaidstore.Hearings
	staff    prepaid.By

	top, mid, shop, rival customers.Customer
}

func newBench(t testing.TB, e storetest.Env) *bench {
	t.Helper()
	return newBenchWith(t, e, nil)
}

func newBenchWith(t testing.TB, e storetest.Env, trust prepaid.Trust) *bench {
	t.Helper()
	b := &bench{CustomerBench: storetest.NewCustomers(t, e), rows: prepaidstore.Store{DB: e.DB}}
	b.service = b.serviceOn(t, e.DB, trust)
	b.hearings = prepaidstore.NewHearings(e.DB, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := b.hearings.Close(); err != nil {
			t.Error(err)
		}
	})
	b.run, b.reports = prepaid.NewRun(b.service), prepaid.Reports{Service: b.service, Hearing: b.hearings}
	b.staff = prepaid.Staff(b.Vendor, "Mira")
	b.top = b.Create(t, "Top", nil)
	b.mid = b.Create(t, "Mid", &b.top)
	b.shop = b.Create(t, "Shop", &b.mid)
	b.rival = b.Create(t, "Rival", nil)
	b.code(t, "TR-30", 30, prepaid.Daily, "GT06*")
	return b
}

// serviceOn makes the service, whose portions go by a runner.
func (b *bench) serviceOn(t testing.TB, runner tx.Runner, trust prepaid.Trust) *prepaid.Service {
	t.Helper()
	service, err := prepaid.New(prepaid.Config{
		Store: b.rows, Reader: b.rows, Machines: b.machines(t), Runner: runner, IDs: b.IDs, Trust: trust,
	})
	if err != nil {
		t.Fatal(err)
	}
	return service
}

func (b *bench) machines(t testing.TB) prepaid.Machines {
	t.Helper()
	machines, err := devices.New(devices.Config{Store: devicestore.Store{}, IDs: b.IDs})
	if err != nil {
		t.Fatal(err)
	}
	return pairs.PrepaidMachines{Devices: machines}
}

// person is somebody who acts for a customer.
func (b *bench) person(c customers.Customer, role prepaid.Role) prepaid.By {
	return prepaid.By{Vendor: b.Vendor, Customer: c.ID, Role: role, Name: c.CompanyName}
}

func (b *bench) admin(c customers.Customer) prepaid.By { return b.person(c, prepaid.Administrator) }

func (b *bench) code(t testing.TB, code string, days int64, billing prepaid.Billing, models ...string) prepaid.Code {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (prepaid.Code, error) {
		return b.service.CreateCode(x, b.staff, prepaid.Code{Code: code, Name: code, Models: models, Days: days, Billing: billing})
	})
}

// issue makes cards of a code with days, or with the code's where days is 0, and hands them
// down to a customer; nil for the vendor's stock.
func (b *bench) issue(t *testing.T, code string, n, days int64, to *customers.Customer) (numbers []string) {
	t.Helper()
	issued := storetest.Do(t, b.Env, func(x tx.Tx) (prepaid.Issued, error) {
		return b.service.Issue(x, b.staff, prepaid.IssueCommand{Code: code, Count: n, Days: days})
	})
	for _, c := range issued.Cards {
		numbers = append(numbers, c.Number)
	}
	if to == nil {
		return numbers
	}
	for _, step := range b.down(*to) {
		b.must(t, func(x tx.Tx) error {
			_, err := b.service.Sell(x, b.staff, prepaid.SellCommand{Cards: numbers, To: step.UUID})
			return err
		})
	}
	return numbers
}

// down is the way from the vendor's stock to a customer.
func (b *bench) down(to customers.Customer) []customers.Customer {
	switch to.ID {
	case b.shop.ID:
		return []customers.Customer{b.top, b.mid, b.shop}
	case b.mid.ID:
		return []customers.Customer{b.top, b.mid}
	}
	return []customers.Customer{to}
}

func (b *bench) device(t *testing.T, number string, owner customers.Customer) prepaid.Device {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (prepaid.Device, error) {
		return b.service.CreateDevice(x, b.staff, prepaid.NewDevice{Number: number, Model: "GT06N", Customer: owner.UUID})
	})
}

func (b *bench) bind(by prepaid.By, card, device string) func(x tx.Tx) (prepaid.Card, error) {
	return func(x tx.Tx) (prepaid.Card, error) {
		c, _, err := b.service.Bind(x, by, prepaid.BindCommand{Card: card, Device: device})
		return c, err
	}
}

func (b *bench) must(t *testing.T, fn func(x tx.Tx) error) {
	t.Helper()
	if err := b.DB.Run(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// report lets one device report.
func (b *bench) report(t *testing.T, device string) prepaid.Answer {
	t.Helper()
	all, err := b.reports.Answer(t.Context(), b.Vendor, []prepaid.Report{{Device: device}})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

// round lets the run charge what is due.
func (b *bench) round(t *testing.T) int {
	t.Helper()
	n, err := b.run.Round(tx.Hurried(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// card gives a card as it is now.
func (b *bench) card(t *testing.T, number string) prepaid.Card {
	t.Helper()
	cards := storetest.Do(t, b.Env, func(x tx.Tx) ([]prepaid.Card, error) { return b.rows.LockCards(x, b.Vendor, []string{number}) })
	if len(cards) != 1 {
		t.Fatalf("%d cards of the number %s", len(cards), number)
	}
	return cards[0]
}

func (b *bench) deviceNow(t *testing.T, number string) prepaid.Device {
	t.Helper()
	d := storetest.Do(t, b.Env, func(x tx.Tx) (*prepaid.Device, error) {
		return b.rows.LockDevice(x, b.Vendor, strings.TrimLeft(number, "0"))
	})
	if d == nil {
		t.Fatalf("no device %s", number)
	}
	return *d
}

// rowsOf counts the rows of the deduction ledger of a kind.
func (b *bench) rowsOf(t *testing.T, kind prepaid.DeductionKind) int {
	t.Helper()
	return storetest.Count(t, b.Env, `SELECT COUNT(*) FROM prepaid_ledger WHERE kind = $1`, int(kind))
}

func (b *bench) wants(t *testing.T, number string, status prepaid.Status, days int64) {
	t.Helper()
	if c := b.card(t, number); c.Status() != status || c.Days != days {
		t.Errorf("card %s is %s with %d days, want %s with %d", number, c.Status(), c.Days, status, days)
	}
}

func (b *bench) work(t *testing.T) {
	t.Helper()
	if _, err := b.service.Work(tx.Hurried(context.WithoutCancel(t.Context()))); err != nil {
		t.Fatal(err)
	}
}

func idsOf(ids ...ident.DeviceID) []ident.DeviceID { return ids }

// runnerFunc runs transactions as a test wants.
type runnerFunc func(fn func(tx.Tx) error) error

func (f runnerFunc) Run(_ context.Context, fn func(tx.Tx) error) error { return f(fn) }
