package overview

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Rows reads licences.
type Rows interface {
	List(ctx context.Context, r owners.Reach, f licensing.Filter, list listing.Request) (listing.Page[*licensing.License], error)
}

// Meters reads the meters of a licence, as they stand now.
type Meters interface {
	Read(ctx context.Context, r owners.Reach, l *licensing.License) ([]metering.Reading, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face   *web.Face
	Rows   Rows
	Meters Meters

	// Reminders are what else somebody is reminded of when they come in.
	Reminders func(q *web.Request) ([]web.Notice, error)
}

// Pages are the pages of the overview.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Meters == nil || c.Reminders == nil {
		return nil, errors.New("overview: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/{$}", portal.Own(), "overview.html", p.show),
		web.Lists(p.Face, "/licenses", portal.Own(), p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page(q.T("Licences"))
			page.Query = ""
			return page, nil
		}),
	}
}

type overviewPage struct {
	web.Page

	Reminders []web.Notice
	One       *one // the only licence there is
	Attention []web.Notice
	LeftOut   string // how many notices are left out, in words
	List      *web.List
	Nothing   *web.Empty
}

// one is the only licence, big.
type one struct {
	Facts []web.ShownFact
	Tiles []web.Tile
}

// How many licences the overview looks at for what needs attention, the newest first,
// and how many notices it shows.
const (
	lookedAt     = 200
	shownNotices = 8
)

func (p *Pages) show(q *web.Request) (*overviewPage, error) {
	page := &overviewPage{Page: q.Page(q.T("Overview"))}
	var err error
	if page.Reminders, err = p.Reminders(q); err != nil {
		return nil, err
	}
	newest, err := p.Rows.List(q.Context(), q.Reach(), licensing.Filter{}, listing.Request{Limit: lookedAt, Sort: "created_at", Desc: true})
	if err != nil {
		return nil, err
	}
	switch all := newest.Items; len(all) {
	case 0:
		page.Nothing = &web.Empty{Icon: "license", Title: q.T("No licences yet"), Text: nothing(q)}
		return page, nil
	case 1:
		return page, p.big(q, page, all[0])
	default:
		if err := p.attention(q, page, all); err != nil {
			return nil, err
		}
	}
	t, err := p.table(q)
	if err != nil {
		return nil, err
	}
	list, err := t.View(q, &page.Page)
	if list.CSV != "" {
		list.CSV = q.Href("/licenses?format=csv")
	}
	page.List = &list
	return page, err
}

func nothing(q *web.Request) string {
	return q.T("Licences appear here that name %s as their licensee, or belong to a customer whose people you are one of.", q.Person.Email)
}

// big shows the only licence.
func (p *Pages) big(q *web.Request, page *overviewPage, l *licensing.License) error {
	href := show.LicenseHref(q, l.UUID)
	badge := portal.Badge(l, page.Now)
	page.Title, page.Badge = portal.Title(l), &badge
	page.Sub = l.Edition.Name + " · " + l.Customer.CompanyName
	shown := &one{}
	notes := portal.Standing(q, &page.Page, l)
	shown.Facts = page.Facts(
		web.Fact{Label: q.T("License key"), Cell: web.Cell{Text: l.KeyToType(), Href: href, Mono: true, Copy: l.KeyToType()}},
		web.Fact{Label: q.T("License ID"), Cell: web.Cell{Text: l.UUID.String(), Href: href, Mono: true, Copy: l.UUID.String()}},
	)
	shown.Tiles = []web.Tile{portal.ActivationTile(q, &page.Page, l), portal.ExpiryTile(q, &page.Page, l)}
	readings, err := p.Meters.Read(q.Context(), q.Reach(), l)
	for _, r := range readings {
		shown.Tiles = append(shown.Tiles, portal.MeterTile(q, &page.Page, r))
		if n, ok := portal.MeterNotice(q, &page.Page, l, r); ok {
			notes = append(notes, n)
		}
	}
	if t, limited := portal.DeactivationTile(q, l); limited {
		shown.Tiles = append(shown.Tiles, t)
	}
	page.One, page.Attention = shown, portal.Urgent(notes)
	page.Actions = append([]web.Action{{Label: q.T("Licence"), Href: href, Icon: "license", Plain: true}}, portal.AskActions(q, l)...)
	return err
}

// attention gathers what needs attention first, of several licences.
func (p *Pages) attention(q *web.Request, page *overviewPage, all []*licensing.License) error {
	var notices []web.Notice
	for _, l := range all {
		if portal.LongOver(l, page.Now) {
			continue
		}
		notes := portal.Standing(q, &page.Page, l)
		if metering.HasMeters(l.Terms().Grants.Shown().Limitations) {
			readings, err := p.Meters.Read(q.Context(), q.Reach(), l)
			if err != nil {
				return err
			}
			for _, r := range readings {
				if n, ok := portal.MeterNotice(q, &page.Page, l, r); ok {
					notes = append(notes, n)
				}
			}
		}
		for _, n := range portal.Urgent(notes) {
			if n.Tone == web.Info || n.Tone == web.Good {
				continue
			}
			n.Title = portal.Title(l) + ": " + n.Title
			n.Links = []web.Link{{Label: q.T("To the licence"), Href: show.LicenseHref(q, l.UUID)}}
			notices = append(notices, n)
		}
	}
	notices = portal.Urgent(notices)
	if left := len(notices) - shownNotices; left > 0 {
		page.LeftOut = q.T("%d other licences need attention, too: they are marked below.", left)
		notices = notices[:shownNotices]
	}
	page.Attention = notices
	return nil
}
