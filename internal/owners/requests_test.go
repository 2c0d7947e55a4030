package owners_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// asked stands for the rooms around requests: it locks the licence, and counts whom it tells.
type asked struct {
	bench

	meter    ident.UUID
	requests *owners.Requests
}

func (a *asked) Requested(t tx.Tx, v ident.VendorID, license ident.LicenseID) (owners.Requested, error) {
	l, err := a.Licenses.Locked(t, v, license)
	if err != nil || l == nil {
		return owners.Requested{}, fault.Missing("license")
	}
	return owners.Requested{CustomerID: l.Customer.ID, Customer: l.Customer.UUID, Meters: map[ident.UUID]string{a.meter: "pages"}}, nil
}

func (*asked) Asked(tx.Tx, ident.VendorID, owners.Request) error            { return nil }
func (*asked) Answered(tx.Tx, ident.VendorID, owners.Request) (bool, error) { return true, nil }

func newAsked(t *testing.T, e storetest.Env) *asked {
	t.Helper()
	a := &asked{bench: newBench(t, e), meter: e.IDs.V7()}
	var err error
	if a.requests, err = owners.NewRequests(owners.RequestsConfig{Store: a.rows, Owners: a.owners, Licenses: a, Post: a, IDs: e.IDs}); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *asked) ask(t *testing.T, r owners.Reach, license ident.UUID, n owners.NewRequest) (q owners.Request, fresh bool, err error) {
	t.Helper()
	q, err = storetest.Try(t, a.Env, func(x tx.Tx) (q owners.Request, err error) {
		q, fresh, err = a.requests.Ask(x, r, license, n)
		return q, err
	})
	return q, fresh, err
}

func (a *asked) answer(x tx.Tx, v ident.VendorID, id ident.UUID, state owners.RequestState, text string) (owners.Request, error) {
	q, told, err := a.requests.Answer(x, v, id, state, text)
	if err == nil && !told {
		err = errors.New("nobody is told")
	}
	return q, err
}

const one = terms.Unit

