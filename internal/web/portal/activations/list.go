package activations

import (
	"slices"
	"strings"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

func (p *Pages) chrome(q *web.Request) (web.Page, error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return web.Page{}, err
	}
	page := portal.Header(q, l, portal.ActivationsPart)
	page.Query = ""
	page.Notices = slices.DeleteFunc(portal.Urgent(portal.Standing(q, &page, l)), func(n web.Notice) bool { return n.Tone == web.Good })
	if portal.Held(l) > 0 {
		page.Actions = []web.Action{{Label: q.T("Map"), Href: show.LicenseHref(q, l.UUID) + "/map", Icon: "world", Plain: true}}
	}
	if portal.May(q, l, owners.DeleteDevices) && portal.Held(l) > 0 {
		page.More = []web.Action{{
			Label: q.T("Delete all activations"), Href: show.LicenseHref(q, l.UUID) + "/activations/delete", Icon: "trash", Danger: true, Dialog: true,
		}}
	}
	return page, nil
}

func (p *Pages) table(q *web.Request) (web.Table[licensing.Seat], error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return web.Table[licensing.Seat]{}, err
	}
	f := filter(q)
	t := web.Table[licensing.Seat]{
		Name: "activations", Filters: filters(q, l), Columns: columns(q),
		Sorts: licensing.OwnClientSorts(portal.Held(l), f.Standing),
		Empty: web.Empty{
			Icon: "devices", Title: q.T("No device is activated yet"),
			Text: q.T("Enter the license key in the program, on the device that is to use it: the device appears here."),
		},
		ID: func(s licensing.Seat) string { return s.Activation.UUID.String() },
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			found, err := p.Rows.Clients(q.Context(), q.Reach(), l.UUID, f, r)
			page := listing.Page[licensing.Seat]{Next: found.Next}
			for _, a := range found.Items {
				page.Items = append(page.Items, licensing.Seat{Activation: a, License: l})
			}
			return page, err
		},
	}
	if !l.CountsMonths() {
		f.Counts = nil
		t.Columns = slices.DeleteFunc(t.Columns, func(c web.Column[licensing.Seat]) bool { return c.Name == monthName })
	}
	for i, c := range t.Columns { // what can't be sorted by here is not offered
		if !offers(t.Sorts, c.Sort) {
			t.Columns[i].Sort = ""
		}
	}
	if portal.May(q, l, owners.DeleteDevices) && f.Standing != licensing.StandingReleased {
		t.Bulk = []web.Bulk{{Label: q.T("Delete"), Action: show.LicenseHref(q, l.UUID) + "/activations/delete", Icon: "trash", Danger: true}}
	}
	return t, nil
}

func offers(sorts []string, sort string) bool {
	for _, s := range sorts {
		if strings.TrimPrefix(s, "-") == sort {
			return true
		}
	}
	return false
}

// monthName names the column and the filter of a licence that counts the devices of each month.
const monthName = "month"

func filters(q *web.Request, l *licensing.License) []web.Filter {
	all := []web.Filter{
		{Name: "q", Label: q.T("Search"), Kind: web.SearchFilter, Hint: q.T("IP, hostname, name, platform or client id")},
		{Name: "state", Label: q.T("State"), Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: "goodwill", Label: q.T("On goodwill")},
			{Value: "suspended", Label: q.T("Suspended")},
			{Value: "silent", Label: q.T("Silent for a week")},
			{Value: "deleted", Label: q.T("No longer activated")},
		}},
		{Name: "before", Label: q.T("No sync since"), Kind: web.DateFilter},
	}
	if l.CountsMonths() {
		all = append(all, web.Filter{Name: monthName, Label: q.T("This month"), Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: "yes", Label: q.T("Counts")},
			{Value: "no", Label: q.T("Does not count")},
		}})
	}
	if country := q.Text("country"); country != "" { // it comes by a link, and can be taken away
		all = append(all, web.Filter{
			Name: "country", Label: q.T("Country"), Kind: web.ChoiceFilter,
			Options: []web.Option{{Value: country, Label: q.Language().Country(strings.ToUpper(country))}},
		})
	}
	return all
}

// silentAfter is how many days without a sync the list calls silent.
const silentAfter = 7

// filter reads what is asked for. Days are the UTC's.
func filter(q *web.Request) licensing.ClientFilter {
	f := licensing.ClientFilter{Now: q.Now(), Search: q.Text("q")}
	switch q.Text("state") {
	case "goodwill":
		f.Standing = licensing.StandingGoodwill
	case "suspended":
		f.Standing = licensing.StandingSuspended
	case "deleted":
		f.Standing = licensing.StandingReleased
	case "silent":
		f.SeenBefore = licensing.DayOf(f.Now) - silentAfter
	}
	switch q.Text(monthName) {
	case "yes":
		f.Counts = new(true)
	case "no":
		f.Counts = new(false)
	}
	if day, wrong := calendar.ParseDay(q.Text("before")); wrong == "" && (f.SeenBefore == 0 || day.Number() < f.SeenBefore) {
		f.SeenBefore = day.Number()
	}
	if country := strings.ToUpper(q.Text("country")); country != "" {
		f.Country = &country
	}
	return f
}

