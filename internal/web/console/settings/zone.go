package settings

import (
	"context"
	"slices"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

// LastDays reads the ends of licences.
type LastDays interface {
	LastDays(ctx context.Context, v ident.VendorID, most int) ([]time.Time, error)
}

// Editions reads editions.
type Editions interface {
	EditionsOf(ctx context.Context, v ident.VendorID, product *ident.UUID, r listing.Request) (listing.Page[catalog.Edition], error)
}

// Moves tells whose days are being moved to another zone.
type Moves interface {
	MovingZone(ctx context.Context) ([]ident.VendorID, error)
}

// countedDays is how many last days of licences are counted; beyond that there are "or more".
const countedDays = 10_000

// What to do with last days when the zone is changed.
const (
	keepDays   = "keep"
	leaveDays  = "leave"
	daysChoice = "days"
)

// moved is how many last days end at other instants in another zone.
type moved struct {
	zone               *time.Location
	licences, editions int
	more               bool      // there are more licences than were counted
	example            time.Time // one of the ends, the next to come where there is one
}

func (m moved) any() bool { return m.licences > 0 || m.editions > 0 }

// movedBy counts last days that end at other instants in the zone with this name; none
// where it is the vendor's, or none at all.
func (p *Pages) movedBy(q *web.Request, name string) (moved, error) {
	m := moved{zone: vendors.Vendor{Zone: name}.Location()}
	if name == q.Vendor.Zone || m.zone.String() != name {
		return m, nil
	}
	move := calendar.Move{From: q.VendorZone(), To: m.zone}
	ends, err := p.LastDays.LastDays(q.Context(), q.VendorID(), countedDays)
	if err != nil {
		return m, err
	}
	m.more = len(ends) == countedDays
	editions, err := p.Editions.EditionsOf(q.Context(), q.VendorID(), nil, listing.Request{Limit: listing.MaxLimit, Sort: "name"})
	if err != nil {
		return m, err
	}
	for _, e := range editions.Items {
		if e.Policy.ExpiresAt != nil && !move.End(*e.Policy.ExpiresAt).Equal(*e.Policy.ExpiresAt) {
			m.editions++
			m.example = *e.Policy.ExpiresAt
		}
	}
	ends = slices.DeleteFunc(ends, func(end time.Time) bool { return move.End(end).Equal(end) })
	if m.licences = len(ends); m.licences > 0 {
		next, _ := slices.BinarySearchFunc(ends, q.Now(), time.Time.Compare) // they come in order
		m.example = ends[min(next, len(ends)-1)]
	}
	return m, nil
}

// text says how many last days move.
func (m moved) text() string {
	return m.things() + " no longer ends with that day in " + m.zone.String() + "."
}

func (m moved) things() string {
	licences := web.Count(int64(m.licences), "licence", "licences")
	if m.more {
		licences += " or more"
	}
	switch {
	case m.editions == 0:
		return "The last day of " + licences
	case m.licences == 0:
		return "The last day of " + web.Count(int64(m.editions), "edition", "editions")
	}
	return "The last day of " + licences + " and " + web.Count(int64(m.editions), "edition", "editions")
}

// choice asks what to do with them.
func (m moved) choice(q *web.Request) web.Field {
	from, to := q.VendorZone(), m.zone
	day := calendar.LastDay(m.example, from)
	there := web.Page{Zone: to}
	return web.Field{
		Name: daysChoice, Label: "What becomes of last days", Kind: web.RadioField, Required: true, Fresh: true,
		Hint: "First days, last days of features and suspensions follow what you choose.",
		Options: []web.Option{
			{
				Value: keepDays, Label: "Keep the dates",
				Hint: "What ends with " + day.Text() + " ends with that day in " + to.String() + " then. Where there are many, it takes some minutes.",
			},
			{
				Value: leaveDays, Label: "Keep the instants",
				Hint: "What ends with " + day.Text() + " ends at the same instant as before, in " + to.String() + " on " + there.At(m.example).Text + ".",
			},
		},
	}
}

// moving tells on a page that days are being moved.
func (p *Pages) moving(q *web.Request, page *web.Page) error {
	all, err := p.Moves.MovingZone(q.Context())
	if slices.Contains(all, q.VendorID()) {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Info, Title: "Last days are on their way.", Text: "They keep their dates in the new time zone. Until one has arrived, it shows with a time of day.",
		})
	}
	return err
}
