package show_test

import (
	"slices"
	"testing"

	"chancery/internal/figures"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Refusals have the colour of their badges in a chart too, and those of one colour
// stand together, the most frequent first.
func TestRefusalsHaveTheColoursOfTheirBadges(t *testing.T) {
	t.Parallel()
	span := show.Span{Days: 2, First: 10, Last: 11}
	of := func(reason string, n int64) figures.Row { return figures.Row{Day: 10, Value: reason, N: n} }
	series := span.Refused([]figures.Row{
		of("1001", 9), of("1007", 2), of("2003", 8), of("1002", 3), of("2000", 5), of(figures.Rest, 7), of("2001", 1), of("2000", 1),
	}, 6)
	want := []web.Series{
		{Name: "No activation left", Tone: web.Warning, Values: []int64{6, 0}},
		{Name: "No session left", Tone: web.Warning, Values: []int64{2, 0}},
		{Name: "Licence expired", Tone: web.Info, Values: []int64{9, 0}},
		{Name: "Licence off or not started", Tone: web.Info, Values: []int64{3, 0}},
		{Name: "Unknown token", Tone: web.Bad, Values: []int64{8, 0}},
		{Name: "Others", Tone: web.Neutral, Values: []int64{8, 0}},
	}
	if !slices.EqualFunc(series, want, func(a, b web.Series) bool {
		return a.Name == b.Name && a.Tone == b.Tone && slices.Equal(a.Values, b.Values)
	}) {
		t.Errorf("%+v\nwant %+v", series, want)
	}
}
