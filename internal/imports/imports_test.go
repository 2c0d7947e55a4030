package imports_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/listing"
	"chancery/internal/store"
	importstore "chancery/internal/store/imports"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// ledger is a trade that makes a customer's line a row of the change counter's
// neighbour: it counts in the database, so that what rolls back is not counted.
type ledger struct {
	made    []string     // in the order of commits; what a rolled back line made is there too
	refuses string       // the company that is refused
	fails   string       // the company at which the server has a fault of its own
	panics  string       // the company at which it panics
	breaks  atomic.Int64 // the call at which the database is gone, counted down
	calls   atomic.Int64
}

// manyCalls is more than any import here needs: one that goes round in circles
// ends there with a fault that no line is blamed for, instead of never.
const manyCalls = 2000

func (x *ledger) CreateCustomer(t tx.Tx, v ident.VendorID, c imports.CustomerLine) (imports.Result, error) {
	if x.calls.Add(1) > manyCalls {
		return imports.Result{}, &fault.Error{Kind: fault.Unavailable, Code: "turns_in_circles", Message: "The same lines are tried again and again."}
	}
	if x.breaks.Add(-1) == 0 {
		return imports.Result{}, &fault.Error{Kind: fault.Unavailable, Code: "database_unavailable", Message: "The power is gone."}
	}
	switch c.CompanyName {
	case x.fails:
		return imports.Result{}, errors.New("a defect of the server")
	case x.panics:
		panic("a defect of the server")
	}
	if c.CompanyName == x.refuses {
		return imports.Result{}, fault.Wrong(fault.Field{Name: "email", Message: "is refused"})
	}
	_, err := store.On(t).Exec(`INSERT INTO leases (name, holder, until) VALUES ($1, $2, 0)`, c.CompanyName, fmt.Sprint(v.Int64()))
	x.made = append(x.made, c.CompanyName)
	return imports.Result{ID: ident.UUID{1}, Number: "N-" + c.CompanyName}, err
}

func (*ledger) IssueLicense(tx.Tx, ident.VendorID, imports.LicenseLine) (imports.Result, error) {
	return imports.Result{}, errors.New("no licences here")
}

func (*ledger) Numbers(context.Context, ident.VendorID, []string) (map[string]bool, error) {
	return map[string]bool{}, nil
}

func (*ledger) RefusedCustomers(lines []imports.CustomerLine) []error {
	return make([]error, len(lines))
}

func (*ledger) RefusedLicenses(_ context.Context, _ ident.VendorID, lines []imports.LicenseLine) ([]error, error) {
	return make([]error, len(lines)), nil
}

func (*ledger) BringCard(tx.Tx, ident.VendorID, imports.CardLine) (imports.Result, error) {
	return imports.Result{}, errors.New("no cards here")
}

func (*ledger) BringDevice(tx.Tx, ident.VendorID, imports.DeviceLine) (imports.Result, error) {
	return imports.Result{}, errors.New("no devices here")
}

func (*ledger) RefusedCards(_ context.Context, _ ident.VendorID, lines []imports.CardLine) ([]error, error) {
	return make([]error, len(lines)), nil
}

func (*ledger) RefusedDevices(_ context.Context, _ ident.VendorID, lines []imports.DeviceLine) ([]error, error) {
	return make([]error, len(lines)), nil
}

func (*ledger) CardKey(number string) string { return number }

type importBench struct {
	storetest.Env

	trade   *ledger
	service *imports.Service
	rows    importstore.Store
	vendor  ident.VendorID
}

func newImports(t *testing.T, e storetest.Env) importBench {
	t.Helper()
	b := importBench{Env: e, trade: &ledger{}, rows: importstore.Store{DB: e.DB}, vendor: storetest.Vendor(t, e, "Acme").ID}
	var err error
	if b.service, err = imports.New(imports.Config{Store: b.rows, Trade: b.trade, Known: b.trade, Runner: e.DB, IDs: e.IDs}); err != nil {
		t.Fatal(err)
	}
	return b
}

