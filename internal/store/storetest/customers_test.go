package storetest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	customerstore "chancery/internal/store/customers"
	"chancery/internal/store/invariants"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

type customerBench struct {
	storetest.Env

	service *customers.Service
	rows    customerstore.Store
	vendor  ident.VendorID
}

func newCustomers(t *testing.T, e storetest.Env) customerBench {
	t.Helper()
	rows := customerstore.Store{DB: e.DB}
	service, err := customers.New(customers.Config{Store: rows, Reader: rows, Runner: e.DB, IDs: e.IDs})
	if err != nil {
		t.Fatal(err)
	}
	return customerBench{Env: e, service: service, rows: rows, vendor: storetest.Vendor(t, e, "Acme").ID}
}

func (b customerBench) create(t *testing.T, name string, superior *customers.Customer) customers.Customer {
	t.Helper()
	r := customers.Create{CompanyName: name, Email: strings.ToLower(name) + "@example.com"}
	if superior != nil {
		r.Superior = &superior.UUID
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) { return b.service.Create(x, b.vendor, r) })
}

func (b customerBench) move(t *testing.T, c customers.Customer, to *ident.UUID) error {
	t.Helper()
	_, err := storetest.Try(t, b.Env, func(x tx.Tx) (customers.Customer, error) {
		return b.service.Update(x, b.vendor, c.UUID, customers.Change{Superior: &to})
	})
	return err
}

func TestCustomers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		made := storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
			return b.service.Create(x, b.vendor, customers.Create{CompanyName: " Müller AG ", Number: "K-1", Email: "Anna@Example.COM"})
		})
		got, err := b.rows.ByUUID(t.Context(), b.vendor, made.UUID)
		if err != nil || got != made || got.Email != "anna@example.com" || got.CompanyName != "Müller AG" {
			t.Errorf("%+v, %v", got, err)
		}
		storetest.Refuse(t, e, "customer_number_taken", func(x tx.Tx) (customers.Customer, error) {
			return b.service.Create(x, b.vendor, customers.Create{CompanyName: "B", Number: "K-1"})
		})
		other := b.create(t, "Beta", nil)
		number, name := "K-1", "Beta II"
		storetest.Refuse(t, e, "customer_number_taken", func(x tx.Tx) (customers.Customer, error) {
			return b.service.Update(x, b.vendor, other.UUID, customers.Change{Number: &number})
		})
		changed := storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
			return b.service.Update(x, b.vendor, other.UUID, customers.Change{CompanyName: &name})
		})
		if got, err := b.rows.ByUUID(t.Context(), b.vendor, other.UUID); err != nil || got != changed || got.Number != other.Number {
			t.Errorf("%+v, %v", got, err)
		}
		stranger := storetest.Vendor(t, e, "Bolt").ID
		storetest.Refuse(t, e, "customer_not_found", func(x tx.Tx) (customers.Customer, error) {
			return b.service.Update(x, stranger, other.UUID, customers.Change{CompanyName: &name})
		})
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (customers.Customer, error) {
			return b.service.Create(x, stranger, customers.Create{CompanyName: "C", Superior: &made.UUID})
		})
		// Numbers are unique per vendor, not among vendors.
		storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
			return b.service.Create(x, stranger, customers.Create{CompanyName: "B", Number: "K-1"})
		})
	})
}

