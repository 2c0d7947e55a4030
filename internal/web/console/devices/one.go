package devices

import (
	"maps"
	"slices"
	"strings"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type devicePage struct {
	web.Page

	Facts     []web.ShownFact
	Client    []web.ShownFact
	Variables []web.ShownFact
	Versions  []version
	Beats     web.Chart
	History   string // address of its heartbeats
	Had       web.List
	Charts    []web.Chart
	Values    []show.Value
	Map       *web.Map // nil where nobody knows
}

type version struct {
	Version     string
	First, Last web.Moment
}

const (
	chartedDays = 30
	shownPast   = 50 // activations of one device
)

func crumbs(q *web.Request) []web.Link {
	return []web.Link{{Label: "Devices", Href: q.Href("/devices")}}
}

func (p *Pages) show(q *web.Request) (*devicePage, error) {
	s, err := p.seat(q)
	if err != nil {
		return nil, err
	}
	page := &devicePage{Page: q.Page(show.ClientName(s.Activation), crumbs(q)...)}
	badge := show.ClientBadge(s, page.Now)
	page.Badge, page.Sub = &badge, show.Joined(show.Beside(s.Activation), s.Activation.Device.Number)
	actions(q, s, &page.Page)
	page.Notices = notices(&page.Page, s)
	page.Facts = page.Page.Facts(activationFacts(q, s)...)
	page.Client = page.Page.Facts(clientFacts(q, s.Activation)...)
	for _, name := range slices.Sorted(maps.Keys(s.Activation.Client.Variables)) {
		page.Variables = append(page.Variables, page.Page.Facts(web.Fact{Label: name, Cell: web.Cell{Text: s.Activation.Client.Variables[name]}})...)
	}
	if m, known := show.MapOfDevice(q, s.Activation.Client); known {
		page.Map = &m
	}
	page.History = show.ActivationHref(q, s.Activation.UUID) + "/heartbeats"
	return page, p.add(q, s, page)
}

// add brings what was recorded of a device over time.
func (p *Pages) add(q *web.Request, s licensing.Seat, page *devicePage) error {
	ctx, v, a := q.Context(), q.VendorID(), s.Activation
	versions, err := p.Rows.Versions(ctx, v, a.ID)
	if err != nil {
		return err
	}
	for _, seen := range versions {
		page.Versions = append(page.Versions, version{seen.Version, page.Day(seen.First), page.Day(seen.Last)})
	}
	beats, err := p.Rows.Heartbeats(ctx, v, a.ID, listing.Request{Limit: listing.MaxLimit, Sort: "created_at", Desc: true})
	if err != nil {
		return err
	}
	page.Beats = beatsChart(&page.Page, a, beats.Items)
	had, err := p.Rows.OfDevice(ctx, v, a.Device.ID, shownPast)
	if err != nil {
		return err
	}
	page.Had = hadList(q, &page.Page, had)
	if s.License == nil {
		return nil
	}
	since := licensing.DayOf(page.Now.Add(-chartedDays * 24 * time.Hour))
	usage, err := p.Rows.UsageOfDevice(ctx, v, a.Device.ID, s.License.Product.ID, since)
	if err != nil {
		return err
	}
	values, err := p.Rows.AnalyticalOfDevice(ctx, v, a.Device.ID, s.License.Product.ID, since)
	page.Charts, page.Values = show.UsageCharts(&page.Page, usage, since), show.Values(values)
	return err
}

func actions(q *web.Request, s licensing.Seat, page *web.Page) {
	if !q.May(identity.ManageActivations) || !s.Activation.ReleasedAt.IsZero() {
		return
	}
	href := show.ActivationHref(q, s.Activation.UUID)
	if s.License != nil && licensing.NoFile(s.License, page.Now) == nil && s.Deletion == nil {
		page.Actions = append(page.Actions, web.Action{
			Label: "Download license refresh file", Href: href + "/refresh-file", Icon: "download", Post: true, Plain: true, Again: true,
		})
	}
	page.Actions = append(page.Actions, web.Action{Label: "Name", Href: href + "/name", Icon: "edit", Plain: true, Dialog: true})
	if s.Activation.Device.SuspendedAt(page.Now) {
		page.Actions = append(page.Actions, web.Action{Label: "Resume", Href: href + "/resume", Icon: "player-play", Post: true})
	} else {
		page.Actions = append(page.Actions, web.Action{Label: "Suspend", Href: href + "/suspend", Icon: "player-pause", Plain: true, Dialog: true})
	}
	page.Actions = append(page.Actions, web.Action{Label: "Release", Href: href + "/release", Icon: "lock-open", Danger: true, Dialog: true})
}

func notices(page *web.Page, s licensing.Seat) []web.Notice {
	a := s.Activation
	var all []web.Notice
	switch {
	case !a.ReleasedAt.IsZero():
		text := page.At(a.ReleasedAt).Text + ": " + show.ReleaseReason(a.ReleaseReason) + "."
		if a.NotConfirmed(a.ReleaseReason) {
			text += " It was not confirmed by the device" + goesOn(page, s) + "."
		}
		all = append(all, web.Notice{Tone: web.Info, Title: "Released.", Text: text})
	case a.Device.SuspendedAt(page.Now):
		all = append(all, web.Notice{
			Tone: web.Bad, Title: "Suspended.",
			Text: "Every call of this device is refused " + page.Until(a.Device.SuspendedUntil) + ".",
		})
	}
	if a.ReleasedAt.IsZero() && s.License != nil && s.License.CountsMonths() {
		all = append(all, monthNotices(page, s)...)
	}
	if a.ReleasedAt.IsZero() && a.IsGoodwill() {
		text := "It is above the contract since " + page.Day(a.GoodwillSince).Text + ", until a place becomes free."
		if !a.GoodwillUntil.IsZero() {
			text = "It is above the contract since " + page.Day(a.GoodwillSince).Text + ", and ends on " + page.At(a.GoodwillUntil).Text + "."
		}
		all = append(all, web.Notice{Tone: web.Notable, Title: "On goodwill.", Text: text})
	}
	all = append(all, fileNotices(page, s)...)
	if a.ReleasedAt.IsZero() && s.License != nil && s.Deletion == nil && a.FileInForce(s.License, page.Now) {
		text := "It goes on with that without an end, and no call gives its place up; you can release it."
		if end := a.FileEnds(s.License); !end.IsZero() {
			text = "It goes on with that " + page.Until(end) + ", and no call gives its place up before; you can release it."
		}
		all = append(all, web.Notice{Tone: web.Info, Title: "It has a licence file.", Text: text})
	}
	return all
}

// goesOn says until when a device goes on by its file that was released.
func goesOn(page *web.Page, s licensing.Seat) string {
	switch {
	case s.License == nil || !s.Activation.FileInForce(s.License, page.Now):
		return ""
	case s.Activation.FileEnds(s.License).IsZero():
		return ", which may go on by its file without an end"
	}
	return ", which may go on by its file " + page.Until(s.Activation.FileEnds(s.License))
}

// fileNotices say what is wanted of a device that lives from a file, and why it gets none.
func fileNotices(page *web.Page, s licensing.Seat) (all []web.Notice) {
	a := s.Activation
	if !a.ReleasedAt.IsZero() || s.License == nil || !a.IsOffline {
		return nil
	}
	href := page.Base + "/offline/deletions/" + a.UUID.String()
	if d := s.Deletion; d != nil {
		n := web.Notice{
			Tone: web.Warning, Title: "Its owner has deleted it.",
			Text: "It goes on by its file without an end: free its place once you know that it is gone. Until then it gets no more files.",
			Actions: []web.Action{
				{Label: "Free its place", Href: href + "/confirm", Dialog: true}, {Label: "Decline", Href: href + "/decline", Plain: true, Dialog: true},
			},
		}
		if !d.DueAt.IsZero() {
			n.Text = "Its place is free on " + page.At(d.DueAt).Text + ", when its file wants a refresh. Until then it gets no more files."
		}
		all = append(all, n)
	}
	if no := licensing.NoFile(s.License, page.Now); no != nil {
		all = append(all, web.Notice{Tone: web.Warning, Title: "It gets no more files.", Text: no.Message + " " + no.Help})
	}
	if by := a.RefreshBy; !by.IsZero() && !page.Now.Before(by) {
		all = append(all, web.Notice{
			Tone: web.Bad, Title: "Its file wanted a refresh.",
			Text: "It was good until " + page.At(by).Text + ": without a newer file the device has stopped.",
		})
	}
	return all
}

// monthNotices says where a device of a licence stands that counts those of each month.
func monthNotices(page *web.Page, s licensing.Seat) []web.Notice {
	switch ends := page.At(s.Activation.Place.Until).Text; {
	case s.Activation.PlaceRefused(page.Now):
		return []web.Notice{{
			Tone: web.Warning, Title: "No place this month.",
			Text: "The licence had as many devices as it may have when this one first called. It may not run until the month ends on " + ends +
				", or until the licence gets more.",
		}}
	case s.Activation.GoodwillAt(s.License, page.Now):
		return []web.Notice{{Tone: web.Notable, Title: "On goodwill.", Text: "This month's devices are above the contract; the month ends on " + ends + "."}}
	}
	return nil
}

func activationFacts(q *web.Request, s licensing.Seat) []web.Fact {
	a := s.Activation
	all := []web.Fact{}
	if l := s.License; l != nil {
		all = append(all,
			web.Fact{Label: "Licence", Cell: web.Cell{
				Text: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID),
				Sub: l.Edition.Name + " · " + l.Product.Name,
			}},
			web.Fact{Label: "Customer", Cell: web.Cell{
				Text: l.Customer.CompanyName, Href: show.CustomerHref(q, l.Customer.UUID),
				Sub: l.Customer.CustomerNumber,
			}})
	}
	return append(all,
		web.Fact{Label: "Activated", Cell: web.Cell{When: a.ActivatedAt}},
		web.Fact{Label: "Last seen", Cell: web.Cell{When: a.Pulse.LastSeenAt}},
		web.Fact{Label: "Refresh by", Cell: refreshBy(a), Hint: "Until when its newest file is good"},
		web.Fact{Label: "Token key", Cell: web.Cell{Text: a.TokenKey.String(), Mono: true, Copy: a.TokenKey.String()}},
		web.Fact{Label: "Activation id", Cell: web.Cell{Text: a.UUID.String(), Mono: true, Copy: a.UUID.String()}})
}

