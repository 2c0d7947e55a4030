package attention_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/calendar"
	"chancery/internal/identity"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

func TestWhatNeedsAttention(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		x := servertest.Sell(t, s)
		busy, other := x.License(t, "busy", 3), x.License(t, "other", 2)
		x.Count(t)
		b := s.SignIn(t, x.NewVendor)
		servertest.Expects(t, b.Get(t, "/goodwill"), ".app-stats", "In the zone2", "#rows", "busy-1", "#rows", "other-1")
		servertest.Expects(t, b.Get(t, "/denials"), "#rows", "No activation left", "#rows", "busy")
		servertest.Expects(t, b.Get(t, "/denials?reason=1001"), "#list", "Nothing matches")
		servertest.Expects(t, b.Get(t, "/used-up"), "#rows", "busy")
		servertest.Expects(t, b.Get(t, "/expiring"), ".app-stats", "Within 30 days2", "#rows", "busy", "#rows", "other")
		servertest.Expects(t, b.Get(t, "/expiring?days=7"), "#list", "No licence ends within 7 days")
		for _, file := range []string{"/goodwill/export", "/denials/export", "/used-up/export", "/expiring/export", "/analytics/clients?format=csv"} {
			p := b.Get(t, file)
			if p.Status != 200 || !strings.Contains(p.Header.Get("Content-Type"), "text/csv") || strings.Contains(p.Body, ",=Kirk") || !strings.Contains(p.Body, "'=Kirk & Co") {
				t.Errorf("%s: %d %s", file, p.Status, p.Body)
			}
		}

		// More activations turn goodwill into regular ones, in the same change.
		form := "/goodwill/" + busy.UUID.String() + "/tokens"
		servertest.Expects(t, b.Get(t, form), "#main", "busy")
		if p := b.Post(t, form, url.Values{"more": {"0"}}); p.Status != 400 || !strings.Contains(p.Text(".app-error"), "whole number") {
			t.Errorf("no activations: %d %s", p.Status, p.Text("#main"))
		}
		servertest.Expects(t, b.Post(t, form, url.Values{"more": {"2"}}), "#flash", "busy now has 3 activations by contract", "#rows", "other-1")
		zone := b.Get(t, "/goodwill") // the number on top is of this moment, the others say of when
		servertest.Expects(t, zone, ".app-stats", "In the zone1", ".app-head", "Counted")
		if strings.Contains(zone.Text("#rows"), "busy-1") {
			t.Error("an activation within its contract is in the goodwill zone")
		}
		for _, page := range []string{"/denials", "/used-up", "/expiring"} {
			servertest.Expects(t, b.Get(t, page), ".app-head", "Counted")
		}

		// The customer is written to with the vendor's own text, which is shown first and
		// can be changed.
		letter := "/goodwill/" + other.UUID.String() + "/mail"
		servertest.Expects(t, b.Get(t, letter+"?about=expiring"), "#main", "Expiring soon")
		asked := b.Get(t, letter+"?about=goodwill")
		subject, text := asked.Find("#subject").AttrOr("value", ""), asked.Find("#text").Text()
		if !strings.Contains(subject, "2 activations of 1") || !strings.Contains(text, "more devices are activated than the licence of =Kirk & Co covers") {
			t.Errorf("the mail before it goes out: %s\n%s", subject, text)
		}
		for _, missing := range []string{"subject", "text"} {
			form := url.Values{"about": {"goodwill"}, "to": {"mccoy@example.com"}, "subject": {"x"}, "text": {"x"}}
			form.Set(missing, " ")
			if p := b.Post(t, letter, form); p.Status != 400 || !strings.Contains(p.Text(".app-error"), "must not be empty") {
				t.Errorf("a mail without %s: %d %s", missing, p.Status, p.Text("#main"))
			}
		}
		if p := b.Post(t, letter, url.Values{"about": {"goodwill"}, "to": {"kirk@example.com, spock@example.com"}, "subject": {subject}, "text": {text}}); p.Status != 400 ||
			!strings.Contains(p.Text(".app-error"), "one e-mail address") {
			t.Errorf("a mail to two: %d %s", p.Status, p.Text("#main"))
		}
		for _, about := range []string{"goodwill", "used-up", "expiring"} {
			servertest.Expects(t, b.Post(t, letter, url.Values{"about": {about}, "to": {"mccoy@example.com"}, "subject": {"Dear " + about}, "text": {"Hello,\r\n\r\n1 < 2 of " + about}}), "#flash", "on its way")
		}
		var mails int
		if _, err := s.Program.Rooms().DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM mails WHERE recipient = 'mccoy@example.com'`, nil, &mails); err != nil || mails != 3 {
			t.Errorf("%d mails, want 3: %v", mails, err)
		}
		var sent [3]string
		if _, err := s.Program.Rooms().DB.QueryRow(t.Context(), `SELECT subject, body_text, body_html FROM mails WHERE recipient = 'mccoy@example.com' ORDER BY id LIMIT 1`,
			nil, &sent[0], &sent[1], &sent[2]); err != nil || sent[0] != "Dear goodwill" || sent[1] != "Hello,\n\n1 < 2 of goodwill\n" ||
			!strings.Contains(sent[2], "<p>1 &lt; 2 of goodwill</p>") || strings.Contains(sent[2], "more devices") {
			t.Errorf("the mail as it was written: %q, %v", sent, err)
		}

		// Ticked activations are released once it is sure.
		zone = b.Get(t, "/goodwill")
		id, _ := zone.Find("#rows input[name=id]").Attr("value")
		asked = b.Post(t, "/goodwill/release", url.Values{"id": {id}})
		if asked.Status != 400 || !strings.Contains(asked.Text("#main"), "without a licence") {
			t.Errorf("a release that is not sure: %d %s", asked.Status, asked.Text("#main"))
		}
		kept, _ := asked.Find("input[name=id]").Attr("value")
		servertest.Expects(t, b.Post(t, "/goodwill/release", url.Values{"id": {kept}, "sure": {"on"}}), "#flash", "1 activation was released")
		servertest.Expects(t, b.Get(t, "/goodwill"), "#list", "Nobody is in the goodwill zone")
		if p := b.Post(t, "/goodwill/release", url.Values{"id": {"nonsense"}, "sure": {"on"}}); p.Status != 409 {
			t.Errorf("a release of nothing: %d", p.Status)
		}

		// Ticked licences are extended together, or not at all.
		both := []string{busy.UUID.String(), other.UUID.String()}
		asked = b.Post(t, "/expiring/extend", url.Values{"id": both})
		if asked.Status != 400 || !strings.Contains(asked.Text("h1"), "Extend 2 licences") {
			t.Errorf("an extension without a day: %d %s", asked.Status, asked.Text("#main"))
		}
		past := b.Post(t, "/expiring/extend", url.Values{"id": both, "until": {"2020-01-01"}})
		if past.Status != 400 || !strings.Contains(past.Text(".app-error"), "must be today") {
			t.Errorf("an extension into the past: %d %s", past.Status, past.Text("#main"))
		}
		kept, _ = asked.Find("input[name=id]").Attr("value")
		until := calendar.DayOf(time.Now(), time.UTC).AddYears(2)
		servertest.Expects(t, b.Post(t, "/expiring/extend", url.Values{"id": {kept}, "until": {until.String()}}), "#flash", "2 licences hold until the end of "+until.Text())
		// Whoever ticked them before that, shortens none.
		earlier := calendar.DayOf(time.Now(), time.UTC).AddYears(1)
		late := b.Post(t, "/expiring/extend", url.Values{"id": {kept}, "until": {earlier.String()}})
		if late.Status != 400 || !strings.Contains(late.Text(".app-error"), "would not make") || !strings.Contains(late.Text(".app-error"), until.Text()+" already") {
			t.Errorf("an extension that shortens: %d %s", late.Status, late.Text("#main"))
		}
		servertest.Expects(t, b.Get(t, "/expiring?days=90"), "#list", "No licence ends within 90 days")

		refusesViewers(t, x)
	})
}

// How long an activation is in the zone is told in whole days of 24 hours, on the
// page and in its file.
func TestDaysInTheGoodwillZone(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		x := servertest.Sell(t, s)
		ages := map[string]time.Duration{"new": 0, "nearly": 72*time.Hour - 30*time.Minute, "over": 72*time.Hour + 30*time.Minute}
		for name, age := range ages {
			l := x.License(t, name, 2)
			x.Do(t, func(t tx.Tx) error {
				_, err := store.On(t).Exec(`UPDATE goodwill_stays SET entered_at = entered_at - $1 WHERE vendor_id = $2 AND license_id = $3`,
					age.Milliseconds(), x.Vendor.ID, l.ID)
				return err
			})
		}
		x.Do(t, func(t tx.Tx) error { // the one that just came has been there before
			_, err := store.On(t).Exec(`INSERT INTO goodwill_stays (vendor_id, license_id, activation_id, entered_at, left_at)
				SELECT vendor_id, license_id, activation_id, entered_at - 2, entered_at - 1 FROM goodwill_stays ORDER BY entered_at DESC LIMIT 1`)
			return err
		})
		b := s.SignIn(t, x.NewVendor)
		b.Get(t, "/goodwill").Find("#rows tr").Each(func(_ int, row *goquery.Selection) {
			again := row.Find("[data-label=Device]").Text() == "new-1"
			if got := row.Find("[data-label=Since] .app-sub").Text(); again != (got == "2× in 90 days") {
				t.Errorf("%s says %q", row.Find("[data-label=Device]").Text(), got)
			}
		})
		days := map[string]string{}
		b.Get(t, "/goodwill?cols=device,days").Find("#rows tr").Each(func(_ int, row *goquery.Selection) {
			days[row.Find("[data-label=Device]").Text()] = row.Find("[data-label=Days]").Text()
		})
		want := map[string]string{"new-1": "0", "nearly-1": "2", "over-1": "3"}
		if !maps.Equal(days, want) {
			t.Errorf("the page says %v, want %v", days, want)
		}
		file := b.Get(t, "/goodwill/export?cols=device,days").Body
		for device, n := range want {
			if !strings.Contains(file, "\n"+device+","+n+"\n") {
				t.Errorf("%s is not %s days in the zone:\n%s", device, n, file)
			}
		}
	})
}

// refusesViewers: who may look sees no button, and is refused what they would do.
func refusesViewers(t *testing.T, x *servertest.Sold) {
	t.Helper()
	r := x.Server.Program.Rooms()
	secret, err := r.Users.NewSecret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := identity.Principal{Vendor: x.Vendor.ID, Kind: "user", Permissions: identity.AllPermissions()}
	x.Do(t, func(t tx.Tx) error {
		_, err := r.Users.Create(t, by, identity.NewUser{Email: "viewer@example.com", Role: identity.Viewer, Secret: &secret})
		return err
	})
	l := x.License(t, "viewed", 2)
	viewer := x.NewVendor
	viewer.OwnerEmail, viewer.OwnerPassword = "viewer@example.com", secret.Password
	b := x.Server.SignIn(t, viewer)
	p := b.Get(t, "/goodwill")
	servertest.Expects(t, p, "#rows", "viewed-1")
	if p.Find("[data-bulk], #rows a[href*=tokens]").Length() > 0 {
		t.Error("a viewer is offered what they may not do")
	}
	for _, path := range []string{"/goodwill/" + l.UUID.String() + "/tokens", "/goodwill/release", "/expiring/extend"} {
		if p := b.Post(t, path, url.Values{"id": {l.UUID.String()}, "more": {"5"}, "sure": {"on"}, "until": {"2099-01-01"}}); p.Status != 403 {
			t.Errorf("%s as a viewer: %d", path, p.Status)
		}
	}
}
