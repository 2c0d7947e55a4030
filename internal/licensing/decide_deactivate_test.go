package licensing

import "testing"

func TestWhoMayReleaseHowMany(t *testing.T) {
	t.Parallel()
	of := func(allowed, used, share, shareUsed int64) Deactivations {
		return Deactivations{Used: used, Allowed: &allowed, DashboardUsed: shareUsed, DashboardAllowed: &share}
	}
	agreed := of(5, 0, 0, 0)
	agreed.APIAllowed = true
	for name, c := range map[string]struct {
		stands Deactivations
		by     Reason
		n      int64
		want   NotDeactivated
		left   int64 // -1: any number
	}{
		"no limit":                           {Deactivations{Used: 1000, DashboardUsed: 1000}, ByDashboard, 1000, "", -1},
		"the last ones":                      {of(5, 2, 5, 2), ByDashboard, 3, "", 3},
		"one too many":                       {of(5, 2, 5, 2), ByDashboard, 4, DeactivationsUsedUp, 3},
		"the dashboard's share":              {of(5, 2, 2, 1), ByDashboard, 2, DashboardDeactivationsUsedUp, 1},
		"a share greater than what is left":  {of(5, 4, 5, 0), ByDashboard, 2, DeactivationsUsedUp, 1},
		"only a share":                       {Deactivations{DashboardAllowed: new(int64(1))}, ByDashboard, 2, DashboardDeactivationsUsedUp, 1},
		"nothing allowed":                    {of(0, 0, 0, 0), ByClient, 1, DeactivationsUsedUp, 0},
		"nothing asked for":                  {of(0, 0, 0, 0), ByDashboard, 0, "", 0},
		"a client, whatever the share":       {of(5, 4, 0, 0), ByClient, 1, "", 1},
		"a client after the last":            {of(5, 5, 0, 0), ByClient, 1, DeactivationsUsedUp, 0},
		"more were used than are allowed":    {of(5, 9, 5, 9), ByDashboard, 1, DeactivationsUsedUp, 0},
		"a token without an agreement":       {of(5, 0, 5, 0), ByAPI, 1, DeactivationNotAgreed, 5},
		"a token with one":                   {agreed, ByAPI, 5, "", 5},
		"a token with one, too many":         {agreed, ByAPI, 6, DeactivationsUsedUp, 5},
		"a file is never refused":            {of(0, 3, 0, 0), ByOffline, 1, "", -1},
		"staff":                              {of(0, 3, 0, 0), ByStaff, 10_000, "", -1},
		"silence, which nobody is asked for": {of(0, 3, 0, 0), ByInactivity, 1, "", -1},
	} {
		if got := c.stands.Judge(c.by, c.n); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		left := int64(-1)
		if n := c.stands.Left(c.by); n != nil {
			left = *n
		}
		if left != c.left {
			t.Errorf("%s: %d left, want %d", name, left, c.left)
		}
	}
}

func TestWhatCounts(t *testing.T) {
	t.Parallel()
	for reason, want := range map[Reason]Counting{
		ByDashboard: CountsDashboard, ByAPI: CountsTotal, ByClient: CountsTotal, ByOffline: CountsTotal,
		ByStaff: CountsNothing, ByOtherLicense: CountsNothing, ByInactivity: CountsNothing, ByReinstall: CountsNothing, ByGoodwillEnded: CountsNothing,
	} {
		if got := countingOf(reason); got != want {
			t.Errorf("%s counts %d, want %d", reason, got, want)
		}
	}
}
