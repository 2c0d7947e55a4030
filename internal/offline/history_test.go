package offline

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/signed"
)

// place is a mark of a history that is named by letters: "a3" is the third record of a.
func place(name string) signed.Mark {
	if name == "" {
		return signed.Mark{}
	}
	n, err := strconv.ParseInt(name[1:], 10, 64)
	if err != nil {
		panic(err)
	}
	return signed.Mark{Number: n, Digest: name}
}

// told is a report: what it is based on, has come by, and goes up to, and what was used since its base.
type told struct {
	base, last string
	points     []string
	used       int64
}

func TestReportsAreCountedOnce(t *testing.T) {
	t.Parallel()
	meter := ident.UUID{1}
	for name, c := range map[string]struct {
		reports []told
		counted int64
		copies  int
	}{
		"one":                                 {[]told{{"", "a2", nil, 5}}, 5, 0},
		"one after the other, with receipts":  {[]told{{"", "a2", nil, 5}, {"a2", "a3", nil, 1}, {"a3", "a3", nil, 0}}, 6, 0},
		"a lost receipt":                      {[]told{{"", "a2", nil, 5}, {"", "a4", []string{"a2"}, 8}}, 8, 0},
		"two lost receipts":                   {[]told{{"", "a2", nil, 5}, {"", "a4", []string{"a2"}, 8}, {"", "a5", []string{"a2", "a4"}, 9}}, 9, 0},
		"an earlier receipt found again":      {[]told{{"", "a2", nil, 5}, {"", "a4", []string{"a2"}, 8}, {"a2", "a5", []string{"a4"}, 4}}, 9, 0},
		"nothing new":                         {[]told{{"", "a2", nil, 5}, {"", "a2", nil, 5}}, 5, 0},
		"a copy tells others of the same":     {[]told{{"", "a5", nil, 5}, {"", "b7", nil, 7}}, 12, 1},
		"both copies go on":                   {[]told{{"", "a5", nil, 5}, {"", "b7", nil, 7}, {"a5", "a6", nil, 1}, {"b7", "b9", nil, 2}}, 15, 1},
		"put back to before":                  {[]told{{"", "a5", nil, 5}, {"", "c3", nil, 3}}, 8, 1},
		"put back behind a receipt":           {[]told{{"", "a2", nil, 2}, {"a2", "a5", nil, 3}, {"a2", "c4", nil, 2}}, 7, 1},
		"put back to a report":                {[]told{{"", "a1", nil, 1}, {"", "a5", []string{"a1"}, 5}, {"", "c4", []string{"a1"}, 4}}, 8, 1},
		"and on from there":                   {[]told{{"", "a1", nil, 1}, {"", "a5", []string{"a1"}, 5}, {"", "c4", []string{"a1"}, 4}, {"a1", "c6", []string{"c4"}, 5}}, 10, 1},
		"a base that nobody knows":            {[]told{{"", "a2", nil, 2}, {"x9", "x10", nil, 1}}, 3, 1},
		"a first report behind a lost server": {[]told{{"a4", "a6", nil, 2}, {"a6", "a7", nil, 1}}, 3, 0},
		"nothing of what it told before":      {[]told{{"", "a2", nil, 5}, {"", "a4", []string{"a2"}, 0}}, 5, 1},
		"an earlier one behind a later":       {[]told{{"", "a5", []string{"a3"}, 5}, {"", "a3", nil, 3}}, 5, 0},
		"and on from that":                    {[]told{{"", "a5", []string{"a3"}, 5}, {"", "a3", nil, 3}, {"a3", "a7", []string{"a5"}, 4}}, 7, 0},
		"the same records in another file":    {[]told{{"", "a2", nil, 2}, {"", "a5", []string{"a2"}, 5}, {"", "a2", nil, 2}}, 5, 0},
		"an earlier one that tells more":      {[]told{{"", "a5", []string{"a3"}, 5}, {"", "a3", nil, 6}}, 11, 1},
		"less than it told before":            {[]told{{"", "a2", nil, 5}, {"", "a4", []string{"a2"}, 3}}, 8, 1},
	} {
		var known []History
		var counted int64
		copies := 0
		for i, r := range c.reports {
			report := signed.Report{Number: int64(i + 1), Base: place(r.base), Last: place(r.last)}
			for _, p := range r.points {
				report.Points = append(report.Points, place(p))
			}
			sums := map[ident.UUID]int64{}
			if r.used > 0 {
				sums[meter] = r.used
			}
			j := judge(known, report, maps.Clone(sums))
			for _, n := range j.more {
				counted += n
			}
			if j.copy {
				copies++
			}
			h := j.known
			if h == nil {
				known = append(known, History{ID: int64(i + 1), Marks: j.from})
				h = &known[len(known)-1]
			}
			h.goOn(j, report, []byte(name+strconv.Itoa(i)), time.Time{})
		}
		if counted != c.counted || copies != c.copies {
			t.Errorf("%s: %d counted, %d copies; want %d, %d", name, counted, copies, c.counted, c.copies)
		}
	}
}

func TestHistoriesAreBounded(t *testing.T) {
	t.Parallel()
	var h History
	for i := range int64(3 * maxSteps) {
		r := signed.Report{Number: i + 1, Base: h.newest().Mark, Last: signed.Mark{Number: i + 1, Digest: strconv.FormatInt(i, 10)}}
		j := judge([]History{h}, r, nil)
		if j.known == nil {
			t.Fatalf("report %d goes on nothing", i)
		}
		h.goOn(j, r, nil, time.Time{})
	}
	if len(h.Marks) != maxSteps {
		t.Errorf("%d places are kept", len(h.Marks))
	}
}

func TestAmountsOfReports(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"0": 0, "1": 1e6, "2.5": 25e5, "0.000001": 1, "999999999999": 999999999999e6} {
		if got, ok := millionths(text); !ok || got != want {
			t.Errorf("%s: %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"-1", "1e5", "", "9999999999999999999"} {
		if got, ok := millionths(text); ok && text != "" {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func TestForks(t *testing.T) {
	t.Parallel()
	a := []Told{{1, "a1", ""}, {2, "a2", "a1"}, {4, "a4", "a3"}}
	for name, c := range map[string]struct {
		r    Told
		want bool
	}{
		"the next one":             {Told{5, "a5", "a4"}, false},
		"one that came late":       {Told{3, "a3", "a2"}, false},
		"the same again":           {Told{2, "a2", "a1"}, false},
		"other content":            {Told{2, "b2", "a1"}, true},
		"another beginning":        {Told{1, "b1", ""}, true},
		"another predecessor":      {Told{5, "b5", "b4"}, true},
		"between those of another": {Told{3, "b3", "b2"}, true},
		"far behind":               {Told{9, "a9", "a8"}, false},
	} {
		if got := forked(a, c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	// Once two copies are told apart, each goes on in its own line.
	both := append(slices.Clone(a), Told{1, "b1", ""})
	if forked(both, Told{2, "b2", "b1"}) {
		t.Error("a copy that goes on is told as another one")
	}
}