func refreshBy(a *licensing.Activation) web.Cell {
	switch {
	case !a.IsOffline:
		return web.Cell{Text: "It has no file", Quiet: true}
	case a.RefreshBy.IsZero():
		return web.Cell{Text: "Never: its file is good as long as the licence"}
	}
	return web.Cell{At: a.RefreshBy}
}

func clientFacts(q *web.Request, a *licensing.Activation) []web.Fact {
	c := a.Client
	all := []web.Fact{
		{Label: "Client id", Cell: web.Cell{Text: a.Device.Number, Mono: true, Copy: a.Device.Number}},
		{Label: "Display name", Cell: web.Cell{Text: a.DisplayName}, Hint: "What the licence's owner, or staff, calls it; no client changes it"},
		{Label: "Name", Cell: web.Cell{Text: c.Name}},
		{Label: "Description", Cell: web.Cell{Text: c.Description}},
		{Label: "Hostname", Cell: web.Cell{Text: c.Hostname}},
		{Label: "Platform", Cell: web.Cell{Text: c.Platform}},
		{Label: "Operating system", Cell: web.Cell{Text: c.OperatingSystem}},
		{Label: "Software version", Cell: show.Version(c.SoftwareVersion)},
		{Label: "Address", Cell: web.Cell{Text: c.Address, Mono: true}},
		{Label: "Place", Cell: show.Place(q, a), Hint: "Reckoned from the address, and as good as that tells"},
	}
	own := "No: its client id is all that it shows"
	if c.PublicKey != nil {
		own = "Yes: nobody else can call as this device"
	}
	all = append(all, web.Fact{Label: "Key pair of its own", Cell: web.Cell{Text: own}})
	if len(c.Tags) > 0 {
		all = append(all, web.Fact{Label: "Tags", Cell: web.Cell{Text: strings.Join(c.Tags, ", ")}})
	}
	return all
}

