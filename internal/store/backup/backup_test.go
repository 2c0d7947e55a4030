package backup_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"testing"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/store/backup"
	"chancery/internal/store/pgtest"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// empty gives the configuration of a new database of either engine.
func empty(t *testing.T, engine string) store.Config {
	t.Helper()
	if engine == "postgres" {
		return store.Config{URL: pgtest.Database(t)}
	}
	return store.Config{Dir: t.TempDir()}
}

func write(t *testing.T, e storetest.Env) []byte {
	t.Helper()
	var out bytes.Buffer
	schema, err := store.Schema(t.Context(), e.Config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), e.DB, schema.Current, e.Clock.Now(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// From each engine to each engine: every row arrives, and clients go on.
func TestBackupRestoresToEitherEngine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 1), func(c *licensing.IssueCommand) { c.Name = "naïve \"quoted\" {brace [bracket" })
		held := b.Granted(t, l.LicenseKey, "c1")
		parent, child := b.NewCustomer(t, "Below"), b.NewCustomer(t, "Above")
		putUnder(t, b, parent, child) // a superior with the higher id
		file := write(t, e)
		for _, engine := range []string{"sqlite", "postgres"} {
			c := empty(t, engine)
			n, err := backup.Read(t.Context(), c, bytes.NewReader(file))
			if err != nil || n == 0 {
				t.Fatalf("to %s: %d rows, %v", engine, n, err)
			}
			there := storetest.Open(t, c)
			for _, table := range []string{"licenses", "tokens", "activations", "customers", "customer_closure", "audit_log", "editions"} {
				if was, is := storetest.Count(t, e, "SELECT COUNT(*) FROM "+table), storetest.Count(t, there, "SELECT COUNT(*) FROM "+table); was != is {
					t.Errorf("to %s: %s had %d rows, and has %d", engine, table, was, is)
				}
			}
			moved := b.On(t, there)
			out := moved.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c1", Client: licensing.Client{SoftwareVersion: "1"}})
			if out.Refusal != nil || out.State.Activation.TokenKey != held.TokenKey || out.State.License.Name != l.Name {
				t.Errorf("to %s: the client got %+v", engine, out)
			}
			if out.Refusal == nil && out.State.Serial <= l.Serial() {
				t.Errorf("to %s: serial %d after %d; clients refuse one that fell", engine, out.State.Serial, l.Serial())
			}
			moved.Granted(t, l.LicenseKey, "c2") // ids go on after the restored ones
			moved.Balanced(t)
			if _, err := backup.Read(t.Context(), c, bytes.NewReader(file)); !fault.Is(err, "database_not_empty") {
				t.Errorf("to %s: restored twice: %v", engine, err)
			}
		}
	})
}

func TestDamagedBackupsChangeNothing(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	storetest.NewLicenses(t, e)
	file := write(t, e)
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	pack := func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	last := bytes.LastIndexByte(plain[:len(plain)-1], '\n') + 1
	for name, damaged := range map[string][]byte{
		"nothing": nil, "no gzip": []byte("hello"), "cut off": file[:len(file)/2], "no trailer": pack(plain[:last]),
		"a changed value": pack(bytes.Replace(slices.Clone(plain), []byte("Acme"), []byte("Adme"), 1)),
		"another format":  pack(bytes.Replace(slices.Clone(plain), []byte("backup/1"), []byte("backup/9"), 1)),
		"another table":   pack(bytes.Replace(slices.Clone(plain), []byte(`"table":"vendors"`), []byte(`"table":"leases"`), 1)),
	} {
		c := empty(t, "sqlite")
		if _, err := backup.Read(t.Context(), c, bytes.NewReader(damaged)); fault.As(err) == nil || fault.As(err).Code != "backup_damaged" {
			t.Errorf("%s: %v", name, err)
		}
		if err := store.Migrate(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, storetest.Open(t, c), "SELECT COUNT(*) FROM vendors"); n != 0 {
			t.Errorf("%s: %d vendors", name, n)
		}
	}
}

func putUnder(t *testing.T, b storetest.LicenseBench, c, superior customers.Customer) {
	t.Helper()
	to := &superior.UUID
	storetest.Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) {
		return b.Customers.Update(x, b.Vendor, c.UUID, customers.Change{Superior: &to})
	})
}
