package offline

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Rows reads what files have brought.
type Rows interface {
	Copies(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.Copy], error)
	Exceeding(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[offline.File], error)
}

// Licenses reads devices. What is missing is a NotFound fault.
type Licenses interface {
	Deletions(ctx context.Context, v ident.VendorID, due bool, r listing.Request) (listing.Page[licensing.Seat], error)
	RefreshesDue(ctx context.Context, v ident.VendorID, until time.Time, r listing.Request) (listing.Page[licensing.Seat], error)
	Seat(ctx context.Context, v ident.VendorID, activation ident.UUID) (licensing.Seat, error)
}

// Deletions decides on what owners have deleted.
type Deletions interface {
	ConfirmDeletion(t tx.Tx, v ident.VendorID, activation ident.UUID) error
	DropDeletion(t tx.Tx, v ident.VendorID, activation ident.UUID, declined bool) error
}

// Files takes files and hands kept ones out.
type Files interface {
	Again(ctx context.Context, v ident.VendorID, license ident.LicenseID, id ident.UUID, by offline.Via) (offline.File, error)
	Settle(t tx.Tx, v ident.VendorID, id ident.UUID) error
	SettleCopies(t tx.Tx, v ident.VendorID, activation ident.UUID) error
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face      *web.Face
	Rows      Rows
	Licenses  Licenses
	Deletions Deletions
	Files     Files

	// Take reads a file on a customer's behalf. What keeps it from an answer is a fault.
	Take func(ctx context.Context, v ident.VendorID, vendor ident.UUID, text []byte) (*offline.Reply, error)
}

// Pages are the pages of files.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Licenses == nil || c.Deletions == nil || c.Files == nil || c.Take == nil {
		return nil, errors.New("offline: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	view, manage := web.Needs(identity.ViewLicenses), web.Needs(identity.ManageActivations)
	back := func(path string) func(q *web.Request) string {
		return func(q *web.Request) string { return q.Href(path) }
	}
	routes := []edge.Route{
		web.Lists(p.Face, "/offline", view, p.deletionTable(false), p.chrome("")),
		web.Lists(p.Face, "/offline/leaving", view, p.deletionTable(true), p.chrome("/leaving")),
		web.Lists(p.Face, "/offline/refreshes", view, p.refreshTable, p.chrome("/refreshes")),
		web.Lists(p.Face, "/offline/copies", view, p.copyTable, p.chrome("/copies")),
		web.Lists(p.Face, "/offline/exceeded", view, p.exceededTable, p.chrome("/exceeded")),
		web.Act(p.Face, "/offline/copies/seen", manage, back("/offline/copies"), p.copiesSeen),
		web.Act(p.Face, "/offline/exceeded/seen", manage, back("/offline/exceeded"), p.exceededSeen),
	}
	routes = append(routes, web.Ask(p.Face, "/offline/deletions/{id}/confirm", manage, "form.html", p.askConfirm, p.confirm)...)
	routes = append(routes, web.Ask(p.Face, "/offline/deletions/{id}/decline", manage, "form.html", p.askDecline, p.decline)...)
	return append(routes, p.carried()...)
}

// chrome is what the lists share.
func (p *Pages) chrome(at string) func(q *web.Request) (web.Page, error) {
	return func(q *web.Request) (web.Page, error) {
		page := q.Page("Devices by files")
		page.Sub = map[string]string{
			"":           "Their owners have deleted these devices, whose files have no end of their own: free their places once you know that they are gone.",
			"/leaving":   "Their owners have deleted these devices. Their places are free when their files want a refresh.",
			"/refreshes": "Files that want a refresh within 30 days, or wanted one: then the device stops. Download one for the customer.",
			"/copies":    "Two devices tell of other uses under the same numbers: one was copied, or put back to before. Both are counted in full.",
			"/exceeded":  "What devices have told was more than their licences allow. It is counted in full: it has been used.",
		}[at]
		for _, t := range []struct{ label, at string }{
			{"To decide", ""}, {"Leaving", "/leaving"}, {"Refresh wanted", "/refreshes"}, {"Two copies", "/copies"}, {"Above the limit", "/exceeded"},
		} {
			page.Tabs = append(page.Tabs, web.Tab{Label: t.label, Href: q.Href("/offline" + t.at), Active: t.at == at})
		}
		if q.May(identity.ManageActivations) {
			page.Actions = []web.Action{{Label: "Upload a file", Href: q.Href("/offline/upload"), Icon: "upload"}}
		}
		return page, nil
	}
}