// beatsChart draws heartbeats by the day (UTC): those of finished days are in the
// history, today's in the pulse.
func beatsChart(page *web.Page, a *licensing.Activation, rows []licensing.Heartbeat) web.Chart {
	c := web.Chart{
		ID: "beats", Title: "Heartbeats per day", Text: "Of the last 30 days (UTC).", Kind: web.BarChart, Unit: "heartbeats", Today: true,
		Empty: "No heartbeat in the last 30 days.",
	}
	since := licensing.DayOf(page.Now) - chartedDays + 1
	counts := make([]int64, chartedDays)
	for i := range counts {
		c.Labels = append(c.Labels, calendar.Numbered(since+int64(i)).Short())
	}
	add := func(day, n int64) {
		if i := day - since; i >= 0 && i < chartedDays {
			counts[i] += n
		}
	}
	for _, h := range rows {
		add(h.Day, h.Count)
	}
	add(a.Pulse.LastSeenDay, a.Pulse.DayCount)
	c.Series = []web.Series{{Name: "Heartbeats", Values: counts}}
	return c
}

// hadList are the activations that the device has had.
func hadList(q *web.Request, page *web.Page, all []licensing.Seat) web.List {
	l := web.List{Heads: []web.Head{{Label: "Licence"}, {Label: "State"}, {Label: "Activated"}, {Label: "Released"}}}
	cell := func(label string, c web.Cell) web.ShownCell {
		shown := page.Cell(c)
		shown.Label = label
		return shown
	}
	for _, s := range all {
		a, badge := s.Activation, show.ClientBadge(s, page.Now)
		license, released := web.Cell{}, web.Cell{}
		if s.License != nil {
			license = web.Cell{Text: show.LicenseName(s.License), Href: show.LicenseHref(q, s.License.UUID), Sub: s.License.Customer.CompanyName}
		}
		if !a.ReleasedAt.IsZero() {
			released = web.Cell{When: a.ReleasedAt, Sub: show.ReleaseReason(a.ReleaseReason)}
		}
		l.Rows = append(l.Rows, web.Row{ID: a.UUID.String(), Cells: []web.ShownCell{
			cell("Licence", license), cell("State", web.Cell{Badge: &badge}), cell("Activated", web.Cell{When: a.ActivatedAt}), cell("Released", released),
		}})
	}
	return l
}

