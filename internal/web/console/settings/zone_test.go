package settings_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Who sets another time zone is told how many last days it moves, and chooses whether
// they keep their dates.
func TestAnotherZoneAsksForLastDays(t *testing.T) {
	servertest.Each(t, func(t *testing.T, at *servertest.Server) {
		s := servertest.OpenShop(t, at)
		own, _ := s.Issue(t, s.Edition, servertest.Fields{"expires_at": "2090-12-31"})
		s.Issue(t, s.Edition, servertest.Fields{"expires_at": "2090-06-30T10:00:00Z"}) // within a day: it does not move
		s.Manage(t, "PATCH", "/editions/"+s.Pro, servertest.Fields{"expires_mode": "at", "expires_at": "2091-12-31"}, "")
		end := func() string { return s.Value(t, "/licenses/"+own, "expires_at") }
		finish := func() {
			t.Helper()
			if _, err := at.Program.Rooms().Vendors.FinishZoneMoves(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		form := servertest.Filled(s.Get(t, "/settings/vendor"))
		form.Set("zone", "Europe/Paris") // the same clocks
		servertest.Says(t, s.Fill(t, "/settings/vendor", form), "#flash", "The settings were saved.")
		finish()
		form.Set("zone", "Mars/Olympus")
		servertest.Refuses(t, s.Fill(t, "/settings/vendor", form), "zone", "must be an IANA time zone")

		form.Set("zone", "America/New_York")
		asked := s.Fill(t, "/settings/vendor", form)
		servertest.Refuses(t, asked, "days", "must be chosen")
		for _, want := range []string{
			"The last day of 1 licence and 1 edition no longer ends with that day in America/New_York.", "ends with that day in America/New_York then",
			"in America/New_York on 31 Dec 2090, 18:00",
		} {
			if asked.Find("main").Length() == 0 || !strings.Contains(asked.Text("main"), want) {
				t.Errorf("without %q in %s", want, asked.Text("main"))
			}
		}
		if got := end(); got != "2090-12-31T23:00:00Z" {
			t.Errorf("before the choice it ends %s", got)
		}
		form.Set("days", "leave")
		servertest.Says(t, s.Fill(t, "/settings/vendor", form), "#flash", "The settings were saved.")
		if got := end(); got != "2090-12-31T23:00:00Z" {
			t.Errorf("an end that was to stay is %s", got)
		}

		// There it is no last day any more, and another zone leaves it.
		s.Manage(t, "PATCH", "/licenses/"+own, servertest.Fields{"expires_at": "2090-12-31"}, "")
		form.Set("zone", "Asia/Tokyo")
		form.Set("days", "keep")
		servertest.Says(t, s.Fill(t, "/settings/vendor", form), "#flash", "The settings were saved.")
		finish()
		if got := end(); got != "2090-12-31T15:00:00Z" {
			t.Errorf("it ends %s, not with its day in the new zone", got)
		}
		servertest.Says(t, s.Get(t, "/licenses/"+own), "main", "until the end of 31 Dec 2090")

		s.Manage(t, "PATCH", "/vendor", servertest.Fields{"zone": "Europe/Berlin", "keep_last_days": true}, "")
		finish()
		if got := end(); got != "2090-12-31T23:00:00Z" {
			t.Errorf("by the API it ends %s", got)
		}
	})
}