func deviceCell(q *web.Request, s licensing.Seat) web.Cell {
	return web.Cell{Text: show.ClientName(s.Activation), Href: show.ActivationHref(q, s.Activation.UUID), Sub: s.Activation.Device.Number}
}

func seatColumns(q *web.Request) []web.Column[licensing.Seat] {
	return []web.Column[licensing.Seat]{
		{
			Name: "device", Label: "Device", Roomy: true, Cell: func(s licensing.Seat) web.Cell { return deviceCell(q, s) },
			Plain: func(s licensing.Seat) string { return show.ClientName(s.Activation) },
		},
		{
			Name: "client_id", Label: "Client id", Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Device.Number, Mono: true} },
		},
		{Name: "license", Label: "Licence", Cell: func(s licensing.Seat) web.Cell {
			if s.License == nil {
				return web.Cell{}
			}
			return web.Cell{Text: show.LicenseName(s.License), Href: show.LicenseHref(q, s.License.UUID), Sub: s.License.Customer.CompanyName}
		}},
	}
}

func (p *Pages) deletionTable(due bool) func(q *web.Request) (web.Table[licensing.Seat], error) {
	return func(q *web.Request) (web.Table[licensing.Seat], error) {
		t := web.Table[licensing.Seat]{
			Name: "deletions", Sorts: []string{"asked_at"},
			Empty: web.Empty{
				Icon: "circle-check", Title: "Nothing to decide",
				Text: "A device shows here when the owner of its licence deletes it while its file goes on without an end.",
			},
			Columns: append(seatColumns(q),
				web.Column[licensing.Seat]{
					Name: "by", Label: "Asked by", Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Deletion.Actor.Name} },
				},
				web.Column[licensing.Seat]{
					Name: "asked", Label: "Asked", Sort: "asked_at", Cell: func(s licensing.Seat) web.Cell { return web.Cell{When: s.Deletion.AskedAt} },
				}),
			Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
				return p.Licenses.Deletions(q.Context(), q.VendorID(), due, r)
			},
		}
		if due {
			t.Empty.Text = "A device shows here when the owner of its licence deletes it, until its file wants a refresh."
			t.Empty.Title = "No device is leaving"
			t.Columns = append(t.Columns, web.Column[licensing.Seat]{
				Name: "due", Label: "Free", Cell: func(s licensing.Seat) web.Cell { return web.Cell{At: s.Deletion.DueAt, Sub: q.Until(s.Deletion.DueAt)} },
			})
		}
		if q.May(identity.ManageActivations) {
			t.Columns = append(t.Columns, web.Column[licensing.Seat]{Name: "act", Label: "Decide", Act: true, Cell: func(s licensing.Seat) web.Cell {
				at := q.Href("/offline/deletions/" + s.Activation.UUID.String())
				return web.Cell{Links: []web.Link{{Label: "Free its place", Href: at + "/confirm"}, {Label: "Decline", Href: at + "/decline"}}}
			}})
		}
		return t, nil
	}
}

// refreshesAhead is how far the list looks ahead.
const refreshesAhead = 30 * 24 * time.Hour

func (p *Pages) refreshTable(q *web.Request) (web.Table[licensing.Seat], error) {
	now := q.Now()
	return web.Table[licensing.Seat]{
		Name: "refreshes", Sorts: []string{"refresh_by"},
		Empty: web.Empty{
			Icon: "circle-check", Title: "No file wants a refresh within 30 days",
			Text: "Editions and licences say for how many days a file is good. A device whose file wants a refresh shows here.",
		},
		Columns: append(seatColumns(q),
			web.Column[licensing.Seat]{Name: "state", Label: "State", Cell: func(s licensing.Seat) web.Cell {
				badge := web.Badge{Word: "Soon", Tone: web.Soon}
				if !now.Before(s.Activation.RefreshBy) {
					badge = web.Badge{Word: "Passed", Tone: web.Bad, Hint: "without a newer file the device has stopped"}
				}
				return web.Cell{Badge: &badge}
			}},
			web.Column[licensing.Seat]{Name: "by", Label: "Refresh by", Sort: "refresh_by", Cell: func(s licensing.Seat) web.Cell {
				return web.Cell{At: s.Activation.RefreshBy, Sub: q.Language().Relative(s.Activation.RefreshBy, now)}
			}},
			web.Column[licensing.Seat]{Name: "licensee", Label: "Licensee", Cell: func(s licensing.Seat) web.Cell {
				if s.License == nil {
					return web.Cell{}
				}
				return web.Cell{Text: s.License.LicenseeEmail}
			}}),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			return p.Licenses.RefreshesDue(q.Context(), q.VendorID(), now.Add(refreshesAhead), r)
		},
	}, nil
}

