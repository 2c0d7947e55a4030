package licenses_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Extend says by which rule a licence ends now, and when a last day may end it sooner.
func TestExtendSaysTheRule(t *testing.T) {
	servertest.Each(t, func(t *testing.T, at *servertest.Server) {
		s := servertest.OpenShop(t, at)

		waiting, key := s.Issue(t, s.Edition, servertest.Fields{"expires_days": 365})
		asked := s.Get(t, "/licenses/"+waiting+"/extend")
		servertest.Says(t, asked, "main", "It ends 365 days after the first activation, which is still to come.", "takes the place of that rule",
			"It may end sooner than by its rule.", "leaves less than 365 days", "ends in Europe/Berlin")
		servertest.Says(t, s.Get(t, "/licenses"), "#rows", "365 days after the first activation")
		servertest.Refuses(t, s.Fill(t, "/licenses/"+waiting+"/extend", url.Values{"expires_at": {"2001-01-01"}}), "expires_at", "must be today")

		s.Activate(t, key, "drill-1", "hall-1")
		asked = s.Get(t, "/licenses/"+waiting+"/extend")
		servertest.Says(t, asked, "main", "It holds until", "That is 365 days after the first activation.", "takes the place of that rule")
		later := servertest.Filled(asked)
		servertest.Says(t, s.Fill(t, "/licenses/"+waiting+"/extend", later), "#flash", "The licence now holds until the end of ")
		servertest.Refuses(t, s.Fill(t, "/licenses/"+waiting+"/extend", later), "expires_at", "later than the present end")

		// Only a last day is over with its day.
		instant, _ := s.Issue(t, s.Edition, servertest.Fields{"expires_at": "2090-06-30T12:00:00Z"})
		endless, _ := s.Issue(t, s.Edition, nil)
		for id, day := range map[string]bool{waiting: true, instant: false, endless: false} {
			if text := s.Get(t, "/licenses/"+id).Text("main"); strings.Contains(text, "until that day is over in Europe/Berlin") != day {
				t.Errorf("ends with a day %t: %s", day, text)
			}
		}

		trial, _ := s.Issue(t, s.Edition, servertest.Fields{"trial_days": 14})
		servertest.Says(t, s.Get(t, "/licenses/"+trial+"/extend"), "main", "It is a trial of 14 days", "becomes a full licence")
		servertest.Says(t, s.Fill(t, "/licenses/"+trial+"/extend", url.Values{"expires_at": {"2090-06-30"}}), "main", "until the end of 30 Jun 2090")
		if end := s.Value(t, "/licenses/"+trial, "expires_at"); end != "2090-06-30T22:00:00Z" {
			t.Errorf("the trial that was extended ends %q", end)
		}

		never, _ := s.Issue(t, s.Edition, nil)
		servertest.Says(t, s.Get(t, "/licenses/"+never+"/extend"), "main", "has no end now")
	})
}
