package audit

import (
	"context"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Stand tells how things stand in a vendor's log, before they are read.
func (s Store) Stand(ctx context.Context, vendor ident.VendorID, things ...audit.Thing) (audit.Standing, error) {
	stand := audit.Standing{Things: things}
	if _, err := s.DB.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM audit_log WHERE vendor_id = $1`, []any{vendor}, &stand.Above); err != nil {
		return stand, err
	}
	stand.Above = max(0, stand.Above-audit.Overlap)
	for _, thing := range things {
		var n int64
		sqltext, args := about(`SELECT COUNT(*)`, vendor, thing, stand.Above, "")
		if _, err := s.DB.QueryRow(ctx, sqltext, args, &n); err != nil {
			return stand, err
		}
		stand.Count += n
	}
	return stand, nil
}

// Moved reports whether others have changed the things since, inside the
// transaction that has changed them itself: the locks that its change took keep
// whoever comes later behind it. Its own records are not written yet.
func (Store) Moved(t tx.Tx, vendor ident.VendorID, since audit.Standing) (bool, error) {
	var count int64
	for _, thing := range since.Things {
		var n int64
		sqltext, args := about(`SELECT COUNT(*)`, vendor, thing, since.Above, "")
		if _, err := store.On(t).QueryRow(sqltext, args, &n); err != nil {
			return false, err
		}
		count += n
	}
	return count != since.Count, nil
}

// Newest gives the newest change of a thing among the vendor's last records.
func (s Store) Newest(ctx context.Context, vendor ident.VendorID, thing audit.Thing) (r audit.Record, found bool, err error) {
	var above int64
	if _, err = s.DB.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM audit_log WHERE vendor_id = $1`, []any{vendor}, &above); err != nil {
		return r, false, err
	}
	sqltext, args := about(`SELECT `+recordColumns, vendor, thing, max(0, above-10*audit.Overlap),
		" AND (a.before_value IS NOT NULL OR a.subject_id IS NULL) ORDER BY a.id DESC LIMIT 1")
	all, err := store.All[audit.Record](s.DB.Query(ctx, sqltext, args...))(scanRecord)
	if err != nil || len(all) == 0 {
		return r, false, err
	}
	return all[0], true, nil
}

// about selects the records of a thing above an id.
func about(what string, vendor ident.VendorID, thing audit.Thing, above int64, end string) (sqltext string, args []any) {
	q := store.Select(what+` FROM audit_log a WHERE a.vendor_id =`, vendor)
	q.And("a.id > ?", above)
	q.And("a.subject = ?", thing.Subject)
	if !thing.ID.IsZero() {
		q.And("a.subject_id = ?", thing.ID)
		if thing.Subject == "license" {
			q.And("a.license_id = (SELECT id FROM licenses WHERE vendor_id = ? AND uuid = ?)", vendor, thing.ID)
		} else {
			q.And("a.license_id IS NULL") // which the index of such things holds
		}
	}
	return q.End(end)
}
