package activations

import (
	"maps"
	"slices"

	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

type activationPage struct {
	web.Page

	Facts     []web.ShownFact
	Device    []web.ShownFact
	Variables []web.ShownFact
	Versions  []version
	Beats     web.Chart
	History   string   // address of its heartbeats
	Map       *web.Map // nil where nobody knows where it is
}

// version is a software version that the device ran.
type version struct {
	Version     string
	First, Last web.Moment
}

func (p *Pages) show(q *web.Request) (*activationPage, error) {
	s, err := p.seat(q)
	if err != nil {
		return nil, err
	}
	a := s.Activation
	page := &activationPage{Page: q.Page(name(a), crumbs(q, s.License)...)}
	badge := show.ClientBadge(s, page.Now)
	page.Badge, page.Sub = &badge, portal.Title(s.License)
	page.Sub = show.Joined(show.Beside(a), page.Sub)
	if a.ReleasedAt.IsZero() && portal.May(q, s.License, owners.NameDevices) {
		page.Actions = []web.Action{nameAction(q, a)}
	}
	if a.ReleasedAt.IsZero() && portal.May(q, s.License, owners.DeleteDevices) {
		page.More = []web.Action{deleteAction(q, s)}
		if s.Deletion != nil {
			page.More = nil
		}
	}
	page.Notices = notices(q, &page.Page, s)
	page.Facts = page.Page.Facts(facts(q, s)...)
	page.Device = page.Page.Facts(device(q, a)...)
	for _, name := range slices.Sorted(maps.Keys(a.Client.Variables)) {
		page.Variables = append(page.Variables, page.Page.Facts(web.Fact{Label: name, Cell: web.Cell{Text: a.Client.Variables[name]}})...)
	}
	if m, known := show.MapOfDevice(q, a.Client); known {
		page.Map = &m
	}
	page.History = show.ActivationHref(q, a.UUID) + "/heartbeats"
	versions, err := p.Rows.Versions(q.Context(), q.Reach(), a.UUID)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		page.Versions = append(page.Versions, version{v.Version, page.Day(v.First), page.Day(v.Last)})
	}
	beats, err := p.Rows.Heartbeats(q.Context(), q.Reach(), a.UUID, listing.Request{Limit: charted, Sort: "created_at", Desc: true})
	page.Beats = beatsPerDay(q, a, beats.Items)
	return page, err
}

func notices(q *web.Request, page *web.Page, s licensing.Seat) []web.Notice {
	a := s.Activation
	if !a.ReleasedAt.IsZero() {
		return []web.Notice{{
			Tone: web.Info, Title: q.T("No longer activated."),
			Text: endedText(q, page, a),
		}}
	}
	var all []web.Notice
	if a.Device.SuspendedAt(page.Now) {
		all = append(all, web.Notice{
			Tone: web.Bad, Title: q.T("Suspended."), Links: portal.Contact(q),
			Text: q.T("%s refuses every call of this device, %s. Ask %s why.", q.Vendor.Name, page.Until(a.Device.SuspendedUntil), q.Vendor.Name),
		})
	}
	if a.IsGoodwill() {
		text := q.T("It is above your contract since %s, and stays until an activation becomes free.", page.Day(a.GoodwillSince).Text)
		if !a.GoodwillUntil.IsZero() {
			text = q.T("It is above your contract since %s, and ends on %s.", page.Day(a.GoodwillSince).Text, page.At(a.GoodwillUntil).Text)
		}
		all = append(all, web.Notice{Tone: web.Notable, Title: q.T("On goodwill."), Text: text})
	}
	if d := s.Deletion; d != nil {
		n := web.Notice{
			Tone: web.Warning, Title: q.T("Deleted, and still running by its file."), Actions: keepAction(q, s),
			Text: q.T("Its place is free when %s confirms that, or when its deactivation file is brought. Until then it gets no new files.", q.Vendor.Name),
		}
		if !d.DueAt.IsZero() {
			n.Text = q.T("Its place is free on %s, when its file ends, or when its deactivation file is brought. Until then it gets no new files.",
				page.At(d.DueAt).Text)
		}
		return append(all, n)
	}
	if a.FileInForce(s.License, page.Now) {
		text := q.T("It goes on with that file, whatever is done here. If you delete it, %s decides when its place is free.", q.Vendor.Name)
		if end := a.FileEnds(s.License); !a.RefreshBy.IsZero() && !end.IsZero() {
			text = q.T("It goes on with that file %s, whatever is done here; if you delete it, its place is free after that.", page.Until(end))
		}
		all = append(all, web.Notice{Tone: web.Info, Title: q.T("It has a licence file."), Text: text})
	}
	return all
}

