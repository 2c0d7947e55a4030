package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"chancery/internal/calendar"
)

// Moment is an instant as a page shows it: in the viewer's zone, with UTC on hover.
type Moment struct {
	Text    string // "2 hours ago", "14 Mar 2027, 09:30"
	Title   string // the other form, and UTC
	Machine string // for <time datetime>
}

// Ago gives an instant relative to now where that helps, within 30 days.
func (p *Page) Ago(t time.Time) Moment {
	m := p.At(t)
	if t.IsZero() {
		return m
	}
	if rel := p.Language.Relative(t, p.Now); rel != "" {
		m.Title = m.Text + " · " + m.Title
		m.Text = rel
	}
	return m
}

// At gives an instant to the minute.
func (p *Page) At(t time.Time) Moment {
	if t.IsZero() {
		return Moment{Text: "—"}
	}
	return Moment{
		Text: p.Language.Minute(t, p.zone()), Title: t.UTC().Format("2006-01-02 15:04:05") + " UTC",
		Machine: calendar.WriteInstant(t),
	}
}

// Day gives the day of an instant, the viewer's.
func (p *Page) Day(t time.Time) Moment {
	m := p.At(t)
	if !t.IsZero() {
		m.Title = m.Text + " · " + m.Title
		m.Text = p.Language.Day(calendar.DayOf(t, p.zone()))
	}
	return m
}

// FirstDay gives a beginning: a day of the vendor's, or an instant where it is none.
func (p *Page) FirstDay(at time.Time) Moment {
	m := p.At(at)
	if !at.IsZero() && calendar.IsFirstDay(at, p.days()) {
		day := calendar.DayOf(at, p.days())
		m = Moment{Text: p.Language.Day(day), Title: p.T("from %s", m.Text) + " · " + m.Title, Machine: day.String()}
	}
	return m
}

// LastDay gives an exclusive end: a last day of the vendor's, or an instant where it
// is none.
func (p *Page) LastDay(end time.Time) Moment {
	m := p.At(end)
	if p.isLastDay(end) {
		day := calendar.LastDay(end, p.days())
		m = Moment{Text: p.Language.Day(day), Title: p.T("until %s", m.Text) + " · " + m.Title, Machine: day.String()}
	}
	return m
}

// Ending gives an exclusive end relative to now where that helps, as Ago does.
func (p *Page) Ending(end time.Time) Moment {
	m := p.LastDay(end)
	if rel := p.Language.Relative(end, p.Now); rel != "" && !end.IsZero() {
		m.Title = m.Text + " · " + m.Title
		m.Text = rel
	}
	return m
}

// UTCDay gives a day that is counted in UTC, as figures and reports of clients are.
func UTCDay(d calendar.Day) Moment {
	return Moment{Text: d.Text(), Title: d.String() + " UTC", Machine: d.String()}
}

// DaysSince gives the viewer's days from an instant on until today, as charts name
// them, and the place of an instant among them; less than 0 for one outside of them.
func (p *Page) DaysSince(from time.Time) (labels []string, place func(time.Time) int) {
	return p.daysSince(from, p.zone())
}

// LastDays gives the vendor's last n days, today among them, as DaysSince does, and the
// instant at which the first of them begins.
func (p *Page) LastDays(n int) (from time.Time, labels []string, place func(time.Time) int) {
	from = calendar.DayOf(p.Now, p.days()).AddDays(1 - n).Begins(p.days())
	labels, place = p.daysSince(from, p.days())
	return from, labels, place
}

func (p *Page) daysSince(from time.Time, zone *time.Location) (labels []string, place func(time.Time) int) {
	first := calendar.DayOf(from, zone)
	for d, last := first, calendar.DayOf(p.Now, zone); d.Number() <= last.Number(); d = d.AddDays(1) {
		labels = append(labels, p.Language.Day(d))
	}
	return labels, func(t time.Time) int {
		if n := int(calendar.DayOf(t, zone).Number() - first.Number()); n < len(labels) {
			return n
		}
		return -1
	}
}

// Until says until when something holds that has an exclusive end: "until the end of
// 31 Dec 2027", "until 14 Mar 2027, 09:30".
func (p *Page) Until(end time.Time) string {
	if p.isLastDay(end) {
		return p.T("until the end of %s", p.LastDay(end).Text)
	}
	return p.T("until %s", p.At(end).Text)
}

func (p *Page) isLastDay(end time.Time) bool {
	return !end.IsZero() && calendar.IsLastDay(end, p.days())
}

// LastDayValue is the last day before an exclusive end as a DateField takes it; empty
// for none. Values.LastDay reads it.
func LastDayValue(end time.Time, zone *time.Location) string {
	if end.IsZero() {
		return ""
	}
	return calendar.LastDay(end, zone).String()
}

// FirstDayValue is the day of a beginning as a DateField takes it; empty for none.
// Values.FirstDay reads it.
func FirstDayValue(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return calendar.DayOf(at, zone).String()
}

// ZoneName is the zone that the page's times are in, as people call it.
func (p *Page) ZoneName() string { return zoneName(p.zone()) }

// DaysZoneName is the zone that first and last days are of; empty where it is the one
// that the page's times are in.
func (p *Page) DaysZoneName() string {
	if name := zoneName(p.days()); name != p.ZoneName() {
		return name
	}
	return ""
}

func zoneName(zone *time.Location) string { return strings.ReplaceAll(zone.String(), "_", " ") }

func (p *Page) days() *time.Location {
	if p.VendorZone == nil {
		return p.zone()
	}
	return p.VendorZone
}

func (p *Page) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// Count gives "1 device", "1,204 devices".
func Count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number groups the digits of n.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Percent gives part of whole in whole percent, never 100 unless all of it.
func Percent(part, whole int64) string {
	if whole <= 0 {
		return "—"
	}
	p := part * 100 / whole
	return fmt.Sprintf("%d %%", p)
}

func initials(name, email string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '.' || r == '@' })
	if len(words) == 0 {
		words = []string{email}
	}
	var out []rune
	for _, w := range words {
		for _, r := range w {
			out = append(out, unicode.ToUpper(r))
			break
		}
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

// Country gives the flag of a two-letter country code, as the two regional
// indicator letters; empty for others.
func Country(code string) string {
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		return ""
	}
	const indicatorA = 0x1F1E6
	return string([]rune{rune(code[0]-'A') + indicatorA, rune(code[1]-'A') + indicatorA})
}
