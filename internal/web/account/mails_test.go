package account_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/mailing"
	"chancery/internal/server/servertest"
)

// Choosing mails saves what was changed and nothing else: for all other kinds the vendor's
// rule goes on to hold, and a kind that the form did not have yet stays as it is.
func TestOnlyChangedChoicesAreSaved(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		s.Issue(t, s.Pro, servertest.Fields{"licensee_email": "anna@example.com"})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		const page = "/account/mails"
		ticked := func(k mailing.Kind) bool {
			_, is := anna.Get(t, page).Find(`input[type=checkbox][name="` + string(k) + `"]`).Attr("checked")
			return is
		}
		if !ticked(mailing.NearlyUsedUp) || !ticked(mailing.Expiring) || !ticked(mailing.UsedUp) || ticked(mailing.NewDevice) {
			t.Fatalf("what is on at first has changed: %s", anna.Get(t, page).Text("main"))
		}
		asked := anna.Get(t, page).Find(`input[name="asked"]`).AttrOr("value", "")
		older := strings.ReplaceAll(asked, " "+string(mailing.UsedUp)+" ", " ")
		sent := url.Values{"asked": {older}, string(mailing.NewDevice): {"on"}, string(mailing.Expiring): {""}, string(mailing.UsedUp): {""}}
		servertest.Says(t, anna.Fill(t, page, sent), "main", "Your choice of mails is saved.")
		if !ticked(mailing.NewDevice) || ticked(mailing.Expiring) {
			t.Error("what was changed is not saved")
		}
		if !ticked(mailing.UsedUp) {
			t.Error("a kind that the form did not have is switched off")
		}
		for _, k := range []mailing.Kind{mailing.NearlyUsedUp, mailing.NewDevice} {
			s.Manage(t, "PUT", "/mail-rules", servertest.Fields{"kind": string(k), "is_on": false, "to_customer": true, "staff": []string{}}, "")
		}
		if ticked(mailing.NearlyUsedUp) || !ticked(mailing.NewDevice) {
			t.Error("the vendor's rule does not hold for what was never chosen, or holds for what was")
		}
	})
}
