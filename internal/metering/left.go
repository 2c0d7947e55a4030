package metering

import (
	"bytes"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Left gives what is left of the limits of a licence, in millionths, of those of which
// something is: what a device that nothing is heard of may have used.
func (s *Service) Left(t tx.Tx, c ReportedCommand) (map[ident.UUID]int64, error) {
	l, err := s.c.Licenses.License(t, c.Vendor, c.License)
	if err != nil || l == nil {
		return nil, err
	}
	left := map[ident.UUID]int64{}
	for _, k := range slices.SortedFunc(slices.Values(l.Limitations), func(a, b terms.Limitation) int { return bytes.Compare(a.ID[:], b.ID[:]) }) {
		if k.Limit == nil || k.MeasuredOnly {
			continue
		}
		m, _, err := s.lock(t, c.Vendor, l.ID, k)
		if err != nil {
			return nil, err
		}
		if n := *k.Limit - m.Consumed; n > 0 {
			left[k.ID] = n
		}
	}
	return left, nil
}
