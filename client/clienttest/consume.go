package clienttest

import (
	"fmt"
	"math"
	"net/http"
	"slices"

	"chancery/client"
)

// consumption is the answer to one entry.
type consumption struct {
	TransactionID *string  `json:"transaction_id"`
	LimitationID  string   `json:"limitation_id"`
	Remaining     *float64 `json:"remaining"`
	Balance       *float64 `json:"balance"`
	Limit         *float64 `json:"limit"`
	Reason        *string  `json:"reason"`
}

// Consumed is what was counted of the limitation with this id so far.
func (s *Server) Consumed(limitationID string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.consumed[limitationID]
}

// limitations are the licence's, with what is left of those that are consumed.
func (s *Server) limitations() []client.Limitation {
	all := slices.Clone(s.license.Limitations)
	for i := range all {
		if l := &all[i]; l.ResetMode != 0 && l.Value != nil {
			left := *l.Value - s.consumed[l.ID]
			l.Remaining, l.Balance = &left, &left
		}
	}
	return all
}

// consume counts each entry once, up to the limit, as the real server does
// without goodwill and resets.
func (s *Server) consume(request asked) (int, any) {
	answers := make([]consumption, len(request.Entries))
	for i, e := range request.Entries {
		at := slices.IndexFunc(s.license.Limitations, func(l client.Limitation) bool { return l.ID == e.LimitationID && l.ResetMode != 0 })
		if at < 0 {
			return http.StatusConflict, refuse(client.RefusalUnknownLimitation)
		}
		if first, again := s.counted[e.ExternalID]; again {
			answers[i] = first
			continue
		}
		limit := s.license.Limitations[at].Value
		a := consumption{LimitationID: e.LimitationID, Limit: limit}
		if limit != nil && s.consumed[e.LimitationID]+e.Value > *limit {
			reason := "exhausted"
			a.Reason = &reason
		} else {
			s.consumed[e.LimitationID] += e.Value
			id := fmt.Sprintf("transaction-%d", len(s.counted)+1)
			a.TransactionID = &id
		}
		if limit != nil {
			left := *limit - s.consumed[e.LimitationID]
			a.Remaining, a.Balance = &left, &left
		} else {
			unlimited := float64(math.MaxInt32) // the protocol has no null here
			a.Remaining, a.Balance, a.Limit = &unlimited, &unlimited, &unlimited
		}
		if a.TransactionID != nil && e.ExternalID != "" {
			s.counted[e.ExternalID] = a
		}
		answers[i] = a
	}
	return http.StatusOK, answers
}