func (p *Pages) copyTable(q *web.Request) (web.Table[offline.Copy], error) {
	page := q.Page("")
	side := func(c offline.Copy, i int) web.Cell {
		if i >= len(c.Both) {
			return web.Cell{}
		}
		t := c.Both[i]
		return web.Cell{Text: show.ValueOr(t.Hostname, "no host name"), Sub: "last told " + page.At(t.At).Text + ", report " + web.Number(t.Report)}
	}
	t := web.Table[offline.Copy]{
		Name: "copies", Sorts: offline.FileSorts(), Top: true,
		Empty: web.Empty{
			Icon: "circle-check", Title: "No copies of one device",
			Text: "A device shows here when two devices tell of other uses under the same numbers. Nobody is locked by that.",
		},
		ID: func(c offline.Copy) string { return c.Activation.String() },
		Columns: []web.Column[offline.Copy]{
			{Name: "device", Label: "Device", Cell: func(c offline.Copy) web.Cell {
				return web.Cell{Text: c.ClientID, Href: show.ActivationHref(q, c.Activation), Mono: true}
			}},
			{Name: "license", Label: "Licence", Cell: func(c offline.Copy) web.Cell {
				return web.Cell{Text: show.ValueOr(c.Name, "Licence"), Href: show.LicenseHref(q, c.License), Sub: c.Customer}
			}},
			{Name: "one", Label: "One device", Cell: func(c offline.Copy) web.Cell { return side(c, 1) }},
			{Name: "other", Label: "The other", Cell: func(c offline.Copy) web.Cell { return side(c, 0) }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[offline.Copy], error) {
			return p.Rows.Copies(q.Context(), q.VendorID(), 0, r)
		},
	}
	if q.May(identity.ManageActivations) {
		t.Bulk = []web.Bulk{{Label: "Mark as seen", Action: q.Href("/offline/copies/seen"), Icon: "check"}}
	}
	return t, nil
}

func (p *Pages) exceededTable(q *web.Request) (web.Table[offline.File], error) {
	t := web.Table[offline.File]{
		Name: "above-the-limit", Sorts: offline.FileSorts(),
		Empty: web.Empty{
			Icon: "circle-check", Title: "Nothing above a limit",
			Text: "A report shows here when a device without internet has used more than its licence allows.",
		},
		ID: func(f offline.File) string { return f.UUID.String() },
		Columns: []web.Column[offline.File]{
			{Name: "at", Label: "Told", Sort: "at", Cell: func(f offline.File) web.Cell { return web.Cell{When: f.At} }},
			{Name: "device", Label: "Device", Roomy: true, Cell: func(f offline.File) web.Cell {
				return web.Cell{Text: show.ValueOr(f.Hostname, f.ClientID), Href: show.ActivationHref(q, f.Activation), Sub: f.ClientID}
			}},
			{Name: "license", Label: "Licence", Cell: func(f offline.File) web.Cell {
				return web.Cell{Text: show.ValueOr(f.LicenseName, "Licence"), Href: show.LicenseHref(q, f.LicenseUUID) + "/meters"}
			}},
			{Name: "limits", Label: "Limits exceeded", End: true, Cell: func(f offline.File) web.Cell { return web.Cell{Text: web.Number(f.Exceeded)} }},
			{Name: "report", Label: "Report", End: true, Cell: func(f offline.File) web.Cell { return web.Cell{Text: web.Number(f.Number)} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[offline.File], error) {
			return p.Rows.Exceeding(q.Context(), q.VendorID(), r)
		},
	}
	if q.May(identity.ManageActivations) {
		t.Bulk = []web.Bulk{{Label: "Mark as seen", Action: q.Href("/offline/exceeded/seen"), Icon: "check"}}
	}
	return t, nil
}
