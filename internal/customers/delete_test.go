package customers_test

import (
	"strings"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestACustomerWithoutAnythingCanBeDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCustomers(t, e)
		top := b.Create(t, "Top", nil)
		below := b.Create(t, "Below", &top)
		del := func(of ident.UUID) error {
			_, err := storetest.Try(t, e, func(x tx.Tx) (int, error) { return 0, b.Customers.Delete(x, b.Vendor, of) })
			return err
		}
		if err := del(top.UUID); !fault.Is(err, "customer_in_use") || !strings.Contains(err.Error(), "1 sub-customer") {
			t.Errorf("%v", err)
		}
		for _, c := range []ident.UUID{below.UUID, top.UUID} {
			if err := del(c); err != nil {
				t.Fatal(err)
			}
		}
		for _, table := range []string{"customers", "customer_closure"} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM `+table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
		if again := b.Create(t, "Again", nil); again.ID <= below.ID {
			t.Errorf("a new customer has the id %d", again.ID)
		}
	})
}
