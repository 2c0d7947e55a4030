package licensing

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var _ licensing.Past = (*Store)(nil)

// PastLicenses implements licensing.Past.
func (s *Store) PastLicenses(t tx.Tx, v ident.VendorID, all []*licensing.License) error {
	var values []any
	ids := make(map[ident.UUID]*ident.LicenseID, len(all))
	for _, l := range all {
		row, err := licenseRowOf(l)
		if err != nil {
			return err
		}
		ids[l.UUID] = &l.ID
		values = append(values, insertLicense.Values(v, row)...)
	}
	return insertLicense.Many(store.On(t), values, "RETURNING id, uuid", setIDs(ids))
}

// PastTokens implements licensing.Past.
func (s *Store) PastTokens(t tx.Tx, v ident.VendorID, all []*licensing.Token) error {
	values := make([]any, 0, len(all)*5)
	ids := make(map[ident.UUID]*ident.TokenID, len(all))
	for _, k := range all {
		ids[k.Key] = &k.ID
		values = append(values, v, k.License, k.Slot, k.Role, k.Key)
	}
	return store.On(t).InsertMany(insertToken, 5, values, "RETURNING id, token_key",
		setIDs(ids))
}

// PastActivations implements licensing.Past.
func (s *Store) PastActivations(t tx.Tx, v ident.VendorID, all []*licensing.PastActivation) error {
	q := store.On(t)
	devices := make([]any, 0, len(all)*4)
	ids := make(map[string]*ident.DeviceID, len(all))
	for _, a := range all {
		ids[a.Device.Number] = &a.Device.ID
		devices = append(devices, v, a.Device.UUID, a.Device.Number, a.ActivatedAt.UnixMilli())
	}
	if err := q.InsertMany(`INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES`, 4, devices, "RETURNING id, number",
		setIDs(ids)); err != nil {
		return err
	}
	if err := pastActivationRows(q, v, all); err != nil {
		return err
	}
	pulses, stays := make([]any, 0, len(all)*5), []any(nil)
	for _, a := range all {
		pulses = append(pulses, a.ID, v, a.Pulse.LastSeenAt.UnixMilli(), licensing.DayOf(a.Pulse.LastSeenAt), a.Pulse.DayCount)
		if a.ReleasedAt.IsZero() {
			if _, err := q.Exec(`UPDATE tokens SET activation_id = $1 WHERE vendor_id = $2 AND id = $3`, a.ID, v, a.Token); err != nil {
				return err
			}
		}
		switch {
		case a.IsGoodwill():
			stays = append(stays, v, a.License, a.ID, a.GoodwillSince.UnixMilli(), store.Millis(a.LeftGoodwill), store.OrNull(string(a.LeftGoodwillBy)))
		case !a.EnteredGoodwill.IsZero():
			stays = append(stays, v, a.License, a.ID, a.EnteredGoodwill.UnixMilli(), store.Millis(a.LeftGoodwill), becameRegular)
		}
	}
	if err := q.InsertMany(`INSERT INTO pulses (activation_id, vendor_id, last_seen_at, last_seen_day, day_count) VALUES`, 5, pulses, "", nil); err != nil {
		return err
	}
	return q.InsertMany(`INSERT INTO goodwill_stays (vendor_id, license_id, activation_id, entered_at, left_at, left_by) VALUES`, 6, stays, "", nil)
}

func pastActivationRows(q *store.Tx, v ident.VendorID, all []*licensing.PastActivation) error {
	var values []any
	ids := make(map[ident.UUID]*ident.ActivationID, len(all))
	for _, a := range all {
		row, err := activationRowOf(a.Product, &a.Activation)
		if err != nil {
			return err
		}
		ids[a.UUID] = &a.ID
		values = append(values, insertActivation.Values(v, row)...)
	}
	return insertActivation.Many(q, values, "RETURNING id, uuid", setIDs(ids))
}

// setIDs takes the ids that an INSERT gives back, each with what its row is told
// apart by.
func setIDs[K comparable, ID any](of map[K]*ID) func(store.Scan) error {
	return func(scan store.Scan) error {
		var id ID
		var key K
		err := scan(&id, &key)
		if to := of[key]; to != nil {
			*to = id
		}
		return err
	}
}

// PastHeartbeats implements licensing.Past.
func (s *Store) PastHeartbeats(t tx.Tx, v ident.VendorID, all []licensing.PastHeartbeat) error {
	values := make([]any, 0, len(all)*14)
	for _, h := range all {
		c := h.Client
		values = append(values, v, h.Activation, h.At.UnixMilli(), licensing.DayOf(h.At), h.Count, c.SoftwareVersion, c.OperatingSystem,
			c.Hostname, c.Platform, c.Address, c.Country, store.OrNull(c.City.Name), "", "")
	}
	return store.On(t).InsertMany(`INSERT INTO heartbeats (vendor_id, activation_id, at, day, day_count, software_version, operating_system,
		hostname, platform, address, country, city, group_id, user_id) VALUES`, 14, values, "", nil)
}