// keep reads a file of so many companies and starts it.
func (b importBench) keep(t *testing.T, prefix string, lines int, allOrNothing bool) imports.Import {
	t.Helper()
	content := "company_name\n"
	for i := range lines {
		content += fmt.Sprintf("%s%03d\n", prefix, i)
	}
	f, err := b.service.Read(t.Context(), b.vendor, imports.Customers, time.UTC, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return b.start(t, f, allOrNothing)
}

// start stores a file that was read, and starts it.
func (b importBench) start(t *testing.T, f imports.File, allOrNothing bool) imports.Import {
	t.Helper()
	i, err := b.service.Receive(t.Context(), b.vendor, imports.Customers, time.UTC, "x.csv", f)
	if err != nil {
		t.Fatal(err)
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (imports.Import, error) {
		if _, err := b.service.Keep(x, b.vendor, i.UUID); err != nil {
			return i, err
		}
		return b.service.Start(x, b.vendor, i.UUID, imports.How{AllOrNothing: allOrNothing})
	})
}

func (b importBench) now(t *testing.T, i imports.Import) imports.Import {
	t.Helper()
	got, err := b.rows.ByUUID(t.Context(), b.vendor, i.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// stored is what the trade made and was not rolled back.
func (b importBench) stored(t *testing.T) []string {
	t.Helper()
	all, err := store.All[string](b.DB.Query(t.Context(), `SELECT name FROM leases WHERE until = 0 ORDER BY name`))(func(scan store.Scan) (n string, err error) {
		return n, scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A crash at any line leaves whole batches behind, and what runs after it brings
// in the rest: every line once.
func TestAnImportSurvivesCrashes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		i := b.keep(t, "c", 90, false)
		for _, at := range []int64{1, 13, 26, 40, 7} {
			b.trade.breaks.Store(at)
			if _, err := b.service.Work(t.Context()); err == nil {
				t.Fatalf("the crash at call %d was not seen", at)
			}
			if got := b.now(t, i); got.Done != len(b.stored(t)) {
				t.Fatalf("%d lines are marked, %d were made", got.Done, len(b.stored(t)))
			}
		}
		b.trade.breaks.Store(0)
		if _, err := b.service.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := b.now(t, i)
		if names := b.stored(t); got.State != imports.Finished || got.Done != 90 || len(names) != 90 || len(slices.Compact(names)) != 90 {
			t.Errorf("%+v, %d made", got, len(names))
		}
	})
}

// A refused line fails alone, whatever its batch did before it.
func TestARefusedLineFailsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		b.trade.refuses = "c041"
		i := b.keep(t, "c", 60, false)
		if n, err := b.service.Work(t.Context()); err != nil || n != 59 {
			t.Errorf("%d done, %v", n, err)
		}
		failed, err := b.rows.Lines(t.Context(), b.vendor, b.now(t, i).ID, true, listing.Request{Limit: 10})
		if err != nil || len(failed.Items) != 1 || failed.Items[0].Number != 43 || failed.Items[0].Problems[0] != (imports.Problem{Column: "email", Text: "is refused"}) {
			t.Errorf("%+v, %v", failed, err)
		}
		if got := b.now(t, i); got.State != imports.Finished || got.Done != 59 || got.Failed != 1 || len(b.stored(t)) != 59 {
			t.Errorf("%+v", got)
		}
		b.trade.refuses = ""
		storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.TryAgain(x, b.vendor, i.UUID) })
		if n, err := b.service.Work(t.Context()); err != nil || n != 1 || len(b.stored(t)) != 60 {
			t.Errorf("tried again: %d, %v", n, err)
		}
		all, err := b.rows.Lines(t.Context(), b.vendor, b.now(t, i).ID, false, listing.Request{Limit: 100})
		if err != nil || len(all.Items) != 60 || all.Items[41].Result.Number != "N-c041" || len(all.Items[41].Problems) != 0 {
			t.Errorf("%+v, %v", all.Items, err)
		}
	})
}

// With all or nothing a refusal at the last line leaves nothing behind.
func TestAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		b.trade.refuses = "c099"
		i := b.keep(t, "c", 100, true)
		if n, err := b.service.Work(t.Context()); err != nil || n != 0 {
			t.Errorf("%d done, %v", n, err)
		}
		if got := b.now(t, i); got.State != imports.Refused || got.Done != 0 || got.Failed != 1 || len(b.stored(t)) != 0 {
			t.Errorf("%+v, %d made", got, len(b.stored(t)))
		}
		b.trade.refuses = ""
		storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.TryAgain(x, b.vendor, i.UUID) })
		if n, err := b.service.Work(t.Context()); err != nil || n != 100 || b.now(t, i).State != imports.Finished {
			t.Errorf("%d done, %v: %+v", n, err, b.now(t, i))
		}
		storetest.Refuse(t, e, "import_too_long", func(x tx.Tx) (imports.Import, error) {
			long := imports.Import{UUID: e.IDs.V7(), Kind: imports.Customers, Columns: []string{"company_name"}, State: imports.Draft, Lines: 501, CreatedAt: x.Now()}
			if _, err := b.rows.Insert(x, b.vendor, long); err != nil {
				return long, err
			}
			return b.service.Start(x, b.vendor, long.UUID, imports.How{AllOrNothing: true})
		})
	})
}

