package licensing_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
)

// Who was refused last with a licence is kept: which machine, from where, and in which
// minute. A client that calls time and again has one row, and a licence a bounded number.
func TestTheLastRefusalsOfALicence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0))
		b.Granted(t, l.LicenseKey, "first")
		refuse := func(client string) {
			t.Helper()
			out := b.Try(t, licensing.ActivateCommand{
				Key: licensing.Key{UUID: l.LicenseKey}, ClientID: client,
				Client: licensing.Client{Hostname: "host-" + client, SoftwareVersion: "1.2", Address: "192.0.2.7"},
			})
			if out.Refusal == nil || out.Refusal.ID != refusal.NoTokenLeft {
				t.Errorf("%s: %+v", client, out.Refusal)
			}
		}
		last := func() []licensing.Refused {
			t.Helper()
			all, err := b.Store.LastRefused(t.Context(), b.Vendor, l.ID)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		began := e.Clock.Now()
		for range 3 {
			refuse("c1")
		}
		e.Clock.Advance(time.Minute)
		refuse("c2")
		all := last()
		if len(all) != 2 || all[0].ClientID != "c2" || all[1].ClientID != "c1" || all[1].Hostname != "host-c1" || all[1].Version != "1.2" ||
			all[1].Address != "192.0.2.7" || all[1].Reason != refusal.NoTokenLeft || all[1].At.Sub(began).Abs() > time.Minute {
			t.Fatalf("%+v", all)
		}
		e.Clock.Advance(time.Minute)
		refuse("c1")
		if all = last(); len(all) != 2 || all[0].ClientID != "c1" {
			t.Errorf("called again: %+v", all)
		}
		for i := range 2 * store.KeptRefusals {
			e.Clock.Advance(time.Minute)
			refuse("n" + strconv.Itoa(i))
		}
		if all = last(); len(all) != store.KeptRefusals || all[0].ClientID != "n39" || all[store.KeptRefusals-1].ClientID != "n20" {
			t.Errorf("%d are kept, from %+v", len(all), all[0])
		}
		e.Clock.Advance(time.Minute)
		for i := range 3 * store.KeptRefusals { // a crowd at one moment writes no more than what is kept
			refuse("crowd" + strconv.Itoa(i))
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM last_refusals`); n != store.KeptRefusals || !strings.HasPrefix(last()[0].ClientID, "crowd") {
			t.Errorf("%d rows", n)
		}
		for _, kept := range last() {
			if kept.ClientID == "crowd"+strconv.Itoa(3*store.KeptRefusals-1) {
				t.Error("every call of a crowd writes")
			}
		}
		e.Clock.Advance(48 * time.Hour)
		refuse("late")
		if _, err := b.Store.ForgetDenials(t.Context(), e.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		refuse("later")
		if all = last(); len(all) != 2 {
			t.Errorf("after those of before were forgotten: %+v", all)
		}
	})
}
