package attention

import (
	"slices"
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) expiring() []edge.Route {
	return append([]edge.Route{
		web.Show(p.Face, "/expiring", web.Needs(identity.ViewLicenses), "chartandlist.html", p.expiringPage),
		web.CSV(p.Face, "/expiring/export", web.Needs(identity.ViewLicenses), p.expiringTable),
	}, p.extend()...)
}

func (p *Pages) expiringPage(q *web.Request) (*chartAndList, error) {
	v := &chartAndList{Page: q.Page("Expiring soon")}
	v.Sub = "Licences that are on and will end, the next first. Tick them to extend several at once."
	if err := p.asOf(q, &v.Page); err != nil {
		return nil, err
	}
	span := show.SpanOf(q, 30)
	v.Tabs = spanTabs(q, "/expiring", span)
	counts, err := p.Figures.Latest(q.Context(), q.VendorID(), figures.Expiring, 0)
	if err != nil {
		return nil, err
	}
	for i, n := range figures.Spans() {
		days := strconv.Itoa(n)
		tone := []web.Tone{web.Soon, web.Soon, ""}[i]
		if show.Of(counts, days) == 0 {
			tone = ""
		}
		v.Stats = append(v.Stats, web.Stat{
			Label: "Within " + days + " days", Icon: "calendar-due", Value: web.Number(show.Of(counts, days)), Tone: tone,
			Href: q.Href("/expiring?days=" + days),
		})
	}
	trend, err := p.Figures.Days(q.Context(), q.VendorID(), figures.Licenses, 0, span.First, span.Last)
	if err != nil {
		return nil, err
	}
	counted := span.Series("", "", trend) // of a day without any, nothing is known
	expired := slices.DeleteFunc(trend, func(r figures.Row) bool { return r.Value != figures.StateExpired })
	if days := daysOf(expired); days > 1 {
		over := span.Series("Expired", web.Bad, expired)
		over.Missing = make([]bool, len(over.Values))
		for i, n := range counted.Values {
			over.Missing[i] = n == 0
		}
		v.Charts = []web.Chart{{
			ID: "expired", Title: "Expired licences over time", Kind: web.LineChart, Unit: "licences", Labels: span.Labels(),
			Series: []web.Series{over},
		}}
	}
	t, err := p.expiringTable(q)
	if err != nil {
		return nil, err
	}
	if v.List, err = t.View(q, &v.Page); err != nil {
		return nil, err
	}
	v.List.CSV = exportHref(q, "/expiring/export")
	return v, nil
}

// daysOf tells of how many days there are rows.
func daysOf(rows []figures.Row) int {
	days := map[int64]bool{}
	for _, r := range rows {
		days[r.Day] = true
	}
	return len(days)
}

