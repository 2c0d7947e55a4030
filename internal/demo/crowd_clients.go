package demo

import (
	"fmt"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// planClients plans who activated the licence of the crowd, who gave up, who was
// refused, and what the clients said of themselves lately.
func (c *crowd) planClients(n int, l *licensing.License, s *stocked) {
	p := l.Terms().Policy
	first := l.CreatedAt.Add(time.Hour + time.Duration(c.rand.Int64N(int64(days(12)))))
	if c.rand.IntN(11) == 4 || !l.StartsAt.IsZero() || first.After(c.end.Add(-2*time.Hour)) {
		return // not everything that is sold is used
	}
	l.FirstActivatedAt = first
	c.planEnd(n, l)
	young := c.end.Sub(first) < days(62)
	regular, goodwill := 1+c.rand.IntN(int(max(1, min(p.TokenLimit, 6)))), 0
	full := s.edition.Mode == terms.Named && c.rand.IntN(14) == 0 && !young
	if s.edition.Mode == terms.Floating {
		regular = 1 + c.rand.IntN(7)
	} else if full || p.GoodwillTokenLimit > 0 && c.rand.IntN(5) == 0 && !young {
		regular = int(p.TokenLimit + p.ActivationBuffer)
		if p.GoodwillTokenLimit > 0 {
			goodwill = 1 + c.rand.IntN(int(p.GoodwillTokenLimit))
		}
		if full {
			goodwill = int(p.GoodwillTokenLimit)
		}
	}
	tokens := c.contractTokens(l)
	for k := range regular {
		at := first
		if k > 0 {
			at = first.Add(time.Duration(c.rand.Int64N(int64(days(60)))))
		}
		if at.After(c.end.Add(-time.Hour)) {
			continue // still to come
		}
		var token *pastToken
		if k < len(tokens) {
			token = tokens[len(tokens)-1-k]
		} else {
			token = c.token(l, licensing.RoleBuffer, at)
		}
		l.RegularUsed++
		a := c.client(n, k, l, token, at)
		c.planRegular(a, p)
		c.planClient(a, s, later(c.end, at))
	}
	c.planGone(n, l, s, tokens, first)
	for k := range goodwill {
		at := c.clampPast(later(first.Add(time.Minute), c.end.Add(-time.Duration(c.rand.Int64N(int64(days(28)))))))
		a := c.client(n, 50+k, l, c.token(l, licensing.RoleGoodwill, at), at)
		a.GoodwillSince = at
		if p.GoodwillDays != nil {
			a.GoodwillUntil = at.Add(days(*p.GoodwillDays))
		}
		l.GoodwillUsed++
		c.planClient(a, s, c.end)
	}
	if days := p.GoodwillDays; full && days != nil { // one whose goodwill ended lately
		c.planEnded(n, l, s, time.Duration(*days)*24*time.Hour)
	}
	c.planDenials(n, l, full)
}

// planRegular lets some of the younger clients have begun above the contract, until
// another one left.
func (c *crowd) planRegular(a *pastClient, p terms.Policy) {
	left := a.ActivatedAt.Add(days(1) + time.Duration(c.rand.Int64N(int64(days(9)))))
	if p.GoodwillTokenLimit == 0 || a.ActivatedAt.Before(c.end.Add(-recent)) || left.After(c.end.Add(-time.Hour)) || c.rand.IntN(4) != 0 {
		return
	}
	a.EnteredGoodwill, a.LeftGoodwill = a.ActivatedAt, left
}

// planEnded plans a client whose goodwill ended in the last weeks.
func (c *crowd) planEnded(n int, l *licensing.License, s *stocked, long time.Duration) {
	ended := c.end.Add(-days(1) - time.Duration(c.rand.Int64N(int64(days(27)))))
	at := ended.Add(-long)
	if at.Before(l.FirstActivatedAt) {
		return
	}
	a := c.client(n, 70, l, c.token(l, licensing.RoleGoodwill, at), at)
	a.GoodwillSince, a.GoodwillUntil, a.ReleasedAt, a.ReleaseReason = at, ended, ended, licensing.ByGoodwillEnded
	a.LeftGoodwill, a.LeftGoodwillBy = ended, licensing.ByGoodwillEnded
	c.planClient(a, s, ended)
}

// contractTokens are the licence's tokens that were planned with it.
func (c *crowd) contractTokens(l *licensing.License) []*pastToken {
	var own []*pastToken
	for _, k := range c.on(l.CreatedAt).tokens[max(0, len(c.on(l.CreatedAt).tokens)-int(l.ContractTokens)):] {
		if k.of == l {
			own = append(own, k)
		}
	}
	return own
}

// planEnd lets most licences that would have ended be renewed.
func (c *crowd) planEnd(n int, l *licensing.License) {
	p := l.Terms().Policy
	end := l.ExpiryOf(p)
	if end.IsZero() || end.After(c.end) {
		return
	}
	switch {
	case p.TrialDays > 0 && n%4 == 0: // another month
		month := p.TrialDays * 2
		l.Overrides = &terms.Overrides{TrialDays: &month}
	case p.TrialDays == 0 && n%5 != 0:
		for ; !end.After(c.end); end = end.AddDate(1, 0, 0) {
			l.Revision++
		}
		l.ExpiresMode, l.ExpiresAt, l.UpdatedAt = terms.ExpiresAt, endOfDay(end), c.clampPast(end.AddDate(-1, 0, -10))
	}
}

func (c *crowd) client(n, k int, l *licensing.License, token *pastToken, at time.Time) *pastClient {
	a := &pastClient{of: l, token: token}
	a.UUID, a.IsTemporary, a.ActivatedAt = c.c.IDs.V7(), l.IsTemporary, at
	m := machineAt(c.rand.IntN(100))
	a.Device.UUID, a.Device.Number = c.c.IDs.V7(), fmt.Sprintf("%s-%05d-%d", m.host, n, k+1)
	a.Client = licensing.Client{
		Name: fmt.Sprintf("%s %d", m.host, k+1), Hostname: a.Device.Number + ".example.com", Platform: m.platform, OperatingSystem: m.system,
		Address: fmt.Sprintf("198.51.100.%d", 1+c.rand.IntN(254)), Country: country(c.rand.IntN(100)),
	}
	a.Client.City = cityOf(a.Client.Country, n+k)
	c.on(at).activations = append(c.on(at).activations, a)
	return a
}

// planGone plans a client that is no longer there.
func (c *crowd) planGone(n int, l *licensing.License, s *stocked, tokens []*pastToken, first time.Time) {
	if c.rand.IntN(9) != 0 || len(tokens) == 0 {
		return
	}
	at := first.Add(time.Duration(c.rand.Int64N(int64(days(30)))))
	until := at.Add(days(1) + time.Duration(c.rand.Int64N(int64(days(200)))))
	if until.After(c.end.Add(-time.Hour)) {
		return
	}
	a := c.client(n, 80, l, tokens[0], at)
	a.ReleasedAt, a.ReleaseReason = until, []licensing.Reason{licensing.ByClient, licensing.ByClient, licensing.ByStaff, licensing.ByInactivity}[c.rand.IntN(4)]
	if p := l.Terms().Policy; p.GoodwillTokenLimit > 0 && p.GoodwillDays != nil && until.Sub(at) > days(*p.GoodwillDays) {
		a.token = c.token(l, licensing.RoleGoodwill, at)
		a.GoodwillSince, a.GoodwillUntil, a.ReleasedAt = at, at.Add(days(*p.GoodwillDays)), at.Add(days(*p.GoodwillDays))
		a.ReleaseReason = licensing.ByGoodwillEnded
		a.LeftGoodwill, a.LeftGoodwillBy = a.ReleasedAt, licensing.ByGoodwillEnded
	}
	c.planClient(a, s, a.ReleasedAt)
}

// planClient plans a client's heartbeats until an instant: it calls once in the
// edition's period, on weekdays mostly, follows the releases sooner or later, and
// now and then gets a new system or falls silent.
func (c *crowd) planClient(a *pastClient, s *stocked, until time.Time) {
	lag := time.Duration(c.rand.ExpFloat64() * float64(days(24)))
	upgrade := c.end.Add(-time.Duration(c.rand.Int64N(int64(days(150)))))
	if c.rand.IntN(3) != 0 {
		upgrade = c.end.Add(days(1))
	}
	period := days(a.of.Edition.Policy.HeartbeatPeriodDays)
	if end := a.of.ExpiryOf(a.of.Terms().Policy); !end.IsZero() && end.Before(until) && c.rand.IntN(5) != 0 {
		until = end
	}
	if c.rand.IntN(9) == 0 {
		until = earliest(until, c.end.Add(-time.Duration(c.rand.Int64N(int64(days(110))))))
	}
	a.Pulse.LastSeenAt = a.ActivatedAt
	a.Client.SoftwareVersion = s.versionAt(a.ActivatedAt.Add(-lag))
	at := a.ActivatedAt.Add(time.Minute)
	if from := c.end.Add(-recent); at.Before(from) {
		at = from.Add(time.Duration(c.rand.Int64N(int64(period))))
	}
	now := a.Client
	var last *pastBeat
	for ; at.Before(until) && at.Before(c.end.Add(-time.Hour)); at = at.Add(period + time.Duration(c.rand.Int64N(int64(2*time.Hour)))) {
		due := at
		if weekday := at.Weekday(); (weekday == time.Saturday || weekday == time.Sunday) && c.rand.IntN(4) != 0 {
			due = at.Add(48 * time.Hour)
		}
		if !due.Before(until) || !due.Before(c.end.Add(-time.Hour)) || last != nil && licensing.DayOf(last.at) >= licensing.DayOf(due) {
			continue
		}
		now.SoftwareVersion, now.OperatingSystem = s.versionAt(due.Add(-lag)), systemAt(a.Client.OperatingSystem, due.After(upgrade))
		said := now
		d := c.on(due)
		d.heartbeats = append(d.heartbeats, pastBeat{of: a, at: due, count: 1 + int64(c.rand.IntN(3)), client: &said})
		last = &pastBeat{at: due, client: &said, count: d.heartbeats[len(d.heartbeats)-1].count}
	}
	if last != nil {
		c.endPulse(a, last)
	} else if until.Before(c.end) { // it called until then, before what is told one by one
		a.Pulse.LastSeenAt = later(a.ActivatedAt, until.Add(-time.Duration(c.rand.Int64N(int64(period)))))
	}
}

// endPulse: the count of the last day is in the pulse, as no later day has handed
// it over to the history.
func (c *crowd) endPulse(a *pastClient, last *pastBeat) {
	d := c.on(last.at)
	d.heartbeats[len(d.heartbeats)-1].count = 0
	a.Pulse.LastSeenAt, a.Pulse.DayCount = last.at, last.count
	variables, key := a.Client.Variables, a.Client.PublicKey
	a.Client = *last.client
	a.Client.Variables, a.Client.PublicKey = variables, key
	a.Said = a.Client.Fingerprint()
}

// planDenials plans who was refused: clients too many, and calls on licences that
// are over.
func (c *crowd) planDenials(n int, l *licensing.License, full bool) {
	within := func(from time.Time) time.Time {
		from = earliest(later(from, c.end.Add(-recent)), c.end.Add(-3*time.Hour))
		return from.Add(time.Duration(c.rand.Float64() * float64(c.end.Add(-time.Hour).Sub(from))))
	}
	deny := func(reason int, from time.Time, times int) time.Time {
		at := within(from)
		c.on(at).denials = append(c.on(at).denials, pastDenial{l, reason, at, times})
		return at
	}
	end := l.ExpiryOf(l.Terms().Policy)
	switch {
	case full:
		l.UsedUpAt = deny(refusal.NoTokenLeft, l.FirstActivatedAt.Add(days(1)), 1)
		for range c.rand.IntN(4) {
			deny(refusal.NoTokenLeft, l.UsedUpAt, 1+c.rand.IntN(3))
		}
	case l.AnyNumber() && n%7 == 0:
		for range 1 + c.rand.IntN(6) {
			deny(refusal.NoSessionLeft, l.FirstActivatedAt, 1+c.rand.IntN(5))
		}
	case !end.IsZero() && end.Before(c.end.Add(-days(1))) && n%3 == 0:
		deny(refusal.Expired, end, 1+c.rand.IntN(3))
	case !l.IsActive:
		deny(refusal.NotActive, l.FirstActivatedAt, 1+c.rand.IntN(4))
	case n%90 == 3:
		deny(refusal.VersionNotAllowed, l.FirstActivatedAt, 1)
	}
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
