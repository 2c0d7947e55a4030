package metering

import (
	"bytes"
	"maps"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// ReportedCommand counts what a device without internet has used already.
type ReportedCommand struct {
	Vendor  ident.VendorID
	License ident.LicenseID
	Device  ident.DeviceID
	Used    map[ident.UUID]int64 // millionths by limitation, above zero
	Report  string               // names the report, in the ledger
}

// CountReported counts all of it, whatever the limits and the licence's standing say: it
// has been used. over are the limitations that are exceeded now. What the licence has no
// limitation for any more is left out.
func (s *Service) CountReported(t tx.Tx, c ReportedCommand) (over []ident.UUID, err error) {
	l, err := s.c.Licenses.License(t, c.Vendor, c.License)
	if err != nil || l == nil {
		return nil, err
	}
	inOrder := slices.SortedFunc(maps.Keys(c.Used), func(a, b ident.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range inOrder { // meters are locked in order
		k, ok := l.limitation(id)
		if !ok || c.Used[id] <= 0 {
			continue
		}
		exceeded, err := s.countReported(t, c, *l, k)
		if err != nil {
			return nil, err
		}
		if exceeded {
			over = append(over, id)
		}
	}
	return over, nil
}

func (s *Service) countReported(t tx.Tx, c ReportedCommand, l License, k terms.Limitation) (exceeded bool, err error) {
	m, zone, err := s.lock(t, c.Vendor, l.ID, k)
	if err != nil {
		return false, err
	}
	h := &held{license: l, limitation: k, meter: m, zone: zone}
	measured := k
	measured.MeasuredOnly = true
	d := decide(h.meter, measured, "", c.Used[k.ID])
	if d.refused != "" {
		return true, nil // the meter is at the end of what can be counted
	}
	e := Entry{Kind: Consumed, Amount: c.Used[k.ID], Device: c.Device, ExternalID: c.Report}
	if err := s.write(t, c.Vendor, h, &e); err != nil {
		return false, err
	}
	if err := s.tell(t, c.Vendor, h, d); err != nil {
		return false, err
	}
	exceeded = k.Limit != nil && h.meter.Consumed > Allowed(*k.Limit, k.GoodwillPercent)
	return exceeded, s.save(t, c.Vendor, h)
}
