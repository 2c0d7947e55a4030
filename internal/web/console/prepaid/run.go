package prepaid

import (
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

type runPage struct {
	web.Page

	Notices []web.Notice
	Stats   []web.Stat
	Facts   []web.ShownFact
}

// few is a figure that is counted up to a bound.
func few(n int64) string {
	if n >= prepaid.MostCounted {
		return web.Number(prepaid.MostCounted) + " or more"
	}
	return web.Number(n)
}

// run tells how charging stands: the vendor's own figures from the database, and what the
// run has done in this process.
func (p *Pages) run(q *web.Request) (*runPage, error) {
	l, page, err := p.page(q, "Run", frame.RunPath)
	if err != nil {
		return nil, err
	}
	page.Sub = "The server charges devices that are due by itself, without pause."
	page.Refresh = page.Address
	page.Actions = []web.Action{{Label: "Unknown device numbers", Href: l.Href(frame.DevicesPath + "/unknown"), Icon: "help-circle", Plain: true}}
	today := calendar.DayOf(q.Now(), q.VendorZone())
	figures, err := p.Rows.RunFigures(q.Context(), q.VendorID(), q.Now(), today)
	if err != nil {
		return nil, err
	}
	shown := &runPage{Page: page}
	shown.Stats = []web.Stat{
		{Label: "Due now", Value: few(figures.Due), Sub: "devices that are due and not yet charged"},
		{Label: "Charged today", Value: few(figures.Charged), Sub: "days of cards", Href: l.Href(frame.DeductionsPath, "from_day", today.String())},
		{Label: "Blacklisted", Value: few(figures.Dark), Sub: "devices without a day left", Href: l.Href(frame.DevicesPath, "blacklisted", "true")},
	}
	if figures.Dark > 0 {
		shown.Stats[2].Tone = web.Warning
	}
	shown.Notices = p.notices(figures)
	shown.Facts = page.Facts(chunk(p.Progress())...)
	return shown, nil
}

// notices say what keeps the run from charging.
func (p *Pages) notices(figures prepaid.RunFigures) (all []web.Notice) {
	if leapt := p.Leapt(); leapt != 0 {
		all = append(all, web.Notice{
			Tone: web.Bad, Title: "The server's clock has leapt by " + leapt.Round(time.Minute).String() + ": nothing is charged.",
			Text: "Devices are answered by what was known before. It goes on by itself when the clock is right again; if the new time is the right one, " +
				"the operator confirms it with “chancery clock confirm”.",
		})
	}
	if len(all) == 0 && figures.Due >= prepaid.MostCounted {
		all = append(all, web.Notice{
			Tone: web.Warning, Title: "Very many devices are due.", Text: "The run catches up by itself; time in which no server ran is not charged afterwards.",
		})
	}
	return all
}

// chunk tells of the last chunk that the run of this process has charged.
func chunk(r prepaid.Progress) []web.Fact {
	last := web.Fact{Label: "Last chunk", Cell: web.Cell{Text: "none since this server started", Quiet: true}, Hint: "the run charges in chunks that hold the database for a moment only"}
	if !r.LastAt.IsZero() {
		last.Cell = web.Cell{When: r.LastAt, Sub: "took " + strconv.FormatFloat(float64(r.Last.Microseconds())/1000, 'f', 1, 64) + " ms"}
	}
	return []web.Fact{
		last, {Label: "Chunks", Cell: web.Cell{Text: web.Number(r.Chunks)}, Hint: "since this server started; of several servers one runs it at a time"},
	}
}