// Stopping keeps what is done; another vendor sees nothing; what is old is forgotten.
func TestImportsAreKeptForATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		i := b.keep(t, "c", 3, false)
		storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.Stop(x, b.vendor, i.UUID) })
		if n, err := b.service.Work(t.Context()); err != nil || n != 0 || b.now(t, i).State != imports.Stopped {
			t.Errorf("a stopped import did %d lines, %v", n, err)
		}
		stranger := storetest.Vendor(t, e, "Bolt").ID
		storetest.Refuse(t, e, "import_not_found", func(x tx.Tx) (imports.Import, error) { return b.service.Start(x, stranger, i.UUID, imports.How{}) })
		if _, err := b.rows.ByUUID(t.Context(), stranger, i.UUID); !fault.Is(err, "import_not_found") {
			t.Errorf("another vendor reads it: %v", err)
		}
		if all, err := b.rows.List(t.Context(), stranger, listing.Request{Limit: 5, Desc: true}); err != nil || len(all.Items) != 0 {
			t.Errorf("another vendor lists it: %+v, %v", all, err)
		}
		storetest.Refuse(t, e, "import_no_draft", func(x tx.Tx) (bool, error) { return true, b.service.Discard(x, b.vendor, i.UUID) })
		b.Clock.Advance((imports.KeptDays - 1) * 24 * time.Hour)
		if n, err := b.service.Forget(t.Context()); err != nil || n != 0 {
			t.Errorf("%d forgotten too early, %v", n, err)
		}
		b.Clock.Advance(2 * 24 * time.Hour)
		if n, err := b.service.Forget(t.Context()); err != nil || n != 1 {
			t.Errorf("%d forgotten, %v", n, err)
		}
	})
}

// A fault of the server at one line ends the import there: it says which line, and
// can go on. Nothing of the line is left, and nothing of it is done twice.
func TestAServersFaultEndsAnImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		for name, panics := range map[string]bool{"e": false, "p": true} {
			b := newImports(t, e)
			if bad := name + "041"; panics {
				b.trade.panics = bad
			} else {
				b.trade.fails = bad
			}
			before := len(b.stored(t))
			i := b.keep(t, name, 60, false)
			if n, err := b.service.Work(t.Context()); err == nil || n != 41 {
				t.Errorf("%s: %d done, %v; the log must hear of it", name, n, err)
			}
			got := b.now(t, i)
			if got.State != imports.Stopped || got.Done != 41 || got.Failed != 1 || len(b.stored(t))-before != 41 {
				t.Fatalf("%s: %+v, %d made", name, got, len(b.stored(t))-before)
			}
			line, found, err := b.rows.Broken(t.Context(), b.vendor, got.ID)
			if err != nil || !found || line.Number != 43 || len(line.Problems) != 1 || !line.Problems[0].Fault {
				t.Errorf("%s: %+v, %v, %v", name, line, found, err)
			}
			if n, err := b.service.Work(t.Context()); err != nil || n != 0 {
				t.Errorf("%s: it went on by itself: %d, %v", name, n, err)
			}
			storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.Start(x, b.vendor, i.UUID, imports.How{}) })
			if n, err := b.service.Work(t.Context()); err != nil || n != 18 {
				t.Errorf("%s: the rest: %d, %v", name, n, err)
			}
			b.trade.fails, b.trade.panics = "", ""
			storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.TryAgain(x, b.vendor, i.UUID) })
			if n, err := b.service.Work(t.Context()); err != nil || n != 1 || b.now(t, i).State != imports.Finished || len(b.stored(t))-before != 60 {
				t.Errorf("%s: tried again: %d, %v", name, n, err)
			}
			if _, found, err := b.rows.Broken(t.Context(), b.vendor, got.ID); err != nil || found {
				t.Errorf("%s: the line is done, and still told of: %v", name, err)
			}
		}
	})
}

// With all or nothing no line is left, and the whole file can be tried again.
func TestAServersFaultRefusesAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		b.trade.fails = "c007"
		i := b.keep(t, "c", 30, true)
		if n, err := b.service.Work(t.Context()); err == nil || n != 0 {
			t.Errorf("%d done, %v", n, err)
		}
		if got := b.now(t, i); got.State != imports.Refused || got.Done != 0 || got.Failed != 1 || len(b.stored(t)) != 0 {
			t.Errorf("%+v, %d made", got, len(b.stored(t)))
		}
		b.trade.fails = ""
		storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.TryAgain(x, b.vendor, i.UUID) })
		if n, err := b.service.Work(t.Context()); err != nil || n != 30 {
			t.Errorf("tried again: %d, %v", n, err)
		}
	})
}