func columns(q *web.Request) []web.Column[licensing.Seat] {
	now := q.Now()
	href := func(s licensing.Seat) string { return show.ActivationHref(q, s.Activation.UUID) }
	text := func(name, label string, text func(c licensing.Client) string) web.Column[licensing.Seat] {
		return web.Column[licensing.Seat]{
			Name: name, Label: label, Extra: true, Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: text(s.Activation.Client)} },
		}
	}
	return []web.Column[licensing.Seat]{
		{Name: "hostname", Label: q.T("Name · Hostname"), Heading: q.T("Hostname"), Sort: "name", Cell: func(s licensing.Seat) web.Cell {
			return web.Cell{Text: name(s.Activation), Href: href(s), Whole: true, Sub: beside(q, s, now)}
		}, Plain: func(s licensing.Seat) string { return s.Activation.SaidName() }},
		{
			Name: "display_name", Label: q.T("Display name"), Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.DisplayName} },
		},
		{Name: "address", Label: "IP", Sort: "address", Cell: func(s licensing.Seat) web.Cell {
			return web.Cell{Text: s.Activation.Client.Address, Href: href(s), Mono: true}
		}},
		{Name: "state", Label: q.T("State"), Extra: true, Cell: func(s licensing.Seat) web.Cell {
			badge := show.ClientBadge(s, now)
			return web.Cell{Badge: &badge}
		}},
		{Name: monthName, Label: q.T("This month"), Cell: func(s licensing.Seat) web.Cell { return inMonth(q, s.Activation, now) }},
		{
			Name: "activated", Label: q.T("Activation date"), Sort: "created_at",
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Day: s.Activation.ActivatedAt} },
		},
		{
			Name: "seen", Label: q.T("Last sync"), Sort: "last_seen",
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{When: s.Activation.Pulse.LastSeenAt} },
		},
		{Name: "platform", Label: q.T("Platform"), Sort: "platform", Cell: func(s licensing.Seat) web.Cell { return platform(s.Activation.Client) }},
		{Name: "place", Label: q.T("Place"), Sort: "country", Cell: func(s licensing.Seat) web.Cell { return show.Place(q, s.Activation) }},
		{
			Name: "client_id", Label: q.T("Client id"), Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Device.Number, Mono: true} },
		},
		text("name", q.T("Name"), func(c licensing.Client) string { return c.Name }),
		text("system", q.T("Operating system"), func(c licensing.Client) string { return c.OperatingSystem }),
		text("version", q.T("Version"), func(c licensing.Client) string { return c.SoftwareVersion }),
		{Name: "ended", Label: q.T("Ended"), Extra: true, Cell: func(s licensing.Seat) web.Cell {
			if s.Activation.ReleasedAt.IsZero() {
				return web.Cell{}
			}
			return web.Cell{When: s.Activation.ReleasedAt, Sub: ended(q, s.Activation.ReleaseReason)}
		}},
	}
}

// inMonth says whether a device counts in the month that runs at now.
func inMonth(q *web.Request, a *licensing.Activation, now time.Time) web.Cell {
	switch {
	case a.CountsAt(now):
		return web.Cell{Text: q.T("Counts")}
	case a.PlaceRefused(now):
		return web.Cell{Text: q.T("Found no place")}
	}
	return web.Cell{Text: q.T("Not used yet"), Quiet: true}
}

// beside is what else tells a device from others: what it says that it is called, and its state where that is
// not the usual one.
func beside(q *web.Request, s licensing.Seat, now time.Time) string {
	all := []string{show.Beside(s.Activation)}
	if own := s.Activation.Client.Name; own != "" && own != s.Activation.SaidName() {
		all = append(all, own)
	}
	if badge := show.ClientBadge(s, now); badge != web.BadgeActive {
		all = append(all, q.Language().Word(badge.Word))
	}
	return show.Joined(all...)
}

// platform is what a device runs on: what it says of its platform, or else of its
// operating system.
func platform(c licensing.Client) web.Cell {
	if c.Platform == "" {
		return web.Cell{Text: c.OperatingSystem}
	}
	return web.Cell{Text: c.Platform, Sub: c.OperatingSystem}
}

// ended says why an activation ended.
func ended(q *web.Request, r licensing.Reason) string {
	return q.Language().Word(show.ReleaseReason(r))
}
