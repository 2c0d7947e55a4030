package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// ReleasedAtOnce is how many activations one request of staff's releases at most.
const ReleasedAtOnce = 500

// releasedAnyway is how many a transaction releases however long they take, so that
// a licence of a few machines is emptied by one call.
const releasedAnyway = 20

// ReleaseSome releases present activations of a licence for staff, the oldest first,
// releasedAnyway and then for as long as the transaction has time. more tells that
// others are left.
func (s *Service) ReleaseSome(t tx.Tx, v ident.VendorID, license ident.LicenseID) (released int, more bool, err error) {
	present, err := s.store.PresentActivations(t, v, license, ReleasedAtOnce+1)
	if err != nil {
		return 0, false, err
	}
	looked, released, err := s.releaseOf(t, v, license, present[:min(len(present), ReleasedAtOnce)])
	return released, looked < len(present), err
}

// ReleaseAll is ReleaseSome in portions, of ReleasedAtOnce activations or a few more.
func (s *Service) ReleaseAll(ctx context.Context, v ident.VendorID, license ident.LicenseID) (released int, more bool, err error) {
	for more = true; more && released < ReleasedAtOnce && ctx.Err() == nil; {
		n := 0
		if err := tx.Paced(ctx, func(ctx context.Context) error {
			return s.runner.Run(ctx, func(t tx.Tx) (err error) {
				n, more, err = s.ReleaseSome(t, v, license)
				return err
			})
		}); err != nil {
			return released, more, err
		}
		released += n
	}
	return released, more, context.Cause(ctx)
}

// ReleaseEach releases these activations of a licence for staff, in portions, and
// tells how many. Those of other licences, and those that were released before, are
// left alone: it may be asked twice.
func (s *Service) ReleaseEach(ctx context.Context, v ident.VendorID, license ident.LicenseID, ids []ident.UUID) (released int, err error) {
	for len(ids) > 0 && ctx.Err() == nil {
		looked, n := 0, 0
		if err := tx.Paced(ctx, func(ctx context.Context) error {
			return s.runner.Run(ctx, func(t tx.Tx) (err error) {
				looked, n, err = s.releaseOf(t, v, license, ids)
				return err
			})
		}); err != nil {
			return released, err
		}
		ids, released = ids[looked:], released+n
	}
	return released, context.Cause(ctx)
}

// releaseOf releases activations of a licence, in their order: releasedAnyway, and then
// for as long as the transaction has time. It tells at how many it looked.
func (s *Service) releaseOf(t tx.Tx, v ident.VendorID, license ident.LicenseID, ids []ident.UUID) (looked, released int, err error) {
	for _, id := range ids {
		ok, err := s.ReleaseOf(t, v, license, id, ByStaff)
		if err != nil {
			return looked, released, err
		}
		if ok {
			released++
		}
		if looked++; looked >= releasedAnyway && t.Spent() {
			break
		}
	}
	return looked, released, nil
}