func (p *Pages) expiringTable(q *web.Request) (web.Table[licensing.Ending], error) {
	products, err := p.productFilter(q)
	span := show.SpanOf(q, 30)
	of := func(e licensing.Ending) *licensing.License { return e.License }
	customer, license, activations := columnsOf(q, of)
	t := web.Table[licensing.Ending]{
		Name: "expiring", Sorts: []string{"ends"}, Filters: []web.Filter{products},
		Empty: web.Empty{
			Icon: "calendar-due", Title: "No licence ends within " + strconv.Itoa(span.Days) + " days",
			Text: "Look further ahead, or enjoy the quiet.",
		},
		ID: func(e licensing.Ending) string { return e.License.UUID.String() },
		Columns: []web.Column[licensing.Ending]{
			customer,
			license,
			{Name: "ends", Label: "Ends", Sort: "ends", Cell: func(e licensing.Ending) web.Cell {
				return web.Cell{LastDay: e.EndsAt, Sub: q.Language().Relative(e.EndsAt, q.Now())}
			}},
			activations,
			{Name: "trial", Label: "Kind", Cell: func(e licensing.Ending) web.Cell {
				if e.License.Terms().Policy.TrialDays > 0 {
					return web.Cell{Text: "Trial"}
				}
				return web.Cell{Text: "Licence", Quiet: true}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Ending], error) {
			now := q.Now()
			return p.Rows.EndingSoon(q.Context(), q.VendorID(), product(q), now, now.Add(time.Duration(span.Days)*24*time.Hour), r)
		},
	}
	t.Columns = slices.Concat(t.Columns, show.LicenseDetails(q, of), actColumns(q, func(licensing.Ending) About { return AboutEnd }, of))
	if q.May(identity.ManageLicenses) {
		t.Bulk = []web.Bulk{{Label: "Extend", Action: q.Href("/expiring/extend"), Icon: "calendar-plus"}}
	}
	return t, err
}

// extend gives ticked licences another end, after it has asked which.
func (p *Pages) extend() []edge.Route {
	return web.Ask(p.Face, "/expiring/extend", web.Needs(identity.ManageLicenses), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			ids, n := form.Ticked("id")
			v := &web.FormPage{Page: q.Page("Extend "+web.Count(int64(n), "licence", "licences"), web.Link{Label: "Expiring soon", Href: q.Href("/expiring")})}
			v.Form = form
			v.Text = "All of them get this end of their own, in one change: all or none. A trial becomes a full licence until then."
			form.Submit, form.Cancel = "Extend", q.Href("/expiring")
			form.Add(web.Group{Fields: []web.Field{ids, {
				Name: "until", Label: "Last day", Kind: web.DateField, Required: true, Focus: true,
				Hint: "They hold to the end of this day in " + q.ZoneOfDays() + ".",
			}}})
			return v, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			ids, err := v.UUIDs("id", web.MaxTogether)
			if err != nil {
				return web.Done{}, err
			}
			until := v.LastDay("until", time.Time{})
			v.Check(until != nil || v.Text("until") != "", "until", "is needed")
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			if err := p.extendAll(t, q, ids, *until); err != nil {
				return web.Done{}, fault.Renamed(err, "expires_at", "until")
			}
			return web.Done{To: q.Href("/expiring"), Say: web.Flash{
				Text: web.Count(int64(len(ids)), "licence holds", "licences hold") + " " + q.Until(*until) + ".",
			}}, nil
		})
}

// extendAll changes licences in the order of their keys, in which all lock them. It
// makes none of them shorter: somebody else may have extended one since it was ticked.
func (p *Pages) extendAll(t tx.Tx, q *web.Request, ids []ident.UUID, until time.Time) error {
	v := q.VendorID()
	keys := make([]ident.LicenseID, 0, len(ids))
	for _, id := range ids {
		key, err := p.Rows.LicenseID(t, v, id)
		if err != nil {
			return err
		}
		if key == 0 {
			return fault.Missing("license")
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		l, err := p.Licenses.Locked(t, v, key)
		if err != nil {
			return err
		}
		if l == nil {
			return fault.Missing("license")
		}
		if err := longer(l, until, t.Now(), q.VendorZone()); err != nil {
			return err
		}
		change, err := licensing.Extend(l, until, t.Now())
		if err != nil {
			return err
		}
		if _, err := p.Licenses.Update(t, v, key, change); err != nil {
			return err
		}
	}
	return nil
}

// longer refuses an end that is before the one that a licence has.
func longer(l *licensing.License, until, now time.Time, zone *time.Location) error {
	holds := "has no end"
	switch end := l.ExpiryOf(l.Terms().Policy); {
	case !until.After(now):
		return nil // which is refused as it is
	case end.IsZero():
	case !until.After(end):
		holds = "holds until the end of " + calendar.LastDay(end, zone).Text()
	default:
		return nil
	}
	return fault.Wrong(fault.Field{Name: "until", Message: "would not make “" + show.LicenseName(l) + "” of " + l.Customer.CompanyName + " longer, which " +
		holds + " already: choose a later day, or go back and leave that licence out"})
}
