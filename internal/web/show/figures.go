package show

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/web"
)

// Span is some days up to the present one.
type Span struct {
	Days        int
	First, Last int64 // days since 1970-01-01 UTC, both within
}

// SpanOf is the span that a page was asked for with ?days=; else is the default.
func SpanOf(q *web.Request, otherwise int) Span {
	n, err := strconv.Atoi(q.Text("days"))
	if err != nil || !slices.Contains(figures.Spans(), n) {
		n = otherwise
	}
	last := figures.DayOf(q.Now())
	return Span{Days: n, First: last - int64(n) + 1, Last: last}
}

// From is the span's first instant.
func (s Span) From() time.Time { return figures.StartOf(s.First) }

// SpanOptions are the spans to choose from.
func SpanOptions() []web.Option {
	options := make([]web.Option, 0, len(figures.Spans()))
	for _, n := range figures.Spans() {
		options = append(options, web.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + " days"})
	}
	return options
}

// Labels are the span's days along an axis.
func (s Span) Labels() []string {
	labels := make([]string, 0, s.Days)
	for day := s.First; day <= s.Last; day++ {
		labels = append(labels, calendar.Numbered(day).Short())
	}
	return labels
}

// Series adds a figure's rows up by day.
func (s Span) Series(name string, tone web.Tone, rows []figures.Row) web.Series {
	line := web.Series{Name: name, Tone: tone, Values: make([]int64, s.Days)}
	for _, r := range rows {
		if r.Day >= s.First && r.Day <= s.Last {
			line.Values[r.Day-s.First] += r.N
		}
	}
	return line
}

// SeriesByValue gives a line for each of the most frequent values of a figure, and
// one for all others together.
func (s Span) SeriesByValue(rows []figures.Row, most int, name func(value string) string) []web.Series {
	return s.seriesByValue(rows, most, func(value string) (string, web.Tone) { return name(value), "" })
}

// Refused gives SeriesByValue of refusals, in the colours of their badges. Those of
// one colour stand together.
func (s Span) Refused(rows []figures.Row, most int) []web.Series {
	series := s.seriesByValue(rows, most, func(value string) (string, web.Tone) {
		number, _ := strconv.Atoi(value) // what is no number has a tone of its own
		return ReasonOf(value), ReasonTone(number)
	})
	order := []web.Tone{web.Warning, web.Info, web.Bad, web.Neutral}
	slices.SortStableFunc(series, func(a, b web.Series) int { return slices.Index(order, a.Tone) - slices.Index(order, b.Tone) })
	return series
}

func (s Span) seriesByValue(rows []figures.Row, most int, look func(value string) (string, web.Tone)) []web.Series {
	total := map[string]int64{}
	for _, r := range rows {
		total[r.Value] += r.N
	}
	values := make([]string, 0, len(total))
	for v := range total {
		values = append(values, v)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(total[b], total[a]), cmp.Compare(a, b)) })
	var series []web.Series
	var others []figures.Row
	for i, v := range values {
		of := slices.DeleteFunc(slices.Clone(rows), func(r figures.Row) bool { return r.Value != v })
		if i < most && v != figures.Rest {
			name, tone := look(v)
			series = append(series, s.Series(name, tone, of))
		} else {
			others = append(others, of...)
		}
	}
	if len(others) > 0 {
		series = append(series, s.Series("Others", web.Neutral, others))
	}
	return series
}

// Sum adds rows up.
func Sum(rows []figures.Row) (n int64) {
	for _, r := range rows {
		n += r.N
	}
	return n
}

// Of is what the rows say of one value.
func Of(rows []figures.Row, value string) (n int64) {
	for _, r := range rows {
		if r.Value == value {
			n += r.N
		}
	}
	return n
}

// AsOf says when figures were counted.
func AsOf(p *web.Page, at time.Time) string {
	if at.IsZero() {
		return "The figures are being counted for the first time; look again in a minute."
	}
	return "Counted " + p.At(at).Text + ". Days begin at midnight UTC."
}

// ReasonOf gives the short words of a figure's refusal.
func ReasonOf(value string) string {
	number, err := strconv.Atoi(value)
	if err != nil {
		return "Others"
	}
	return refusal.Words(number)
}

// ReasonTone gives the tone of a refusal: what more tokens or sessions would help
// is a chance, the rest is not.
func ReasonTone(number int) web.Tone {
	switch number {
	case refusal.NoTokenLeft, refusal.NoSessionLeft:
		return web.Warning
	case refusal.Expired, refusal.NotActive, refusal.VersionNotAllowed:
		return web.Info
	}
	return web.Bad
}

// ValueOr is a value of a figure for people; otherwise stands for nothing.
func ValueOr(value, otherwise string) string {
	switch value {
	case "":
		return otherwise
	case figures.Rest:
		return "Others"
	}
	return value
}

// StateBadge is the badge of licences in a state.
func StateBadge(state string) web.Badge {
	switch state {
	case figures.StateOff:
		return web.BadgeInactive
	case figures.StateExpired:
		return web.BadgeExpired
	case figures.StateNotStarted:
		return web.BadgeNotStarted
	case figures.StateUsedUp:
		return web.BadgeUsedUp
	case figures.StateGoodwill:
		return web.BadgeGoodwill
	case figures.StateExpiring:
		return web.BadgeExpiring
	}
	return web.BadgeValid
}

// AddTokensHref is the form that adds activations to a licence.
func AddTokensHref(base string, license ident.UUID) string {
	return base + "/goodwill/" + license.String() + "/tokens"
}
