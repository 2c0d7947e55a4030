package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/offline"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store implements offline.Store.
type Store struct{ DB *store.DB }

var _ offline.Store = Store{}

// Place gives an activation as files need it, and locks nothing.
func (Store) Place(t tx.Tx, v ident.VendorID, activation ident.UUID) (*offline.Place, error) {
	p := &offline.Place{Activation: activation}
	found, err := store.On(t).QueryRow(`SELECT a.token_key, l.id, l.uuid, p.uuid, d.id, d.number, a.client_public_key,
			CASE WHEN a.released_at IS NULL THEN 0 ELSE 1 END,
			COALESCE((SELECT MAX(q.copy_number) FROM offline_requests q WHERE q.vendor_id = a.vendor_id AND q.activation_uuid = a.uuid), 0)
		FROM activations a JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id
		JOIN products p ON p.vendor_id = a.vendor_id AND p.id = a.product_id
		JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
		WHERE a.vendor_id = $1 AND a.uuid = $2`, []any{v, activation},
		&p.TokenKey, &p.License, &p.LicenseUUID, &p.Product, &p.Device, &p.ClientID, &p.ClientKey, &p.Ended, &p.Copy)
	if err != nil || !found {
		return nil, err
	}
	return p, nil
}

// Request implements offline.Store.
func (Store) Request(t tx.Tx, v ident.VendorID, id ident.UUID) (r offline.Request, found bool, err error) {
	r.ID = id
	var at int64
	var kids string
	found, err = store.On(t).QueryRow(`SELECT license_id, activation_uuid, client_key, trusted_keys, created_at FROM offline_requests
		WHERE vendor_id = $1 AND uuid = $2`, []any{v, id}, &r.License, &r.Activation, &r.ClientKey, &kids, &at)
	r.TrustedKeys, r.At = strings.Fields(kids), store.Instant(at)
	return r, found, err
}

// InsertRequest implements offline.Store.
func (Store) InsertRequest(t tx.Tx, v ident.VendorID, r offline.Request) error {
	_, err := store.On(t).Exec(`INSERT INTO offline_requests (vendor_id, uuid, license_id, activation_uuid, client_key, trusted_keys, copy_number, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (vendor_id, uuid) DO NOTHING`,
		v, r.ID, r.License, r.Activation, r.ClientKey, strings.Join(r.TrustedKeys, " "), r.Copy, r.At.UnixMilli())
	return err
}

// ForgetRequests implements offline.Store.
func (Store) ForgetRequests(t tx.Tx, v ident.VendorID, activation ident.UUID, keep int) error {
	_, err := store.On(t).Exec(`DELETE FROM offline_requests WHERE vendor_id = $1 AND uuid IN
		(SELECT uuid FROM offline_requests WHERE vendor_id = $2 AND activation_uuid = $3 ORDER BY created_at DESC, uuid DESC LIMIT $4 OFFSET $5)`,
		v, v, activation, trimmed, keep)
	return err
}

// Trusted implements offline.Store.
func (s Store) Trusted(ctx context.Context, v ident.VendorID, activation ident.UUID) ([]string, error) {
	var kids string
	_, err := s.DB.QueryRow(ctx, `SELECT trusted_keys FROM offline_requests WHERE vendor_id = $1 AND activation_uuid = $2
		ORDER BY created_at DESC LIMIT 1`, []any{v, activation}, &kids)
	return strings.Fields(kids), err
}

// Reported implements offline.Store.
func (Store) Reported(t tx.Tx, v ident.VendorID, hash string) (r offline.Reported, found bool, err error) {
	r.Hash = hash
	var at int64
	found, err = store.On(t).QueryRow(`SELECT license_id, activation_uuid, intent, exceeded, is_copy, created_at FROM offline_reports
		WHERE vendor_id = $1 AND report_hash = $2`, []any{v, hash}, &r.License, &r.Activation, &r.Intent, &r.Over, &r.Copied, &at)
	r.At = store.Instant(at)
	return r, found, err
}

