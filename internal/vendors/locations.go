package vendors

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Locations is where devices were, as it is stored.
type Locations interface {
	// ForgetLocations takes country and city from the next activations behind after, by
	// their ids, and from their history: a small step of them. last is the activation up
	// to which it went; 0 when there are no more.
	ForgetLocations(t tx.Tx, v ident.VendorID, after int64) (last int64, err error)
}

// LocationRemoval is how far the removal of a vendor's stored locations has come.
type LocationRemoval struct {
	At    time.Time // when the vendor asked for it
	Pass  int       // 1, then 2
	After int64     // up to which activation, by id, that was done
}

// lateReports is how long after the vendor's word a report may still be written down
// with a place: copies of the server hear of the change within a second, and a request
// takes no longer than this. The second pass begins after it.
const lateReports = time.Minute

// removeLocations begins the removal of what is stored, when the vendor has just said
// that no location is to be.
func (s *Service) removeLocations(t tx.Tx, before, after Vendor) error {
	if before.StoreNoLocation == after.StoreNoLocation || s.Locations == nil {
		return nil
	}
	if !after.StoreNoLocation {
		return s.Store.EndLocationRemoval(t, after.ID)
	}
	return s.Store.NoteLocationRemoval(t, after.ID, LocationRemoval{At: t.Now(), Pass: 1})
}

// FinishLocationRemovals goes on with removals of stored locations, a portion at a time,
// and tells how many portions that were.
func (s *Service) FinishLocationRemovals(ctx context.Context) (done int, err error) {
	removing, err := s.Reader.RemovingLocations(ctx)
	if err != nil {
		return 0, err
	}
	for _, v := range removing {
		n, err := tx.Portions(ctx, s.Runner, func(t tx.Tx) (bool, error) { return s.forgetPortion(t, v) })
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
}

// forgetPortion goes on with one removal while the transaction has time, and reports
// whether more can be done at once.
func (s *Service) forgetPortion(t tx.Tx, id ident.VendorID) (more bool, err error) {
	if _, found, err := s.Store.Get(t, id); err != nil || !found { // the lock of the switch
		return false, err
	}
	r, noted, err := s.Store.NotedLocationRemoval(t, id)
	if err != nil || !noted || r.Pass > 1 && r.After == 0 && t.Now().Before(r.At.Add(lateReports)) {
		return false, err
	}
	for {
		if r.After, err = s.Locations.ForgetLocations(t, id, r.After); err != nil {
			return false, err
		}
		if r.After == 0 {
			if r.Pass++; r.Pass > 2 {
				return false, s.Store.EndLocationRemoval(t, id)
			}
			return true, s.Store.NoteLocationRemoval(t, id, r)
		}
		if t.Spent() {
			return true, s.Store.NoteLocationRemoval(t, id, r)
		}
	}
}
