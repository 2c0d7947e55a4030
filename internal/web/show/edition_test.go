package show_test

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func TestSummarySaysWhatALicenceMayDo(t *testing.T) {
	t.Parallel()
	end := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		mode   terms.Mode
		change func(p *terms.Policy)
		want   string
	}{
		"the defaults": {terms.Named, func(*terms.Policy) {}, "It activates up to 1 device. Nothing is allowed above that. A client calls every day and may run for 7 days without an answer. It never ends."},
		"goodwill": {terms.Named, func(p *terms.Policy) {
			p.TokenLimit, p.ActivationBuffer, p.GoodwillTokenLimit, p.GoodwillDays = 1200, 2, 3, new(14)
		}, "It activates up to 1,200 devices. Above that: 2 more without a word to anybody, then 3 on goodwill, which you see in the yellow zone and which end after 14 days."},
		"floating": {terms.Floating, func(p *terms.Policy) {
			p.FloatingTokenLimit, p.EnforceFloatingLimit, p.CheckoutPeriodMinutes, p.MaxSessionsPerClient = 5, false, 2880, 1
		}, "Any number of devices, with up to 5 sessions open at once, at most 1 for each device; a session that is not renewed within 10 minutes is over. More are let in and recorded as overuse. A session can be taken along for up to 2 days."},
		"a date":     {terms.Named, func(p *terms.Policy) { p.ExpiresMode, p.ExpiresAt = terms.ExpiresAt, &end }, "It holds until the end of 31 Dec 2027."},
		"a trial":    {terms.Named, func(p *terms.Policy) { p.TrialDays = 30 }, "It never ends; as a trial it is over 30 days after its first activation."},
		"versions":   {terms.Named, func(p *terms.Policy) { p.ReleaseLimit, p.EnforceUpgrade = "3.9", true }, "It runs releases up to 3.9. Clients are told to upgrade."},
		"no release": {terms.Named, func(p *terms.Policy) { p.ClientMayUnassign = false }, "A client can't give its activation up by itself: only you can release it."},
		"releases": {terms.Named, func(p *terms.Policy) {
			p.DeactivationAllowance, p.DashboardDeactivationAllowance = new(int64(500)), new(int64(100))
		}, "Its owner and clients release up to 500 devices in its life, at most 100 of them in the dashboard."},
		"a share":   {terms.Named, func(p *terms.Policy) { p.DashboardDeactivationAllowance = new(int64(1)) }, "Its owner releases up to 1 device in the dashboard."},
		"tokens":    {terms.Named, func(p *terms.Policy) { p.APIDeactivationAllowed = true }, "The owner's access tokens may release devices, too."},
		"always on": {terms.Named, func(p *terms.Policy) { p.FreerideDays, p.HeartbeatPeriodDays = 0, 3 }, "A client calls every 3 days and may not run without an answer."},
	} {
		p := terms.Defaults()
		c.change(&p)
		if got := strings.Join(show.Summary(&web.Page{}, c.mode, terms.Devices, p), " "); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestQuantityIsGroupedAndExact(t *testing.T) {
	t.Parallel()
	for text, n := range map[string]*int64{
		"Unlimited": nil, "0": new(int64(0)), "0.5": new(int64(500_000)), "12,345.000001": new(int64(12_345_000_001)),
	} {
		if got := show.Quantity(n); got != text {
			t.Errorf("%s is written %s", text, got)
		}
	}
}