func TestCustomerTree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		root := b.create(t, "Root", nil)
		mid := b.create(t, "Mid", &root)
		leaf := b.create(t, "Leaf", &mid)
		aside := b.create(t, "Aside", nil)
		within := func(superior, c customers.Customer) bool {
			ok, err := b.rows.IsWithin(t.Context(), b.vendor, superior.ID, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		names := func(cs []customers.Customer, err error) string {
			if err != nil {
				t.Fatal(err)
			}
			s := make([]string, 0, len(cs))
			for _, c := range cs {
				s = append(s, c.CompanyName)
			}
			return strings.Join(s, " ")
		}
		ancestors := func(c customers.Customer) string { return names(b.rows.Ancestors(t.Context(), b.vendor, c.ID)) }
		if !within(root, leaf) || !within(leaf, leaf) || within(leaf, root) || within(aside, leaf) || ancestors(leaf) != "Mid Root" {
			t.Error("the tree is wrong after creation")
		}
		for _, to := range []customers.Customer{root, mid, leaf} {
			if err := b.move(t, root, &to.UUID); !fault.Is(err, "customer_cycle") {
				t.Errorf("root under %s: %v", to.CompanyName, err)
			}
		}
		if err := b.move(t, mid, &aside.UUID); err != nil {
			t.Fatal(err)
		}
		if within(root, leaf) || !within(aside, leaf) || ancestors(leaf) != "Mid Aside" {
			t.Error("the tree is wrong after the move")
		}
		if err := b.move(t, mid, nil); err != nil || within(aside, leaf) || ancestors(leaf) != "Mid" {
			t.Errorf("the tree is wrong after moving out, %v", err)
		}
		page, err := b.rows.Descendants(t.Context(), b.vendor, mid.ID, listing.Request{Limit: 10})
		if got := names(page.Items, err); got != "Leaf" {
			t.Errorf("below Mid: %s", got)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM customer_closure WHERE vendor_id = $1`, b.vendor); n != 5 {
			t.Errorf("%d closure rows, want 5", n)
		}
	})
}

// A large branch follows in portions; where its top is, and what is above each of its
// customers, is right at once.
func TestALargeBranchMovesInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, hurried(t, e))
		const many, step = 120, 50
		one, other := b.create(t, "One", nil), b.create(t, "Other", nil)
		top := b.create(t, "Top", &one)
		var last customers.Customer
		for i := range many {
			under := &top
			if i > 0 && i%2 == 0 {
				under = &last // a level lower
			}
			last = b.create(t, fmt.Sprintf("C%d", i), under)
		}
		below := func(c customers.Customer) int {
			return storetest.Count(t, e, `SELECT COUNT(*) FROM customer_closure WHERE superior_id = $1 AND depth > 0`, c.ID)
		}
		if n := below(one); n != many+1 {
			t.Fatalf("%d customers below One, want %d", n, many+1)
		}
		if err := b.move(t, top, &other.UUID); err != nil {
			t.Fatal(err)
		}
		if n := below(other); n < step || n > step+1 {
			t.Errorf("the move itself took %d customers along", n)
		}
		for _, c := range []customers.Customer{top, last} {
			is, err := b.rows.IsWithin(t.Context(), b.vendor, other.ID, c.ID)
			was, e := b.rows.IsWithin(t.Context(), b.vendor, one.ID, c.ID)
			if err != nil || e != nil || !is || was {
				t.Errorf("%s: within Other %t, within One %t, %v, %v", c.CompanyName, is, was, err, e)
			}
		}
		if err := b.move(t, other, &last.UUID); !fault.Is(err, "customer_move_under_way") {
			t.Errorf("another move meanwhile: %v", err)
		}
		late := b.create(t, "Late", &last)
		if n, err := b.service.FinishMoves(t.Context()); err != nil || n < 2 {
			t.Errorf("%d portions, %v", n, err)
		}
		if below(one) != 0 || below(other) != many+2 || below(top) != many+1 {
			t.Errorf("%d below One, %d below Other, %d below Top", below(one), below(other), below(top))
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM customer_closure k WHERE customer_id = $1`, late.ID); n < 4 {
			t.Errorf("a customer made meanwhile has %d lines", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM customer_moves`); n != 0 {
			t.Error("the move is still noted")
		}
		if wrong, err := invariants.Run(t.Context(), b.DB); err != nil || len(wrong) != 0 {
			t.Errorf("%v, %v", wrong, err)
		}
		if err := b.move(t, other, &last.UUID); !fault.Is(err, "customer_cycle") {
			t.Errorf("Other under its own: %v", err)
		}
	})
}

func TestCustomerTreeIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		top := b.create(t, "Top", nil)
		at, second := top, top
		for i := range customers.MaxDepth {
			at = b.create(t, fmt.Sprintf("L%d", i), &at)
			if i == 0 {
				second = at
			}
		}
		storetest.Refuse(t, e, "customer_tree_too_deep", func(x tx.Tx) (customers.Customer, error) {
			return b.service.Create(x, b.vendor, customers.Create{CompanyName: "Deeper", Superior: &at.UUID})
		})
		under := b.create(t, "Under", &top)
		if err := b.move(t, second, &under.UUID); !fault.Is(err, "customer_tree_too_deep") {
			t.Errorf("a whole branch went too deep: %v", err)
		}
	})
}

// Concurrent moves must leave a tree: each customer's closure is what its superiors say.
func TestConcurrentMovesLeaveATree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		all := make([]customers.Customer, 0, 8)
		for i := range 8 {
			all = append(all, b.create(t, fmt.Sprintf("N%d", i), nil))
		}
		const movers = 8
		failed := make(chan error, movers)
		for m := range movers {
			random := rand.New(rand.NewPCG(uint64(m), 7))
			go func() {
				for range 12 {
					c, to := all[random.IntN(len(all))], &all[random.IntN(len(all))].UUID
					if random.IntN(4) == 0 {
						to = nil
					}
					err := e.DB.Run(t.Context(), func(x tx.Tx) error {
						_, err := b.service.Update(x, b.vendor, c.UUID, customers.Change{Superior: &to})
						return err
					})
					if err != nil && !fault.Is(err, "customer_cycle") {
						failed <- err
						return
					}
				}
				failed <- nil
			}()
		}
		for range movers {
			if err := <-failed; err != nil {
				t.Fatal(err)
			}
		}
		rows := 0
		for _, c := range all {
			chain := []ident.UUID{}
			for at := c; ; rows++ {
				now, err := b.rows.ByUUID(t.Context(), b.vendor, at.UUID)
				if err != nil || len(chain) > len(all) {
					t.Fatalf("a cycle, or %v", err)
				}
				if now.SuperiorUUID.IsZero() {
					rows++
					break
				}
				chain = append(chain, now.SuperiorUUID)
				at.UUID = now.SuperiorUUID
			}
			ancestors, err := b.rows.Ancestors(t.Context(), b.vendor, c.ID)
			if err != nil || len(ancestors) != len(chain) {
				t.Fatalf("%d ancestors, the superiors say %d; %v", len(ancestors), len(chain), err)
			}
			for i, a := range ancestors {
				if a.UUID != chain[i] {
					t.Errorf("ancestor %d differs", i)
				}
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM customer_closure WHERE vendor_id = $1`, b.vendor); n != rows {
			t.Errorf("%d closure rows, the superiors say %d", n, rows)
		}
	})
}

