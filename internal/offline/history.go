package offline

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"chancery/internal/ident"
	"chancery/signed"
)

// History is what is known of an activation's records as one device has told them. There
// is more than one where the device was copied, or put back to an older state.
type History struct {
	ID         int64 // 0: not stored yet
	License    ident.LicenseID
	Activation ident.UUID
	Report     int64  // number of the last report
	Hash       string // of the last report
	Marks      []Step // what reports went up to, oldest first, at most maxSteps
	Copy       bool   // it goes another way than one that was there before
	Forked     bool   // a copy was seen just now, whether or not staff have seen an earlier one
	UpdatedAt  time.Time
	Hostname   string // of the device, as its last report says
}

// Mark is a place in an activation's records.
type Mark = signed.Mark

// Step is a place in the records with all that was consumed up to it, in millionths by
// limitation, since the history began.
type Step struct {
	Mark  signed.Mark          `json:"mark"`
	Total map[ident.UUID]int64 `json:"total,omitempty"`

	// Passed says that a report has come by this place, and none has gone up to it yet:
	// its total is not known.
	Passed bool `json:"passed,omitempty"`
}

const maxSteps = 64

// maxHistories is how many copies of one device are told apart. Who has its key could make
// as many as they like.
const maxHistories = 16

// judged is what a report comes to.
type judged struct {
	known *History             // that it goes on; nil: it begins one
	copy  bool                 // it begins one although there are others: the device was copied or put back
	old   bool                 // later reports have told all of it
	from  []Step               // where a history that it begins leaves another one
	next  Step                 // how far it goes
	more  map[ident.UUID]int64 // what is to be counted
}

// judge finds the history that a report goes on, and what of it is new. A report that
// goes on none is counted in full, as a history of its own: nothing that was used is lost.
func judge(known []History, r signed.Report, sums map[ident.UUID]int64) judged {
	for i := range known {
		if j, ok := goesOn(&known[i], r, sums); ok {
			return j
		}
	}
	j := judged{copy: len(known) > 0, next: Step{Mark: r.Last, Total: sums}, more: sums}
	for i := range known {
		branch(&j, &known[i], r, sums)
	}
	return j
}

// branch has a history of its own begin at the newest place that it has in common with
// another one: what was used up to there is counted.
func branch(j *judged, h *History, r signed.Report, sums map[ident.UUID]int64) {
	base, ok := h.step(r.Base)
	if !ok {
		return
	}
	total := sum(base.Total, sums)
	for _, m := range append([]signed.Mark{r.Base}, r.Points...) {
		s, ok := h.step(m)
		deeper := len(j.from) == 0 || s.Mark.Number > j.from[len(j.from)-1].Mark.Number
		if !ok || m.Number == 0 || !deeper || !within(s.Total, total) {
			continue
		}
		j.next.Total, j.more = total, minus(total, s.Total)
		j.from = nil
		for _, earlier := range h.Marks {
			if earlier.Mark.Number <= s.Mark.Number && !earlier.Passed {
				j.from = append(j.from, earlier)
			}
		}
	}
}

func sum(a, b map[ident.UUID]int64) map[ident.UUID]int64 {
	all := maps.Clone(b)
	if all == nil {
		all = map[ident.UUID]int64{}
	}
	for id, n := range a {
		all[id] += n
	}
	return all
}

// minus gives what amounts are above others.
func minus(amounts, others map[ident.UUID]int64) map[ident.UUID]int64 {
	more := map[ident.UUID]int64{}
	for id, n := range amounts {
		if d := n - others[id]; d > 0 {
			more[id] = d
		}
	}
	return more
}

// goesOn reports whether a report goes on a history: its base is known there, and the
// newest place known there is one that the report says it has come by. Or the history
// has come by the report's own last place: it was overtaken by a later one.
func goesOn(h *History, r signed.Report, sums map[ident.UUID]int64) (judged, bool) {
	newest := h.newest()
	base, ok := h.step(r.Base)
	if !ok {
		return judged{}, false
	}
	total := sum(base.Total, sums)
	j := judged{known: h, next: Step{Mark: r.Last, Total: total}}
	if newest.Mark != r.Last && h.passed(r.Last) {
		j.old = true
		return j, within(total, newest.Total)
	}
	// What tells less than was told before is another history.
	if newest.Mark != r.Base && newest.Mark != r.Last && !slices.Contains(r.Points, newest.Mark) || !within(newest.Total, total) {
		return judged{}, false
	}
	j.more = minus(total, newest.Total)
	return j, true
}