// Licensees and operators ask; who is out of reach finds no licence, and a viewer only
// looks. A wish has one open request, which asking again gives back.
func TestRequests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		a := newAsked(t, e)
		edition := a.Limited(t, 2, 0, 0)
		l := a.Issue(t, edition, func(c *licensing.IssueCommand) { c.LicenseeEmail = "anna@example.com" })
		anna, operator, viewer, stranger := a.user(t, "anna@example.com"), a.user(t, "op@example.com"), a.user(t, "view@example.com"), a.user(t, "x@example.com")
		a.join(t, a.Customer.UUID, operator, owners.Operator)
		a.join(t, a.Customer.UUID, viewer, owners.Viewer)
		for name, test := range map[string]struct {
			n     owners.NewRequest
			wrong string
		}{
			"no wish":               {owners.NewRequest{Quantity: one}, "wish"},
			"an unknown wish":       {owners.NewRequest{Wish: "gold", Quantity: one}, "wish"},
			"none more":             {owners.NewRequest{Wish: owners.WishActivations}, "quantity"},
			"half a place":          {owners.NewRequest{Wish: owners.WishActivations, Quantity: one / 2}, "quantity"},
			"too many places":       {owners.NewRequest{Wish: owners.WishActivations, Quantity: 1_000_001 * one}, "quantity"},
			"another's meter":       {owners.NewRequest{Wish: owners.WishMeter, Quantity: one, Meter: e.IDs.V7()}, "limitation_id"},
			"no meter":              {owners.NewRequest{Wish: owners.WishMeter, Quantity: one}, "limitation_id"},
			"121 months":            {owners.NewRequest{Wish: owners.WishRenewal, Quantity: 121 * one}, "quantity"},
			"nothing said":          {owners.NewRequest{Wish: owners.WishOther, Message: " \n"}, "message"},
			"a message of 2,001":    {owners.NewRequest{Wish: owners.WishOther, Message: strings.Repeat("ä", 2001)}, "message"},
			"a bell in the message": {owners.NewRequest{Wish: owners.WishOther, Message: "a\a"}, "message"},
		} {
			_, _, err := a.ask(t, a.reach(t, anna), l.UUID, test.n)
			if fields := fault.As(err).Fields; err == nil || len(fields) != 1 || fields[0].Name != test.wrong {
				t.Errorf("%s: %v, want a fault of %s", name, err, test.wrong)
			}
		}
		more := owners.NewRequest{Wish: owners.WishActivations, Quantity: 5 * one, Message: "New colleagues.\nSoon."}
		for who, code := range map[ident.UserID]string{viewer.ID: "role_missing", stranger.ID: "license_not_found"} {
			if _, _, err := a.ask(t, owners.Reach{Vendor: a.Vendor, User: who}, l.UUID, more); codeOf(err) != code {
				t.Errorf("%d asks: %v, want %s", who, err, code)
			}
		}
		first, fresh, err := a.ask(t, a.reach(t, anna), l.UUID, more)
		if err != nil || !fresh || first.UserEmail != "anna@example.com" || first.Message != more.Message || first.LicenseID != l.UUID {
			t.Fatalf("%+v %t %v", first, fresh, err)
		}
		again, fresh, err := a.ask(t, a.reach(t, operator), l.UUID, owners.NewRequest{Wish: owners.WishActivations, Quantity: 7 * one})
		if err != nil || fresh || again.UUID != first.UUID || again.Quantity != 5*one {
			t.Errorf("the same wish: %+v %t %v", again, fresh, err)
		}
		meter, fresh, err := a.ask(t, a.reach(t, operator), l.UUID, owners.NewRequest{Wish: owners.WishMeter, Meter: a.meter, Quantity: one})
		if err != nil || !fresh || meter.MeterName != "pages" {
			t.Errorf("another wish: %+v %t %v", meter, fresh, err)
		}
		mine := func(r owners.Reach, state owners.RequestState) (n int) {
			t.Helper()
			page, err := a.rows.OwnRequests(t.Context(), r, owners.RequestFilter{State: state}, listing.Request{Limit: 10, Desc: true})
			if err != nil {
				t.Fatal(err)
			}
			_, one := a.rows.OwnRequest(t.Context(), r, first.UUID)
			if (one == nil) != (len(page.Items) > 0) && state == "" {
				t.Errorf("the list has %d, and one of them %v", len(page.Items), one)
			}
			return len(page.Items)
		}
		if mine(a.reach(t, anna), "") != 2 || mine(a.reach(t, viewer), "") != 2 || mine(a.reach(t, stranger), "") != 0 || mine(owners.Reach{}, "") != 0 {
			t.Error("who sees requests is not who sees the licence")
		}
		answer := func(state owners.RequestState, text string) func(x tx.Tx) (owners.Request, error) {
			return func(x tx.Tx) (owners.Request, error) { return a.answer(x, a.Vendor, first.UUID, state, text) }
		}
		storetest.Refuse(t, e, "invalid_request", answer(owners.RequestWithdrawn, ""))
		rival := storetest.Vendor(t, e, "Rival").ID
		storetest.Refuse(t, e, "license_request_not_found", func(x tx.Tx) (owners.Request, error) {
			return a.answer(x, rival, first.UUID, owners.RequestDone, "")
		})
		withdraw := func(by owners.Reach) func(x tx.Tx) (owners.Request, error) {
			return func(x tx.Tx) (owners.Request, error) { return a.requests.Withdraw(x, by, meter.UUID) }
		}
		storetest.Refuse(t, e, "license_request_not_found", withdraw(a.reach(t, stranger)))
		storetest.Refuse(t, e, "role_missing", withdraw(a.reach(t, viewer)))
		done := storetest.Do(t, e, answer(owners.RequestDone, "With the next bill."))
		if done.State != owners.RequestDone || done.Answer != "With the next bill." || done.AnsweredAt.IsZero() {
			t.Errorf("answered: %+v", done)
		}
		storetest.Refuse(t, e, "license_request_closed", answer(owners.RequestDeclined, "No."))
		storetest.Do(t, e, withdraw(a.reach(t, anna)))
		if mine(a.reach(t, anna), owners.RequestOpen) != 0 || mine(a.reach(t, anna), owners.RequestDone) != 1 {
			t.Error("the states are not kept")
		}
	})
}

