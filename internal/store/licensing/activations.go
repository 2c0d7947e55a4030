package licensing

import (
	"slices"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// ClientActivations implements licensing.Store.
func (s *Store) ClientActivations(t tx.Tx, v ident.VendorID, product ident.ProductID, clientID string) ([]*licensing.Activation, error) {
	rows, err := writing(t)(activationsFrom+`WHERE a.vendor_id = $1 AND a.client_id = $2 AND a.product_id = $3 AND a.released_at IS NULL
		ORDER BY a.is_temporary DESC`, v, clientID, product)
	return collect(rows, err, scanActivation)
}

// Activation implements licensing.Store.
func (s *Store) Activation(t tx.Tx, v ident.VendorID, id ident.UUID) (*licensing.Activation, error) {
	rows, err := writing(t)(activationsFrom+`WHERE a.vendor_id = $1 AND a.uuid = $2 AND a.released_at IS NULL`, v, id)
	a, err := first(rows, err, scanActivation)
	if err != nil || a != nil {
		return a, err
	}
	rows, err = writing(t)(activationsFrom+`JOIN tokens k ON k.activation_id = a.id
		WHERE k.vendor_id = $1 AND k.token_key = $2 AND a.vendor_id = $1`, v, id)
	return first(rows, err, scanActivation)
}

// InsertActivation implements licensing.Store.
func (s *Store) InsertActivation(t tx.Tx, v ident.VendorID, product ident.ProductID, a *licensing.Activation) error {
	row, err := activationRowOf(product, a)
	if err != nil {
		return err
	}
	id, err := store.On(t).Insert(insertActivation.Text+` RETURNING id`, insertActivation.Values(v, row)...)
	if err != nil {
		return err
	}
	a.ID = ident.ActivationID(id)
	if err := store.On(t).Later(`INSERT INTO pulses (activation_id, vendor_id, last_seen_at, last_seen_day, day_count) VALUES ($1, $2, $3, $4, 0)`,
		a.ID, v, a.Pulse.LastSeenAt.UnixMilli(), licensing.DayOf(a.Pulse.LastSeenAt)); err != nil {
		return err
	}
	if err := store.On(t).Later(`UPDATE tokens SET activation_id = $1 WHERE vendor_id = $2 AND id = $3`, a.ID, v, a.Token); err != nil {
		return err
	}
	return enterGoodwill(t, v, a)
}

// ReleaseActivation implements licensing.Store.
func (s *Store) ReleaseActivation(t tx.Tx, v ident.VendorID, a *licensing.Activation, reason licensing.Reason) error {
	a.ReleasedAt, a.ReleaseReason = t.Now(), reason
	if err := store.On(t).Later(`UPDATE activations SET released_at = $1, release_reason = $2, counted = $3, gave_way = $4
		WHERE vendor_id = $5 AND id = $6`,
		a.ReleasedAt.UnixMilli(), reason, int64(a.Counted), store.Bit(a.GaveWay), v, a.ID); err != nil {
		return err
	}
	if err := store.On(t).Later(`UPDATE tokens SET activation_id = NULL WHERE vendor_id = $1 AND id = $2`, v, a.Token); err != nil {
		return err
	}
	if err := keepKey(t, v, a, reason); err != nil {
		return err
	}
	if !a.IsGoodwill() || reason == licensing.ByReinstall {
		return nil // a reinstalled client stays where it was
	}
	return leaveGoodwill(t, v, a.ID, string(reason))
}

// OldestGoodwill implements licensing.Store.
func (s *Store) OldestGoodwill(t tx.Tx, v ident.VendorID, l ident.LicenseID, limit int64) ([]*licensing.Activation, error) {
	rows, err := writing(t)(activationsFrom+`WHERE a.vendor_id = $1 AND a.license_id = $2 AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL
		ORDER BY a.goodwill_since, a.id LIMIT $3`, v, l, limit)
	return collect(rows, err, scanActivation)
}

// SetGoodwill implements licensing.Store.
func (s *Store) SetGoodwill(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	if err := store.On(t).Later(`UPDATE activations SET goodwill_since = $1, goodwill_until = $2 WHERE vendor_id = $3 AND id = $4`,
		store.Millis(a.GoodwillSince), store.Millis(a.GoodwillUntil), v, a.ID); err != nil {
		return err
	}
	if a.IsGoodwill() {
		return enterGoodwill(t, v, a)
	}
	return leaveGoodwill(t, v, a.ID, becameRegular)
}

// SetOffline implements licensing.Store.
func (s *Store) SetOffline(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	_, err := store.On(t).Exec(`UPDATE activations SET is_offline = 1, offline_until = $1, refresh_by = $2, refresh_told = 0
		WHERE vendor_id = $3 AND id = $4`, store.Millis(a.OfflineUntil), store.Millis(a.RefreshBy), v, a.ID)
	return err
}

// UpdateClient implements licensing.Store.
func (s *Store) UpdateClient(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	c := &a.Client
	variables, err := jsonText(len(c.Variables), c.Variables)
	if err != nil {
		return err
	}
	return store.On(t).Later(`UPDATE activations SET hostname = $1, platform = $2, operating_system = $3, software_version = $4,
		device_variables = $5, address = $6, country = $7, city = $8, latitude = $9, longitude = $10, radius_km = $11, said = $12
		WHERE vendor_id = $13 AND id = $14`,
		slices.Concat([]any{c.Hostname, c.Platform, c.OperatingSystem, c.SoftwareVersion, variables, c.Address, c.Country}, cityValues(c.City),
			[]any{a.Said, v, a.ID})...)
}