// endedText says when and why an activation ended.
func endedText(q *web.Request, page *web.Page, a *licensing.Activation) string {
	if a.NotConfirmed(a.ReleaseReason) {
		return q.T("It ended on %s: %s. It was not confirmed by the device.", page.At(a.ReleasedAt).Text, ended(q, a.ReleaseReason))
	}
	return q.T("It ended on %s: %s. The device is told at its next contact.", page.At(a.ReleasedAt).Text, ended(q, a.ReleaseReason))
}

// keepAction lets who may delete a device keep it after all.
func keepAction(q *web.Request, s licensing.Seat) []web.Action {
	if !portal.May(q, s.License, owners.DeleteDevices) {
		return nil
	}
	return []web.Action{{Label: q.T("Keep the device"), Href: show.ActivationHref(q, s.Activation.UUID) + "/keep", Post: true, Plain: true}}
}

func facts(q *web.Request, s licensing.Seat) []web.Fact {
	a := s.Activation
	all := []web.Fact{
		{Label: q.T("Licence"), Cell: web.Cell{Text: portal.Title(s.License), Href: show.LicenseHref(q, s.License.UUID), Sub: s.License.Edition.Name}},
		{Label: q.T("Activation date"), Cell: web.Cell{At: a.ActivatedAt}},
		{Label: q.T("Last sync"), Cell: web.Cell{When: a.Pulse.LastSeenAt}, Hint: q.T("When the program on it called the licence server last")},
		{Label: q.T("Refresh by"), Cell: refreshBy(q, a), Hint: q.T("Until when its licence file is good")},
		{Label: q.T("Activation id"), Cell: web.Cell{Text: a.UUID.String(), Mono: true, Copy: a.UUID.String()}},
	}
	if s.License.CountsMonths() {
		all = append(all, web.Fact{Label: q.T("This month"), Cell: inMonth(q, a, q.Now()), Hint: q.T("A device counts from its first use in a month on")})
	}
	return all
}

func refreshBy(q *web.Request, a *licensing.Activation) web.Cell {
	switch {
	case !a.IsOffline:
		return web.Cell{Text: q.T("It has no file"), Quiet: true}
	case a.RefreshBy.IsZero():
		return web.Cell{Text: q.T("As long as the licence")}
	}
	return web.Cell{At: a.RefreshBy}
}

func device(q *web.Request, a *licensing.Activation) []web.Fact {
	c := a.Client
	all := []web.Fact{
		{Label: q.T("Display name"), Cell: web.Cell{Text: a.DisplayName}},
		{Label: "IP", Cell: web.Cell{Text: c.Address, Mono: true}, Hint: q.T("The network address that it called from last")},
		{Label: q.T("Hostname"), Cell: web.Cell{Text: c.Hostname}},
		{Label: q.T("Place"), Cell: show.Place(q, a), Hint: q.T("Reckoned from the address; it is as good as the address tells")},
		{Label: q.T("Platform"), Cell: web.Cell{Text: c.Platform}},
		{Label: q.T("Operating system"), Cell: web.Cell{Text: c.OperatingSystem}},
		{Label: q.T("Version of the program"), Cell: web.Cell{Text: c.SoftwareVersion}},
		{Label: q.T("Client id"), Cell: web.Cell{Text: a.Device.Number, Mono: true, Copy: a.Device.Number}, Hint: q.T("By it the program tells its installations apart")},
	}
	if c.Name != "" {
		all = append(all, web.Fact{Label: q.T("Name"), Cell: web.Cell{Text: c.Name}})
	}
	if c.Description != "" {
		all = append(all, web.Fact{Label: q.T("Description"), Cell: web.Cell{Text: c.Description}})
	}
	return all
}
