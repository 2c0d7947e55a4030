package licensing_test

import (
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// An edition says which client is activated together with each licence.
func TestAClientIsActivatedWithTheLicence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := func(tokens int64, a terms.ActivationOnCreation) catalog.Edition {
			return b.Limited(t, tokens, 1, 0, func(p *terms.Policy) { p.ActivationOnCreation, p.TrialDays = a, 14 })
		}
		holds := func(what string, l *licensing.License, client string) {
			t.Helper()
			got := storetest.Count(t, e, `SELECT COUNT(*) FROM activations a JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
				WHERE a.license_id = $1 AND a.released_at IS NULL AND d.number = $2`, l.ID, client)
			if l.RegularUsed != 1 || got != 1 || !l.FirstActivatedAt.Equal(e.Clock.Now()) {
				t.Errorf("%s: %d of %q are activated, the licence says %d since %v", what, got, client, l.RegularUsed, l.FirstActivatedAt)
			}
		}
		byKey := b.Issue(t, edition(2, terms.ActivateTokenKey))
		keys := b.TokenKeys(t, byKey)
		again := b.Activate(t, keys[1], keys[1].String())
		if len(keys) != 2 || again.Refusal != nil || again.State.License.RegularUsed != 1 {
			t.Errorf("the client named by its token key: %v, %+v", keys, again)
		}
		holds("token key", byKey, keys[1].String())
		number := edition(1, terms.ActivateCustomerNumber)
		first := b.Issue(t, number)
		holds("customer's number", first, b.Customer.Number)
		holds("a second licence", b.Issue(t, number), b.Customer.Number)
		holds("customer's address", b.Issue(t, edition(1, terms.ActivateCustomerEmail)), b.Customer.Email)
		holds("named at issue", b.Issue(t, number, func(c *licensing.IssueCommand) { c.ActivateFor = "drill-1" }), "drill-1")
		holds("starting later", b.Issue(t, number, func(c *licensing.IssueCommand) { c.StartsAt = e.Clock.Now().Add(time.Hour) }), b.Customer.Number)

		for what, change := range map[string]func(*licensing.IssueCommand){
			"off": func(c *licensing.IssueCommand) { c.IsInactive = true },
			"over": func(c *licensing.IssueCommand) {
				c.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: e.Clock.Now().Add(-time.Hour)}
			},
		} {
			if l := b.Issue(t, number, change); l.RegularUsed != 0 {
				t.Errorf("a licence that is %s activated a client", what)
			}
		}
		nobody := storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
			return b.Customers.Create(x, b.Vendor, customers.Create{CompanyName: "Silent AG"})
		})
		licenses := storetest.Count(t, e, `SELECT COUNT(*) FROM licenses`)
		for _, at := range []struct {
			edition catalog.Edition
			change  func(*licensing.IssueCommand)
		}{
			{edition(1, terms.ActivateCustomerEmail), func(c *licensing.IssueCommand) { c.Customer, c.LicenseeEmail = nobody.UUID, "ann@example.com" }},
			{edition(0, terms.ActivateTokenKey), func(*licensing.IssueCommand) {}},
		} {
			storetest.Refuse(t, e, "activation_client_missing", func(x tx.Tx) (*licensing.License, error) {
				c := licensing.IssueCommand{Vendor: b.Vendor, Edition: at.edition.UUID, Customer: b.Customer.UUID}
				at.change(&c)
				return b.Licenses.Issue(x, c)
			})
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM licenses`); n != licenses {
			t.Errorf("%d licences were left by refusals", n-licenses)
		}
		b.Balanced(t)
	})
}

// Sessions and named users have no client that could be activated beforehand.
func TestAClientOnCreationIsForDevices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		policy := terms.Defaults()
		policy.ActivationOnCreation = terms.ActivateTokenKey
		for name, edition := range map[string]catalog.Edition{
			"floating": {Mode: terms.Floating, ClientType: terms.Devices, Policy: policy},
			"users":    {Mode: terms.Named, ClientType: terms.Users, Policy: policy},
		} {
			edition.Name, edition.ProductUUID = name, b.Product.UUID
			fields := storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (catalog.Edition, error) { return b.Catalog.CreateEdition(x, b.Vendor, edition) })
			if len(fields) != 1 || fields[0].Name != "activation_on_creation" {
				t.Errorf("%s: %v", name, fields)
			}
		}
	})
}