func (p *Pages) heartbeatsChrome(q *web.Request) (web.Page, error) {
	s, err := p.seat(q)
	if err != nil {
		return web.Page{}, err
	}
	page := q.Page("Heartbeats", append(crumbs(q), web.Link{Label: show.ClientName(s.Activation), Href: show.ActivationHref(q, s.Activation.UUID)})...)
	page.Sub = "A row is written when something that the device says of itself changes, and one a day."
	return page, nil
}

func (p *Pages) heartbeats(q *web.Request) (web.Table[licensing.Heartbeat], error) {
	s, err := p.seat(q)
	if err != nil {
		return web.Table[licensing.Heartbeat]{}, err
	}
	text := func(name, label string, get func(licensing.Heartbeat) string) web.Column[licensing.Heartbeat] {
		return web.Column[licensing.Heartbeat]{Name: name, Label: label, Cell: func(h licensing.Heartbeat) web.Cell { return web.Cell{Text: get(h)} }}
	}
	return web.Table[licensing.Heartbeat]{
		Name: "heartbeats", Sorts: licensing.Sorts(),
		Empty: web.Empty{Icon: "activity", Title: "No heartbeat yet", Text: "The device was activated, and has not called since."},
		Columns: []web.Column[licensing.Heartbeat]{
			{Name: "at", Label: "When", Sort: "created_at", Cell: func(h licensing.Heartbeat) web.Cell { return web.Cell{When: h.At} }},
			{Name: "version", Label: "Version", Cell: func(h licensing.Heartbeat) web.Cell { return show.Version(h.Client.SoftwareVersion) }},
			text("system", "Operating system", func(h licensing.Heartbeat) string { return h.Client.OperatingSystem }),
			text("hostname", "Hostname", func(h licensing.Heartbeat) string { return h.Client.Hostname }),
			text("address", "Address", func(h licensing.Heartbeat) string { return h.Client.Address }),
			{Name: "place", Label: "Place", Cell: func(h licensing.Heartbeat) web.Cell { return show.Place(q, &licensing.Activation{Client: h.Client}) }},
			text("user", "User", func(h licensing.Heartbeat) string { return h.UserID }),
			{Name: "count", Label: "That day", End: true, Cell: func(h licensing.Heartbeat) web.Cell {
				if h.Count == 0 {
					return web.Cell{}
				}
				return web.Cell{Text: web.Number(h.Count)}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Heartbeat], error) {
			return p.Rows.Heartbeats(q.Context(), q.VendorID(), s.Activation.ID, r)
		},
	}, nil
}
