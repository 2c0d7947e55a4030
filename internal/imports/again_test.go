package imports_test

import (
	"testing"
	"time"

	"chancery/internal/imports"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A file that was brought in is asked about before it is brought in once more: by what
// it holds, of its vendor and its kind, for as long as imports are kept.
func TestTheSameFileIsAskedAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newImports(t, e)
		other := b
		other.vendor = storetest.Vendor(t, e, "Bolt").ID
		received := func(b importBench, content string) imports.Import {
			f, err := b.service.Read(t.Context(), b.vendor, imports.Customers, time.UTC, []byte(content))
			if err != nil {
				t.Fatal(err)
			}
			i, err := b.service.Receive(t.Context(), b.vendor, imports.Customers, time.UTC, "x.csv", f)
			if err != nil {
				t.Fatal(err)
			}
			return storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.Keep(x, b.vendor, i.UUID) })
		}
		start := func(b importBench, i imports.Import, how imports.How) {
			storetest.Do(t, e, func(x tx.Tx) (imports.Import, error) { return b.service.Start(x, b.vendor, i.UUID, how) })
		}
		asks := func(i imports.Import) {
			t.Helper()
			storetest.Refuse(t, e, "import_repeated", func(x tx.Tx) (imports.Import, error) {
				return b.service.Start(x, b.vendor, i.UUID, imports.How{})
			})
		}
		first, second := received(b, "company_name,email\nAcme,a@example.com\n"), received(b, "\ufeff\"company_name\";email\r\nAcme;a@example.com\r\n")
		start(b, first, imports.How{})
		asks(second) // while the first one runs
		if _, err := b.service.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		asks(second)
		start(b, received(b, "company_name,email\nCole,a@example.com\n"), imports.How{}) // another file
		start(b, received(b, "company_name,email\nAcm,ea@example.com\n"), imports.How{}) // the same letters in other cells
		b.trade.refuses = "None"
		start(b, received(b, "company_name\nNone\n"), imports.How{})
		if _, err := b.service.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		start(b, received(b, "company_name\nNone\n"), imports.How{}) // it brought nothing in
		start(other, received(other, "company_name,email\nAcme,a@example.com\n"), imports.How{})
		start(b, second, imports.How{Again: true})
		b.Clock.Advance((imports.KeptDays + 1) * 24 * time.Hour)
		late := received(b, "company_name,email\nCole,a@example.com\n")
		asks(late)
		if _, err := b.service.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		start(b, late, imports.How{})
	})
}