// within reports whether no amount is above the other one.
func within(amounts, others map[ident.UUID]int64) bool {
	for id, n := range amounts {
		if n > others[id] {
			return false
		}
	}
	return true
}

// Told is a report as others of its activation are compared with it.
type Told struct {
	Number         int64
	Hash, Previous string
}

// forked reports whether a report can't come from the device that made these: another one
// has its number and its predecessor, or a neighbour does not fit. Both are counted; what
// of them is new is for judge to say.
func forked(others []Told, r Told) bool {
	var before, after, fit bool
	for _, o := range others {
		switch {
		case o.Hash == r.Hash:
		case o.Number == r.Number && o.Previous == r.Previous:
			return true
		case o.Number == r.Number-1:
			before, fit = true, fit || o.Hash == r.Previous
		case o.Number == r.Number+1:
			after, fit = true, fit || o.Previous == r.Hash
		}
	}
	return (before || after) && !fit
}

func (h *History) newest() Step {
	if len(h.Marks) == 0 {
		return Step{}
	}
	return h.Marks[len(h.Marks)-1] // never one that was only passed
}

// step finds a place in the records; the beginning is known everywhere.
func (h *History) step(m signed.Mark) (Step, bool) {
	for _, s := range h.Marks {
		if s.Mark == m && !s.Passed {
			return s, true
		}
	}
	return Step{}, m == signed.Mark{}
}

// passed reports whether the history has come by a place in the records.
func (h *History) passed(m signed.Mark) bool {
	return slices.ContainsFunc(h.Marks, func(s Step) bool { return s.Mark == m })
}

// goOn is the history after a report.
func (h *History) goOn(j judged, r signed.Report, document []byte, now time.Time) {
	h.UpdatedAt, h.Copy, h.Forked = now, h.Copy || j.copy, j.copy
	if r.Hostname != "" {
		h.Hostname = strings.Map(func(c rune) rune {
			if unicode.IsControl(c) {
				return -1
			}
			return c
		}, r.Hostname)
	}
	if r.Number > h.Report {
		h.Report, h.Hash = r.Number, signed.ReportHash(document)
	}
	for _, m := range r.Points {
		h.note(Step{Mark: m, Passed: true})
	}
	h.note(j.next)
	h.Marks = h.Marks[max(0, len(h.Marks)-maxSteps):]
}

// note puts a step in its place among the others.
func (h *History) note(s Step) {
	at, _ := slices.BinarySearchFunc(h.Marks, s, func(a, b Step) int { return cmp.Compare(a.Mark.Number, b.Mark.Number) })
	for ; at < len(h.Marks) && h.Marks[at].Mark.Number == s.Mark.Number; at++ {
		if h.Marks[at].Mark == s.Mark {
			if h.Marks[at].Passed {
				h.Marks[at] = s
			}
			return
		}
	}
	h.Marks = slices.Insert(h.Marks, at, s)
}

// maxUsed bounds what one report may tell, in millionths.
const maxUsed = math.MaxInt64 / 8

// sumsOf reads the sums of a report in millionths; false where one is no amount that can
// be counted.
func sumsOf(r signed.Report) (map[ident.UUID]int64, bool) {
	sums := map[ident.UUID]int64{}
	for _, c := range r.Consumptions {
		id, err := ident.ParseUUID(c.LimitationID)
		n, ok := millionths(c.Value)
		if err != nil || !ok || n < 0 || n > maxUsed {
			return nil, false
		}
		sums[id] = n
	}
	return sums, true
}

// millionths reads a decimal that package signed has checked.
func millionths(text string) (int64, bool) {
	var n int64
	places := -1
	for i, c := range []byte(text) {
		switch {
		case c == '-' && i == 0:
			return 0, false // nothing is given back by a file
		case c == '.' && places < 0:
			places = 0
			continue
		case c < '0' || c > '9' || n > maxUsed:
			return 0, false
		}
		n = n*10 + int64(c-'0')
		if places >= 0 {
			places++
		}
	}
	for range 6 - max(places, 0) {
		if n *= 10; n > maxUsed || n < 0 {
			return 0, false
		}
	}
	return n, places <= 6
}
