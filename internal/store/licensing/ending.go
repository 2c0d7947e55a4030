package licensing

import (
	"context"
	"iter"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// endPage is how many licences are read at once that end.
const endPage = 500

// NoteEnd implements licensing.Store.
func (*Store) NoteEnd(t tx.Tx, v ident.VendorID, l ident.LicenseID, kind string, ends time.Time) (bool, error) {
	n, err := store.On(t).Exec(`INSERT INTO license_notices (vendor_id, license_id, kind, ends_at, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vendor_id, license_id, kind, ends_at) DO NOTHING`, v, l, kind, ends.UnixMilli(), t.Now().UnixMilli())
	return n == 1, err
}

// ForgetEnd implements licensing.Store.
func (*Store) ForgetEnd(t tx.Tx, v ident.VendorID, l ident.LicenseID, kind string, ends time.Time) (bool, error) {
	n, err := store.On(t).Exec(`DELETE FROM license_notices WHERE vendor_id = $1 AND license_id = $2 AND kind = $3 AND ends_at = $4`,
		v, l, kind, ends.UnixMilli())
	return n == 1, err
}

// Settled implements licensing.Reader.
func (s *Store) Settled(ctx context.Context) ([]ident.VendorID, error) {
	rows, err := s.db.Query(ctx, `SELECT id FROM vendors WHERE id NOT IN (SELECT vendor_id FROM zone_moves) ORDER BY id`)
	return collect(rows, err, func(scan store.Scan) (ident.VendorID, error) {
		var n int64
		err := scan(&n)
		return ident.VendorOf(n), err
	})
}

// notNoted leaves out whose end was announced already.
func notNoted(kind string) func(q *store.Selection, end string, args []any) {
	return func(q *store.Selection, end string, args []any) {
		q.And(`NOT EXISTS (SELECT 1 FROM license_notices n WHERE n.vendor_id = l.vendor_id AND n.license_id = l.id AND n.kind = ? AND n.ends_at = `+
			end+`)`, append([]any{kind}, args...)...)
	}
}

// Ending implements licensing.Reader.
func (s *Store) Ending(ctx context.Context, v ident.VendorID, kind string, from, to time.Time) iter.Seq2[ident.LicenseID, error] {
	return func(yield func(ident.LicenseID, error) bool) {
		all, err := s.ways(ctx, v)
		if err != nil {
			yield(0, err)
			return
		}
		for _, w := range all {
			last := endsAfter(from)
			for more := true; more; {
				page, err := s.endsBy(ctx, w, v, last, to.UnixMilli(), endPage, notNoted(kind))
				if err != nil {
					yield(0, err)
					return
				}
				for _, last = range page {
					if !yield(last.id, nil) {
						return
					}
				}
				more = len(page) == endPage
			}
		}
	}
}

// EndAfter implements licensing.Reader.
func (s *Store) EndAfter(ctx context.Context, v ident.VendorID, after time.Time) (int64, error) {
	all, err := s.ways(ctx, v)
	if err != nil {
		return 0, err
	}
	first := int64(0)
	for _, w := range all {
		found, err := s.endsBy(ctx, w, v, endsAfter(after), after.Add(endHorizon).UnixMilli(), 1, nil)
		if err != nil {
			return 0, err
		}
		if len(found) > 0 {
			first = store.Sooner(first, found[0].at)
		}
	}
	return first, nil
}

// endHorizon is how far EndAfter looks ahead.
const endHorizon = 500 * 24 * time.Hour