// Storing a file, trying its failed lines again and discarding it go in portions.
func TestLargeImportsGoInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, storetest.Hurried(t, e))
		const many, step = 130, 50
		content := "company_name\n"
		for i := range many {
			content += fmt.Sprintf("\"c%03d\nx\"\n", i) // every line has a problem
		}
		f, err := b.service.Read(t.Context(), b.vendor, imports.Customers, time.UTC, []byte(content+"good\n"))
		if err != nil {
			t.Fatal(err)
		}
		lines := `SELECT COUNT(*) FROM import_lines WHERE state = $1`
		ctx, stop := context.WithCancel(t.Context())
		stopping := *b.service
		stopping.Runner = storetest.StopsAfter(b.DB, 2, stop) // the import itself, and a portion
		if _, err := stopping.Receive(ctx, b.vendor, imports.Customers, time.UTC, "x.csv", f); err == nil {
			t.Error("it was not stopped")
		}
		if n := storetest.Count(t, e, lines, imports.LineFailed); n != step {
			t.Errorf("one portion stored %d lines, want %d", n, step)
		}
		if all, err := b.rows.List(t.Context(), b.vendor, listing.Request{Limit: 5, Desc: true}); err != nil || len(all.Items) != 0 {
			t.Errorf("half a file is listed: %+v, %v", all.Items, err)
		}
		b.Clock.Advance((imports.DraftDays + 1) * 24 * time.Hour)
		if n, err := b.service.Forget(t.Context()); err != nil || n != 1 {
			t.Errorf("%d halves were forgotten, %v; want 1", n, err)
		}

		i := b.start(t, f, false)
		if _, err := b.service.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := storetest.Do(t, b.Env, func(x tx.Tx) (imports.Import, error) { return b.service.TryAgain(x, b.vendor, i.UUID) })
		if n := storetest.Count(t, e, lines, imports.LineFailed); n != many || again.Failed != many {
			t.Errorf("%d lines are failed, the import says %d; want %d", n, again.Failed, many)
		}
		if _, err := b.service.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := b.now(t, i); got.State != imports.Finished || got.Failed != many || got.Done != 1 || got.Retrying {
			t.Errorf("tried again: %+v", got)
		}

		draft, err := b.service.Receive(t.Context(), b.vendor, imports.Customers, time.UTC, "x.csv", f)
		if err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, b.Env, func(x tx.Tx) (any, error) {
			if _, err := b.service.Keep(x, b.vendor, draft.UUID); err != nil {
				return nil, err
			}
			return nil, b.service.Discard(x, b.vendor, draft.UUID)
		})
		left := `SELECT COUNT(*) FROM import_lines WHERE import_id = $1`
		if n := storetest.Count(t, e, left, draft.ID); n != many+1 {
			t.Errorf("discarding removed %d lines at once", many+1-n)
		}
		if _, err := b.rows.ByUUID(t.Context(), b.vendor, draft.UUID); !fault.Is(err, "import_not_found") {
			t.Errorf("a discarded file is found: %v", err)
		}
		storetest.Refuse(t, b.Env, "import_not_found", func(x tx.Tx) (imports.Import, error) { return b.service.Start(x, b.vendor, draft.UUID, imports.How{}) })
		if n, err := b.service.Forget(t.Context()); err != nil || n != 1 {
			t.Errorf("%d forgotten, %v", n, err)
		}
		if n := storetest.Count(t, e, left, draft.ID); n != 0 {
			t.Errorf("%d lines are left", n)
		}
	})
}

// Attack: a line that was refused for what is in it, brought in by trying again.
func TestTryingAgainChecksAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		f, err := b.service.Read(t.Context(), b.vendor, imports.Customers, time.UTC, []byte("company_name,email\ngood,\n\"two\nlines\",\nmore,a@example.com,cells\n"))
		if err != nil {
			t.Fatal(err)
		}
		i := b.start(t, f, false)
		for range 2 {
			if _, err := b.service.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := b.now(t, i); got.Done != 1 || got.Failed != 2 || len(b.stored(t)) != 1 {
				t.Errorf("%+v, made %v", got, b.stored(t))
			}
			storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.TryAgain(x, b.vendor, i.UUID) })
		}
	})
}
