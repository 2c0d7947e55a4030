package offline

import (
	"chancery/internal/ident"
	"chancery/internal/offline"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Silent implements offline.Store: the device beside which this one came, or, of the same
// name, the last one whose place was freed for it and that never gave up by a file.
func (Store) Silent(t tx.Tx, v ident.VendorID, p offline.Place) (id ident.UUID, err error) {
	query, args := `SELECT a.uuid FROM activations a WHERE a.vendor_id = $1 AND a.uuid = $2`, []any{v, p.Beside}
	if p.Beside.IsZero() {
		query = `SELECT a.uuid FROM activations a WHERE a.vendor_id = $1 AND a.device_id = $2 AND a.license_id = $3
			AND a.gave_way = 1`
		args = []any{v, p.Device, p.License}
	}
	_, err = store.On(t).QueryRow(query+` AND NOT EXISTS (SELECT 1 FROM offline_presumed o WHERE o.vendor_id = a.vendor_id AND o.activation_uuid = a.uuid)
		AND NOT EXISTS (SELECT 1 FROM offline_reports r WHERE r.vendor_id = a.vendor_id AND r.activation_uuid = a.uuid AND r.intent = 'deactivate')
		ORDER BY a.id DESC LIMIT 1`, args, &id)
	return id, err
}

// Presumed implements offline.Store.
func (Store) Presumed(t tx.Tx, v ident.VendorID, activation ident.UUID) (map[ident.UUID]int64, error) {
	type row struct {
		id     ident.UUID
		amount int64
	}
	rows, err := store.All[row](store.On(t).Query(`SELECT limitation_uuid, amount FROM offline_presumed
		WHERE vendor_id = $1 AND activation_uuid = $2`, v, activation))(func(scan store.Scan) (r row, err error) { return r, scan(&r.id, &r.amount) })
	all := make(map[ident.UUID]int64, len(rows))
	for _, r := range rows {
		all[r.id] = r.amount
	}
	return all, err
}

// SavePresumed implements offline.Store.
func (Store) SavePresumed(t tx.Tx, v ident.VendorID, p offline.Place, amounts map[ident.UUID]int64) error {
	for id, n := range amounts {
		if _, err := store.On(t).Exec(`INSERT INTO offline_presumed (vendor_id, activation_uuid, limitation_uuid, license_id, amount)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (vendor_id, activation_uuid, limitation_uuid) DO UPDATE SET amount = excluded.amount`,
			v, p.Activation, id, p.License, n); err != nil {
			return err
		}
	}
	return nil
}