func TestCustomerList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		for _, name := range []string{"Zeta", "alpha", "Ärger", "Alphabet", "beta", "Beta"} {
			b.create(t, name, nil)
		}
		stranger := storetest.Vendor(t, e, "Bolt").ID
		list := func(vendor ident.VendorID, f customers.Filter, sort string, limit int) string {
			got, cursor := []string{}, ""
			for {
				r, err := listing.Parse(limit, sort, cursor, customers.Sorts()...)
				if err != nil {
					t.Fatal(err)
				}
				page, err := b.rows.List(t.Context(), vendor, f, r)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Items {
					got = append(got, c.CompanyName)
				}
				if cursor = page.Next; cursor == "" {
					return strings.Join(got, " ")
				}
			}
		}
		for _, limit := range []int{1, 2, 6, 7} {
			for sort, want := range map[string]string{
				"company_name": "alpha Alphabet Ärger beta Beta Zeta", "-company_name": "Zeta Beta beta Ärger Alphabet alpha",
				"created_at": "Zeta alpha Ärger Alphabet beta Beta", "-created_at": "Beta beta Alphabet Ärger alpha Zeta",
			} {
				if got := list(b.vendor, customers.Filter{}, sort, limit); got != want {
					t.Errorf("%s by %d: %s", sort, limit, got)
				}
			}
			if got := list(b.vendor, customers.Filter{NamePrefix: "ALPHA"}, "company_name", limit); got != "alpha Alphabet" {
				t.Errorf("prefix: %s", got)
			}
			if got := list(b.vendor, customers.Filter{NamePrefix: "a"}, "-company_name", limit); got != "Ärger Alphabet alpha" {
				t.Errorf("prefix with an accent: %s", got)
			}
			if got := list(b.vendor, customers.Filter{EmailPrefix: "Beta@"}, "email", limit); got != "beta Beta" {
				t.Errorf("e-mail: %s", got)
			}
		}
		if got := list(stranger, customers.Filter{}, "created_at", 10); got != "" {
			t.Errorf("another vendor sees %s", got)
		}
		_, err := b.rows.List(t.Context(), b.vendor, customers.Filter{EmailPrefix: "a"}, listing.Request{Limit: 1, Sort: "company_name"})
		if !fault.Is(err, "invalid_request") {
			t.Errorf("a prefix that no index serves: %v", err)
		}
	})
}
