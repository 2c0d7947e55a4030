package mailing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/mail"
	"chancery/internal/mailing"
	"chancery/internal/owners"
	mailstore "chancery/internal/store/mailing"
	ownerstore "chancery/internal/store/owners"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// However many administrators a customer has, one happening mails a bounded number of them:
// who has chosen the kind, and then who got the role first. Who wants none takes nobody's place.
func TestAdministratorsWhoAreTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, people := storetest.NewLicenses(t, e), storetest.NewPeople(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0), func(c *licensing.IssueCommand) { c.LicenseeEmail = "anna@example.com" })
		room, err := owners.New(ownerstore.Store{DB: e.DB, Licenses: b.Store})
		if err != nil {
			t.Fatal(err)
		}
		renderer, err := mail.NewRenderer()
		if err != nil {
			t.Fatal(err)
		}
		rows := mailstore.Store{DB: e.DB}
		service, err := mailing.New(mailing.Config{Store: rows, Renderer: renderer, Sealer: storetest.Plain{}, IDs: e.IDs, Dashboard: func(mailing.Vendor) string { return "" }})
		if err != nil {
			t.Fatal(err)
		}
		choose := func(u identity.User, on bool) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				return nil, service.Choose(x, b.Vendor, u.ID, u.UUID, []mailing.Choice{{Kind: mailing.UsedUp, IsOn: on}})
			})
		}
		// They get the role in the reverse order of their ids.
		all := make([]identity.User, 0, mailing.MostAdministrators+10)
		for i := range mailing.MostAdministrators + 10 {
			all = append(all, storetest.Do(t, e, func(x tx.Tx) (identity.User, error) {
				return people.Users.Create(x, identity.Operator(b.Vendor), identity.NewUser{Email: fmt.Sprintf("a%02d@example.com", i)})
			}))
		}
		slices.Reverse(all)
		for _, u := range all {
			storetest.Do(t, e, func(x tx.Tx) (owners.Customer, error) {
				return room.Join(x, owners.ByStaff(b.Vendor), b.Customer.UUID, u.UUID, u.ID, owners.Administrator)
			})
			e.Clock.Advance(time.Minute)
		}
		last := all[len(all)-1]
		choose(last, true)
		choose(all[0], false)
		choose(all[1], false)
		storetest.Do(t, e, func(x tx.Tx) (mailing.Rule, error) {
			return service.SetRule(x, b.Vendor, mailing.Rule{Kind: mailing.UsedUp, IsOn: true, ToCustomer: true, Days: 1})
		})
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, service.Tell(x, b.Vendor, "anna@example.com", mailing.Message{Kind: mailing.UsedUp, License: l.UUID, Key: "used_up:1"})
		})
		want := append(make([]string, 0, 1+mailing.MostAdministrators), "anna@example.com", last.Email)
		for _, u := range all[2 : mailing.MostAdministrators+1] {
			want = append(want, u.Email)
		}
		got := strings.Fields(letters{Env: e, rows: rows}.list(t, b.Vendor, mailing.Filter{}))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("told are %s, want %s", got, want)
		}
	})
}