// InsertReported implements offline.Store.
func (Store) InsertReported(t tx.Tx, v ident.VendorID, r offline.Reported) error {
	_, err := store.On(t).Exec(`INSERT INTO offline_reports (vendor_id, report_hash, license_id, activation_uuid, intent, number, previous,
		exceeded, is_copy, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		v, r.Hash, r.License, r.Activation, r.Intent, r.Number, r.Previous, r.Over, store.Bit(r.Copied), r.At.UnixMilli())
	return err
}

// Told implements offline.Store.
func (Store) Told(t tx.Tx, v ident.VendorID, activation ident.UUID, number int64) ([]offline.Told, error) {
	return store.All[offline.Told](store.On(t).Query(`SELECT number, report_hash, previous FROM offline_reports
		WHERE vendor_id = $1 AND activation_uuid = $2 AND number BETWEEN $3 AND $4 ORDER BY number, report_hash LIMIT 64`,
		v, activation, max(number-1, 1), number+1),
	)(func(scan store.Scan) (told offline.Told, err error) {
		return told, scan(&told.Number, &told.Hash, &told.Previous)
	})
}

// Histories implements offline.Store.
func (Store) Histories(t tx.Tx, v ident.VendorID, activation ident.UUID) ([]offline.History, error) {
	return store.All[offline.History](store.On(t).Query(`SELECT id, license_id, report, report_hash, marks, is_copy, updated_at, hostname
		FROM offline_histories WHERE vendor_id = $1 AND activation_uuid = $2 ORDER BY id`, v, activation),
	)(func(scan store.Scan) (offline.History, error) {
		h := offline.History{Activation: activation}
		var marks string
		var at int64
		if err := scan(&h.ID, &h.License, &h.Report, &h.Hash, &marks, &h.Copy, &at, &h.Hostname); err != nil {
			return h, err
		}
		h.UpdatedAt = store.Instant(at)
		if err := json.Unmarshal([]byte(marks), &h.Marks); err != nil {
			return h, fmt.Errorf("offline: the marks of history %d: %w", h.ID, err)
		}
		return h, nil
	})
}

// SaveHistory implements offline.Store.
func (Store) SaveHistory(t tx.Tx, v ident.VendorID, h *offline.History) (err error) {
	marks, err := json.Marshal(h.Marks)
	if err != nil {
		return err
	}
	if h.ID != 0 {
		_, err := store.On(t).Exec(`UPDATE offline_histories SET report = $1, report_hash = $2, marks = $3, is_copy = $4, updated_at = $5,
			hostname = $6, settled_at = CASE WHEN $7 = 1 THEN NULL ELSE settled_at END WHERE vendor_id = $8 AND id = $9`,
			h.Report, h.Hash, string(marks), store.Bit(h.Copy), h.UpdatedAt.UnixMilli(), h.Hostname, store.Bit(h.Forked), v, h.ID)
		return err
	}
	h.ID, err = store.On(t).Insert(`INSERT INTO offline_histories
		(vendor_id, license_id, activation_uuid, report, report_hash, marks, is_copy, updated_at, hostname)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		v, h.License, h.Activation, h.Report, h.Hash, string(marks), store.Bit(h.Copy), h.UpdatedAt.UnixMilli(), h.Hostname)
	return err
}

// Counted implements offline.Store: the newest place of the activation's newest history.
func (s Store) Counted(ctx context.Context, v ident.VendorID, activation ident.UUID) (offline.Mark, error) {
	var text string
	found, err := s.DB.QueryRow(ctx, `SELECT marks FROM offline_histories WHERE vendor_id = $1 AND activation_uuid = $2
		ORDER BY updated_at DESC, id DESC LIMIT 1`, []any{v, activation}, &text)
	if err != nil || !found {
		return offline.Mark{}, err
	}
	var marks []offline.Step
	if err := json.Unmarshal([]byte(text), &marks); err != nil || len(marks) == 0 {
		return offline.Mark{}, err
	}
	return marks[len(marks)-1].Mark, nil
}