// However many ask at once, a wish has one open request; and what a licence keeps, and may
// ask within a day, is bounded.
func TestRequestsAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		a := newAsked(t, e)
		l := a.Issue(t, a.Limited(t, 2, 0, 0), func(c *licensing.IssueCommand) { c.LicenseeEmail = "anna@example.com" })
		reach := a.reach(t, a.user(t, "anna@example.com"))
		renewal := owners.NewRequest{Wish: owners.WishRenewal, Quantity: 12 * one}
		var all sync.WaitGroup
		var fresh [8]bool
		for i := range fresh {
			all.Go(func() {
				var err error
				if _, fresh[i], err = a.ask(t, reach, l.UUID, renewal); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		made := 0
		for _, is := range fresh {
			if is {
				made++
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM license_requests`); n != 1 || made != 1 {
			t.Errorf("%d requests, %d said to be new", n, made)
		}
		for i := range owners.RequestsKept + 20 {
			q, _, err := a.ask(t, reach, l.UUID, renewal)
			if err != nil {
				t.Fatal(i, err)
			}
			storetest.Do(t, e, func(x tx.Tx) (owners.Request, error) { return a.requests.Withdraw(x, reach, q.UUID) })
			e.Clock.Advance(3 * time.Hour)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM license_requests`); n > owners.RequestsKept+1 {
			t.Errorf("%d are kept", n)
		}
		refused := 0
		for range owners.RequestsADay + 3 {
			q, _, err := a.ask(t, reach, l.UUID, renewal)
			if fault.Is(err, "too_many_license_requests") {
				refused++
				continue
			}
			storetest.Do(t, e, func(x tx.Tx) (owners.Request, error) { return a.requests.Withdraw(x, reach, q.UUID) })
		}
		if refused == 0 {
			t.Error("nobody is refused who asks again and again")
		}
	})
}

// What was asked stays with the customer whose the licence was: when it gets another one,
// what is open is withdrawn before, and the new customer's people find nothing of it.
func TestRequestsStayWithTheirCustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		a := newAsked(t, e)
		service, err := licensing.New(licensing.Config{
			Store: a.Store, Reader: a.Store, Pulses: a.Pulses, Devices: a.Devices, Runner: e.DB, IDs: e.IDs, Leavers: a.requests,
		})
		if err != nil {
			t.Fatal(err)
		}
		a.Licenses = service
		l := a.Issue(t, a.Limited(t, 2, 0, 0), func(c *licensing.IssueCommand) { c.LicenseeEmail = "anna@example.com" })
		next := a.NewCustomer(t, "Hall & Sons")
		former, admin := a.user(t, "former@example.com"), a.user(t, "admin@example.com")
		a.join(t, a.Customer.UUID, former, owners.Operator)
		a.join(t, next.UUID, admin, owners.Administrator)
		asked := func(r owners.Reach, wish owners.Wish) owners.Request {
			t.Helper()
			q, fresh, err := a.ask(t, r, l.UUID, owners.NewRequest{Wish: wish, Quantity: 2 * one})
			if err != nil || !fresh {
				t.Fatal(fresh, err)
			}
			return q
		}
		first, second := asked(a.reach(t, former), owners.WishRenewal), asked(a.reach(t, former), owners.WishActivations)
		move := func(to ident.UUID) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) {
				return service.Update(x, a.Vendor, l.ID, licensing.Change{Customer: to})
			})
		}
		state := func(q owners.Request) owners.RequestState {
			t.Helper()
			now, err := a.rows.RequestByUUID(t.Context(), a.Vendor, q.UUID) // as staff read it
			if err != nil {
				t.Fatal(err)
			}
			return now.State
		}
		move(a.Customer.UUID) // whose it is
		if state(first) != owners.RequestOpen {
			t.Fatal("a licence that stays where it is takes requests back")
		}
		move(next.UUID)
		if state(first) != owners.RequestWithdrawn || state(second) != owners.RequestWithdrawn {
			t.Errorf("%s and %s, want withdrawn", state(first), state(second))
		}
		var customer string
		if _, err := e.DB.QueryRow(t.Context(), `SELECT after_value FROM audit_log WHERE action = 'license.request_answered' LIMIT 1`, nil, &customer); err != nil ||
			!strings.Contains(customer, a.Customer.UUID.String()) {
			t.Errorf("it was withdrawn from %s: %v", customer, err)
		}
		sees := func(r owners.Reach) (n int) {
			t.Helper()
			page, err := a.rows.OwnRequests(t.Context(), r, owners.RequestFilter{License: l.UUID}, listing.Request{Limit: 10, Desc: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []owners.Request{first, second} {
				if _, err := a.rows.OwnRequest(t.Context(), r, q.UUID); (err == nil) != (len(page.Items) >= 2) {
					t.Errorf("the list has %d, and one of them is %v", len(page.Items), err)
				}
			}
			return len(page.Items)
		}
		// Even one that were still open would be nobody's to take back.
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE license_requests SET state = 'open' WHERE vendor_id = $1 AND uuid = $2`, a.Vendor, first.UUID)
		})
		storetest.Refuse(t, e, "license_request_not_found", func(x tx.Tx) (owners.Request, error) {
			return a.requests.Withdraw(x, a.reach(t, admin), first.UUID)
		})
		if n := sees(a.reach(t, admin)); n != 0 {
			t.Errorf("the new customer reads %d requests", n)
		}
		if n := sees(a.reach(t, former)); n != 0 {
			t.Errorf("the former customer reads %d requests of what it has not any more", n)
		}
		asked(a.reach(t, admin), owners.WishActivations)
		page, err := a.rows.OwnRequests(t.Context(), a.reach(t, admin), owners.RequestFilter{}, listing.Request{Limit: 10, Desc: true})
		if err != nil || len(page.Items) != 1 || page.Items[0].Customer != next.ID {
			t.Errorf("%+v: %v", page.Items, err)
		}
	})
}
