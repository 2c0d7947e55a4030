package sessions

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"slices"
	"time"

	"chancery/internal/edge"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Rows reads sessions. What is missing is a NotFound fault.
type Rows interface {
	All(ctx context.Context, v ident.VendorID, f floating.Filter, now time.Time, r listing.Request) (listing.Page[floating.Session], error)
	SessionByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (floating.Session, error)

	// Busiest gives the licences with the most open sessions.
	Busiest(ctx context.Context, v ident.VendorID, now time.Time, limit int) ([]floating.Busy, error)
}

// Licenses reads licences; those that are missing are left out.
type Licenses interface {
	ByIDs(ctx context.Context, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error)
}

// Sessions ends sessions.
type Sessions interface {
	Release(t tx.Tx, v ident.VendorID, id ident.UUID) error
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	Rows     Rows
	Licenses Licenses
	Sessions Sessions
}

// Pages are the pages of sessions.
type Pages struct {
	Config
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Licenses == nil || c.Sessions == nil {
		return nil, errors.New("sessions: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	view := web.Needs(identity.ViewSessions)
	return append([]edge.Route{
		web.Lists(p.Face, "/sessions", view, p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Sessions")
			page.Sub = "Leases of floating licences, over all licences, the newest first."
			page.Tabs = tabs(q, "Sessions")
			return page, nil
		}),
		web.Show(p.Face, "/sessions/limits", view, "limits.html", p.limits),
	}, web.Ask(p.Face, "/sessions/{id}/close", web.Needs(identity.ManageActivations), "form.html", p.askClose, p.close)...)
}

func tabs(q *web.Request, active string) []web.Tab {
	all := []web.Tab{{Label: "Sessions", Href: q.Href("/sessions")}, {Label: "Nearest their limit", Href: q.Href("/sessions/limits")}}
	for i := range all {
		all[i].Active = all[i].Label == active
	}
	return all
}

// row is a session with its licence.
type row struct {
	floating.Session

	license *licensing.License
}

func (p *Pages) table(q *web.Request) (web.Table[row], error) {
	now := q.Now()
	shown := show.SessionColumns(q, now)
	columns := append(make([]web.Column[row], 0, len(shown)+1), web.Column[row]{Name: "license", Label: "Licence", Cell: func(r row) web.Cell {
		if r.license == nil {
			return web.Cell{}
		}
		return web.Cell{Text: show.LicenseName(r.license), Href: show.LicenseHref(q, r.license.UUID) + "/sessions", Sub: r.license.Customer.CompanyName}
	}, Plain: func(r row) string {
		if r.license == nil {
			return ""
		}
		return show.LicenseName(r.license)
	}})
	for _, c := range shown {
		column := web.Column[row]{
			Name: c.Name, Label: c.Label, Sort: c.Sort, Extra: c.Extra, End: c.End, Act: c.Act, Cell: func(r row) web.Cell { return c.Cell(r.Session) },
		}
		if c.Plain != nil {
			column.Plain = func(r row) string { return c.Plain(r.Session) }
		}
		columns = append(columns, column)
	}
	return web.Table[row]{
		Name: "sessions", Sorts: floating.Sorts(), Columns: columns,
		Filters: []web.Filter{
			{Name: "client", Label: "Client", Kind: web.SearchFilter, Hint: "Client id, in full"},
			{Name: "user", Label: "User", Kind: web.SearchFilter, Hint: "User id, in full"},
			{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{
				{Value: "open", Label: "Open now"},
				{Value: "overuse", Label: "Overuse, open now"},
				{Value: "overused", Label: "Overuse, ever"},
				{Value: "past", Label: "Ended"},
			}},
		},
		Empty: web.Empty{
			Icon: "plug", Title: "No sessions yet", Text: "Clients of floating licences open sessions. An edition makes its licences floating.",
			Action: &web.Action{Label: "To the licences", Href: q.Href("/licenses"), Icon: "license"},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[row], error) {
			f := floating.Filter{ClientID: q.Text("client"), UserID: q.Text("user")}
			switch q.Text("state") {
			case "open":
				f.OpenOnly = true
			case "overuse":
				f.OpenOnly, f.OveruseOnly = true, true
			case "overused":
				f.OveruseOnly = true
			case "past":
				f.PastOnly = true
			}
			found, err := p.Rows.All(q.Context(), q.VendorID(), f, now, r)
			if err != nil {
				return listing.Page[row]{}, err
			}
			ids := make([]ident.LicenseID, 0, len(found.Items))
			for _, s := range found.Items {
				if !slices.Contains(ids, s.License) {
					ids = append(ids, s.License)
				}
			}
			licenses, err := p.Licenses.ByIDs(q.Context(), q.VendorID(), ids...)
			page := listing.Page[row]{Next: found.Next}
			for _, s := range found.Items {
				page.Items = append(page.Items, row{s, licenses[s.License]})
			}
			return page, err
		},
	}, nil
}

type limitsPage struct {
	web.Page

	List    web.List
	Looked  int
	Nothing web.Empty
}

// lookedAt is how many of the busiest licences are held against their limits.
const lookedAt = 500

func (p *Pages) limits(q *web.Request) (*limitsPage, error) {
	page := &limitsPage{Page: q.Page("Sessions"), Looked: lookedAt}
	page.Sub, page.Tabs = "Floating licences nearest the limit of their sessions.", tabs(q, "Nearest their limit")
	page.Nothing = web.Empty{Icon: "plug", Title: "No session is open", Text: "Licences come here as their clients open sessions."}
	busy, err := p.Rows.Busiest(q.Context(), q.VendorID(), page.Now, lookedAt)
	if err != nil {
		return nil, err
	}
	ids := make([]ident.LicenseID, len(busy))
	for i, b := range busy {
		ids[i] = b.License
	}
	licenses, err := p.Licenses.ByIDs(q.Context(), q.VendorID(), ids...)
	if err != nil {
		return nil, err
	}
	busy = slices.DeleteFunc(busy, func(b floating.Busy) bool { return b.Open == 0 || licenses[b.License] == nil })
	share := func(b floating.Busy) int64 {
		return b.Open * 10_000 / max(licenses[b.License].Terms().Policy.FloatingTokenLimit, 1)
	}
	slices.SortStableFunc(busy, func(a, b floating.Busy) int { return cmp.Compare(share(b), share(a)) })
	page.List.Heads = []web.Head{{Label: "Licence"}, {Label: "Customer"}, {Label: "Open of allowed"}, {Label: "At the limit"}}
	for _, b := range busy[:min(len(busy), 100)] {
		l := licenses[b.License]
		page.List.Rows = append(page.List.Rows, limitRow(q, &page.Page, l, b.Open))
	}
	return page, nil
}

func limitRow(q *web.Request, page *web.Page, l *licensing.License, open int64) web.Row {
	policy := l.Terms().Policy
	bar := web.Bar{Used: open, Contract: policy.FloatingTokenLimit, Allowed: policy.FloatingTokenLimit, Unit: "sessions"}
	above := web.Cell{Text: "More are recorded as overuse"}
	switch {
	case policy.EnforceFloatingLimit:
		above = web.Cell{Text: "More are refused"}
	case open > policy.FloatingTokenLimit:
		above = web.Cell{Badge: &web.BadgeOveruse}
	}
	out := web.Row{}
	for _, c := range []struct {
		label string
		cell  web.Cell
	}{
		{"Licence", web.Cell{Text: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID) + "/sessions", Sub: l.Edition.Name + " · " + l.Product.Name}},
		{"Customer", web.Cell{Text: l.Customer.CompanyName, Href: show.CustomerHref(q, l.Customer.UUID)}},
		{"Open of allowed", web.Cell{Bar: &bar}},
		{"At the limit", above},
	} {
		shown := page.Cell(c.cell)
		shown.Label = c.label
		out.Cells = append(out.Cells, shown)
	}
	return out
}

func (p *Pages) askClose(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	s, err := p.Rows.SessionByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page("Close the session", web.Link{Label: "Sessions", Href: q.Href("/sessions")}), Form: form}
	page.Text = "Its place is free at once. The client " + s.ClientID + " loses it when it next renews, unless there is room: then it opens a new one."
	form.Submit, form.Cancel, form.Danger = "Close it", q.Href("/sessions"), true
	return page, nil
}

func (p *Pages) close(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Sessions.Release(t, q.VendorID(), id); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/sessions?state=open"), Say: web.Flash{Text: "The session was closed."}}, nil
}
