package offline

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Copied implements offline.Store.
func (Store) Copied(t tx.Tx, v ident.VendorID, activation ident.UUID) (p offline.Place, found bool, err error) {
	found, err = store.On(t).QueryRow(`SELECT h.license_id, l.uuid, a.client_id FROM offline_histories h
		JOIN licenses l ON l.vendor_id = h.vendor_id AND l.id = h.license_id
		JOIN activations a ON a.vendor_id = h.vendor_id AND a.uuid = h.activation_uuid
		WHERE h.vendor_id = $1 AND h.activation_uuid = $2 AND h.is_copy = 1 LIMIT 1`, []any{v, activation}, &p.License, &p.LicenseUUID, &p.ClientID)
	return p, found, err
}

// SettleCopies implements offline.Store.
func (Store) SettleCopies(t tx.Tx, v ident.VendorID, activation ident.UUID, now time.Time) error {
	_, err := store.On(t).Exec(`UPDATE offline_histories SET settled_at = $1
		WHERE vendor_id = $2 AND activation_uuid = $3 AND is_copy = 1 AND settled_at IS NULL`, now.UnixMilli(), v, activation)
	return err
}

// Copies gives the copies of devices that staff have not seen yet, the newest first: of a
// licence, or of all where that is zero.
func (s Store) Copies(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.Copy], error) {
	q := store.Select(`SELECT h.id, h.activation_uuid, a.client_id, a.hostname, l.uuid, l.name, c.company_name FROM offline_histories h
		JOIN licenses l ON l.vendor_id = h.vendor_id AND l.id = h.license_id
		JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
		JOIN activations a ON a.vendor_id = h.vendor_id AND a.uuid = h.activation_uuid WHERE h.vendor_id =`, v)
	q.And("h.is_copy = 1 AND h.settled_at IS NULL")
	if license != 0 {
		q.And("h.license_id = ?", license)
	}
	sqltext, args := q.Page(r, store.Column{Name: "h.id"}, "h.id")
	names := map[int64]string{}
	rows, err := store.All[offline.Copy](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (c offline.Copy, err error) {
		name := ""
		err = scan(&c.ID, &c.Activation, &c.ClientID, &name, &c.License, &c.Name, &c.Customer)
		names[c.ID] = name
		return c, err
	})
	page := listing.Cut(r, rows, func(c offline.Copy) listing.Mark { return r.Mark(c.ID) })
	if err != nil {
		return page, err
	}
	for i := range page.Items { // a page is short, and so is what one device has
		if err := s.tellers(ctx, v, &page.Items[i], names[page.Items[i].ID]); err != nil {
			return page, err
		}
	}
	return page, nil
}

// tellers brings both sides of a copy, itself first; name is what the activation calls the device.
func (s Store) tellers(ctx context.Context, v ident.VendorID, c *offline.Copy, name string) (err error) {
	c.Both, err = store.All[offline.Teller](s.DB.Query(ctx, `SELECT hostname, report, updated_at FROM offline_histories
		WHERE vendor_id = $1 AND activation_uuid = $2 ORDER BY CASE WHEN id = $3 THEN 0 ELSE 1 END, updated_at DESC`,
		v, c.Activation, c.ID))(func(scan store.Scan) (t offline.Teller, err error) {
		var at int64
		err = scan(&t.Hostname, &t.Report, &at)
		if t.At = store.Instant(at); t.Hostname == "" {
			t.Hostname = name
		}
		return t, err
	})
	return err
}
