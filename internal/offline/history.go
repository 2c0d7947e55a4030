package offline

import (
	"maps"
	"math"
	"slices"
	"time"

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
	UpdatedAt  time.Time
}

// Mark is a place in an activation's records.
type Mark = signed.Mark

// Step is a place in the records with all that was consumed up to it, in millionths by
// limitation, since the history began.
type Step struct {
	Mark  signed.Mark          `json:"mark"`
	Total map[ident.UUID]int64 `json:"total,omitempty"`
}

const maxSteps = 64

// maxHistories is how many copies of one device are told apart. Who has its key could make
// as many as they like.
const maxHistories = 16

// judged is what a report comes to.
type judged struct {
	known *History             // that it goes on; nil: it begins one
	copy  bool                 // it begins one although there are others: the device was copied or put back
	next  Step                 // the history's newest step
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
	return judged{copy: len(known) > 0, next: Step{r.Last, sums}, more: sums}
}

// goesOn reports whether a report goes on a history: its base is known there, and the
// newest place known there is one that the report says it has come by.
func goesOn(h *History, r signed.Report, sums map[ident.UUID]int64) (judged, bool) {
	newest := h.newest()
	base, ok := h.step(r.Base)
	passed := newest.Mark == r.Base || newest.Mark == r.Last || slices.Contains(r.Points, newest.Mark)
	if !ok || !passed {
		return judged{}, false
	}
	total := maps.Clone(base.Total)
	if total == nil {
		total = map[ident.UUID]int64{}
	}
	for id, n := range sums {
		total[id] += n
	}
	for id, n := range newest.Total {
		if total[id] < n {
			return judged{}, false // it tells less than it told before
		}
	}
	j := judged{known: h, next: Step{r.Last, total}, more: map[ident.UUID]int64{}}
	for id, n := range total {
		if d := n - newest.Total[id]; d != 0 {
			j.more[id] = d
		}
	}
	return j, true
}

func (h *History) newest() Step {
	if len(h.Marks) == 0 {
		return Step{}
	}
	return h.Marks[len(h.Marks)-1]
}

// step finds a place in the records; the beginning is known everywhere.
func (h *History) step(m signed.Mark) (Step, bool) {
	for _, s := range h.Marks {
		if s.Mark == m {
			return s, true
		}
	}
	return Step{}, m == signed.Mark{}
}

// goOn is the history after a report.
func (h *History) goOn(j judged, r signed.Report, document []byte, now time.Time) {
	h.Report, h.Hash, h.UpdatedAt, h.Copy = r.Number, signed.ReportHash(document), now, h.Copy || j.copy
	if h.newest().Mark != j.next.Mark || len(h.Marks) == 0 {
		h.Marks = append(h.Marks, j.next)
		h.Marks = h.Marks[max(0, len(h.Marks)-maxSteps):]
	}
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
