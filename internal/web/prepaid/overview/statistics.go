package overview

import (
	"strconv"

	"chancery/internal/calendar"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

type statisticsPage struct {
	web.Page

	Nothing  *web.Empty
	Low      web.Sums
	Devices  []web.Stat
	Codes    web.Pie
	Statuses web.Pie
	Forecast web.Sums
}

func (p *Pages) show(q *web.Request) (*statisticsPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	page := &statisticsPage{Page: p.Frame.Page(q, l, q.T("License Management"), frame.OverviewPath)}
	stats, err := p.Rows.Statistics(q.Context(), q.VendorID(), l.Holder())
	if err != nil {
		return nil, err
	}
	all := stats.Total()
	if all.Total == 0 {
		page.Nothing = &web.Empty{Icon: "credit-card", Title: q.T("No licences yet"), Text: q.T("They appear here as soon as you are sold some.")}
		if l.By.IsStaff() {
			page.Nothing.Text = q.T("They appear here as soon as cards are issued.")
		}
	}
	page.Low = low(q, l, all)
	page.Codes, page.Statuses = pieOfCodes(q, l, stats), pieOfStatuses(q, l, all)
	if page.Forecast, err = p.forecast(q, l); err != nil {
		return nil, err
	}
	if l.Owner != nil && !l.Below {
		page.Devices, err = p.devices(q, l)
	}
	return page, err
}

// parted is a number of cards on devices, and on none.
type parted = struct{ Bound, Unbound int64 }

// low counts the cards with few days left, and those with none; each number leads to its list.
func low(q *web.Request, l frame.Look, all prepaid.CodeFigures) web.Sums {
	t := web.Sums{
		Title: q.T("Days left"), Text: q.T("Cards whose days run out soon, or have. Click a number for its cards."),
		Heads: []string{q.T("Cards with"), q.T("On a device"), q.T("On no device"), q.T("Total")},
	}
	for _, row := range []struct {
		label    string
		min, max int64
		of       parted
	}{
		{q.T("1 to 29 days left"), 1, prepaid.MonthDays - 1, all.UnderMonth},
		{q.T("1 to 6 days left"), 1, prepaid.WeekDays - 1, all.UnderWeek},
		{q.T("Expired"), 0, 0, all.Spent},
	} {
		href := func(n int64, bound string) web.SumCell {
			cell := web.SumCell{Text: q.Language().Number(n)}
			if n > 0 {
				cell.Href = cardsWith(l, row.min, row.max, bound)
			}
			return cell
		}
		t.Lines = append(t.Lines, web.SumLine{Label: row.label, Cells: []web.SumCell{
			href(row.of.Bound, "true"), href(row.of.Unbound, "false"), href(row.of.Bound+row.of.Unbound, ""),
		}})
	}
	return t
}

// cardsWith is the list of the cards with so many days left.
func cardsWith(l frame.Look, from, to int64, bound string) string {
	return l.Href(frame.CardsPath, "available_days_min", strconv.FormatInt(from, 10), "available_days_max", strconv.FormatInt(to, 10), "bound", bound)
}

// mostCodes is how many license codes have a slice of their own; the others share one.
const mostCodes = 7

func pieOfCodes(q *web.Request, l frame.Look, stats prepaid.Statistics) web.Pie {
	pie := web.Pie{
		Title: q.T("Cards by license code"), Head: [2]string{q.T("License code"), q.T("Cards")}, Empty: q.T("There are no cards."),
	}
	for _, c := range byTotal(stats.Codes) {
		if len(pie.Slices) == mostCodes {
			pie.Slices = append(pie.Slices, web.Slice{Label: q.T("Other license codes"), Href: l.Href(frame.ListPath)})
		}
		if len(pie.Slices) > mostCodes {
			pie.Slices[mostCodes].Value += c.Total
			continue
		}
		pie.Slices = append(pie.Slices, web.Slice{
			Label: c.Code.Code, Sub: c.Code.Name, Value: c.Total, Href: l.Href(frame.CardsPath, "license_code", c.Code.Code),
		})
	}
	return pie
}

func pieOfStatuses(q *web.Request, l frame.Look, all prepaid.CodeFigures) web.Pie {
	pie := web.Pie{
		Title: q.T("Cards by state"), Head: [2]string{q.T("State"), q.T("Cards")}, Empty: q.T("There are no cards."),
	}
	for _, s := range prepaid.Statuses() {
		badge := frame.StatusBadge(s)
		pie.Slices = append(pie.Slices, web.Slice{
			Label: q.Language().Word(badge.Word), Sub: q.Language().Word(badge.Hint) + " · " + q.Language().Word(frame.DeductionWord(s)), Tone: badge.Tone,
			Value: all.ByStatus[s], Href: l.Href(frame.CardsPath, "status", string(s)),
		})
	}
	return pie
}

// forecast tells when the stock of each code runs out at the rate of the last days.
func (p *Pages) forecast(q *web.Request, l frame.Look) (web.Sums, error) {
	today := calendar.DayOf(q.Now(), q.VendorZone())
	all, err := p.Rows.Forecast(q.Context(), q.VendorID(), l.Holder(), today.Number())
	t := web.Sums{
		Title: q.T("How long the days last"), Text: q.T("At the rate of the last %d whole days.", prepaid.ForecastDays), Empty: q.T("There are no cards."),
		Heads: []string{q.T("License code"), q.T("Available days"), q.T("Charged a day"), q.T("Lasts until")},
	}
	number := q.Language().Number
	for _, f := range all {
		line := web.SumLine{Label: f.Code.Code, Sub: f.Code.Name, Href: l.Href(frame.CardsPath, "license_code", f.Code.Code), Cells: []web.SumCell{
			{Text: number(f.Days)}, {Text: rate(q, f.Charged)}, {Text: q.T("nothing is charged")},
		}}
		if days, ok := f.LastsDays(); ok {
			line.Cells[2] = web.SumCell{Text: q.Language().Day(today.AddDays(int(min(days, farAhead)))), Sub: q.T("for %d days", days)}
		}
		t.Lines = append(t.Lines, line)
	}
	return t, err
}

// farAhead bounds the day that a forecast names.
const farAhead = 36_500

// rate is what was charged a day, with one decimal.
func rate(q *web.Request, charged int64) string {
	tenths := charged * 10 / prepaid.ForecastDays
	if charged > 0 && tenths == 0 {
		tenths = 1
	}
	return q.Language().Decimal(strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10))
}

// devices counts the devices of the owner that stop soon.
func (p *Pages) devices(q *web.Request, l frame.Look) ([]web.Stat, error) {
	n, err := p.Rows.GoingDark(q.Context(), q.VendorID(), l.Owner.ID, prepaid.SoonDark(q.Now()))
	stat := web.Stat{
		Label: q.T("Devices that stop within 7 days"), Value: q.Language().Number(n), Icon: "devices",
		Sub: q.T("at the days left on all of their cards"), Href: l.Href(frame.DevicesPath, "soon", "1"),
	}
	if n > 0 {
		stat.Tone = web.Warning
	}
	return []web.Stat{stat, {
		Label: q.T("Blacklisted devices"), Value: q.T("Show"), Icon: "ban", Sub: q.T("no day is left on their cards"), Href: l.Href(frame.DevicesPath, "blacklisted", "true"),
	}}, err
}
