package storetest

import (
	"cmp"
	"crypto/rand"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// Env is a migrated, empty database and what goes with it.
type Env struct {
	DB     *store.DB
	Config store.Config
	Clock  *ident.ManualClock
	IDs    ident.Source
}

// Start is where each Env's clock begins.
var Start = time.Date(2026, 3, 14, 9, 26, 53, 589_000_000, time.UTC) //nolint:gochecknoglobals // a constant that Go has no form for

// Each runs test on an embedded database and on PostgreSQL, in parallel.
func Each(t *testing.T, test func(t *testing.T, e Env)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// SQLite opens an embedded database of the test's own.
func SQLite(t testing.TB) Env {
	t.Helper()
	return Open(t, store.Config{Dir: SQLiteDir(t)})
}

// Postgres opens a PostgreSQL database of the test's own.
func Postgres(t testing.TB) Env {
	t.Helper()
	return Open(t, store.Config{URL: PostgresURL(t), Connections: 8})
}

// Open opens a database that has its schema.
func Open(t testing.TB, c store.Config) Env {
	t.Helper()
	clock := ident.NewManualClock(Start)
	c.Clock = clock
	c.Portion = cmp.Or(c.Portion, time.Hour) // how much a portion does is then the same on every machine
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return Env{DB: db, Config: c, Clock: clock, IDs: ident.Source{Clock: clock, Rand: rand.Reader}}
}

// Do runs fn in a transaction that must succeed, and gives its result.
func Do[T any](t testing.TB, e Env, fn func(tx.Tx) (T, error)) T {
	t.Helper()
	v, err := Try(t, e, fn)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Try runs fn in a transaction and gives its result.
func Try[T any](t testing.TB, e Env, fn func(tx.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := e.DB.Run(t.Context(), func(x tx.Tx) error {
		var err error
		v, err = fn(x)
		return err
	})
	return v, err
}

// Refuse runs fn in a transaction that must fail with a fault of this code, and
// gives the fields that it names.
func Refuse[T any](t testing.TB, e Env, code string, fn func(tx.Tx) (T, error)) []fault.Field {
	t.Helper()
	_, err := Try(t, e, fn)
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want the fault %s", err, code)
	}
	return fault.As(err).Fields
}

// Vendors makes the service of vendors on e.
func Vendors(t testing.TB, e Env) *vendors.Service {
	t.Helper()
	s, err := vendors.New(vendors.Config{Store: vendorstore.Store{DB: e.DB}, IDs: e.IDs})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Vendor makes a vendor, also where there is one of this name.
func Vendor(t testing.TB, e Env, name string) vendors.Vendor {
	t.Helper()
	service := Vendors(t, e)
	return Do(t, e, func(x tx.Tx) (vendors.Vendor, error) {
		v, err := service.Create(x, vendors.Create{Name: name, Zone: "Europe/Berlin"})
		if fault.Is(err, "vendor_exists") {
			v, err = service.Create(x, vendors.Create{Name: name, Zone: "Europe/Berlin", Slug: "twin-" + e.IDs.V7().String()})
		}
		return v, err
	})
}

// Count runs a SELECT COUNT(*).
func Count(t testing.TB, e Env, sqltext string, args ...any) int {
	t.Helper()
	var n int
	if _, err := e.DB.QueryRow(t.Context(), sqltext, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
