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
	byUUID := make(map[ident.UUID]*licensing.License, len(all))
	for _, l := range all {
		row, err := licenseValues(l)
		if err != nil {
			return err
		}
		byUUID[l.UUID] = l
		values = append(append(values, row...), millis(l.FirstActivatedAt), millis(l.UsedUpAt))
	}
	return store.On(t).InsertMany(insertLicense+`, first_activated_at, used_up_at) VALUES`, len(values)/max(1, len(all)), values, "RETURNING id, uuid",
		func(scan store.Scan) error {
			var id ident.LicenseID
			var uuid ident.UUID
			err := scan(&id, &uuid)
			byUUID[uuid].ID = id
			return err
		})
}

// PastTokens implements licensing.Past.
func (s *Store) PastTokens(t tx.Tx, v ident.VendorID, all []*licensing.Token) error {
	values := make([]any, 0, len(all)*5)
	byKey := make(map[ident.UUID]*licensing.Token, len(all))
	for _, k := range all {
		byKey[k.Key] = k
		values = append(values, v, k.License, k.Slot, k.Role, k.Key)
	}
	return store.On(t).InsertMany(insertToken, 5, values, "RETURNING id, token_key",
		func(scan store.Scan) error {
			var id ident.TokenID
			var key ident.UUID
			err := scan(&id, &key)
			byKey[key].ID = id
			return err
		})
}

// PastActivations implements licensing.Past.
func (s *Store) PastActivations(t tx.Tx, v ident.VendorID, all []*licensing.PastActivation) error {
	q := store.On(t)
	devices := make([]any, 0, len(all)*4)
	byNumber := make(map[string]*licensing.PastActivation, len(all))
	for _, a := range all {
		byNumber[a.Device.Number] = a
		devices = append(devices, v, a.Device.UUID, a.Device.Number, a.ActivatedAt.UnixMilli())
	}
	if err := q.InsertMany(`INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES`, 4, devices, "RETURNING id, number",
		func(scan store.Scan) error {
			var id ident.DeviceID
			var number string
			err := scan(&id, &number)
			byNumber[number].Device.ID = id
			return err
		}); err != nil {
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
		if a.IsGoodwill() {
			stays = append(stays, v, a.License, a.ID, a.GoodwillSince.UnixMilli(), millis(a.LeftGoodwill), text(string(a.LeftGoodwillBy)))
		}
	}
	if err := q.InsertMany(`INSERT INTO pulses (activation_id, vendor_id, last_seen_at, last_seen_day, day_count) VALUES`, 5, pulses, "", nil); err != nil {
		return err
	}
	return q.InsertMany(`INSERT INTO goodwill_stays (vendor_id, license_id, activation_id, entered_at, left_at, left_by) VALUES`, 6, stays, "", nil)
}

func pastActivationRows(q *store.Tx, v ident.VendorID, all []*licensing.PastActivation) error {
	var values []any
	byUUID := make(map[ident.UUID]*licensing.PastActivation, len(all))
	for _, a := range all {
		row, err := activationValues(v, a.Product, &a.Activation)
		if err != nil {
			return err
		}
		byUUID[a.UUID] = a
		values = append(append(values, row...), millis(a.ReleasedAt), text(string(a.ReleaseReason)))
	}
	return q.InsertMany(insertActivation+`, released_at, release_reason) VALUES`, len(values)/max(1, len(all)), values, "RETURNING id, uuid",
		func(scan store.Scan) error {
			var id ident.ActivationID
			var uuid ident.UUID
			err := scan(&id, &uuid)
			byUUID[uuid].ID = id
			return err
		})
}

// PastHeartbeats implements licensing.Past.
func (s *Store) PastHeartbeats(t tx.Tx, v ident.VendorID, all []licensing.PastHeartbeat) error {
	values := make([]any, 0, len(all)*13)
	for _, h := range all {
		c := h.Client
		values = append(values, v, h.Activation, h.At.UnixMilli(), licensing.DayOf(h.At), h.Count, c.SoftwareVersion, c.OperatingSystem,
			c.Hostname, c.Platform, c.Address, c.Country, "", "")
	}
	return store.On(t).InsertMany(`INSERT INTO heartbeats (vendor_id, activation_id, at, day, day_count, software_version, operating_system,
		hostname, platform, address, country, group_id, user_id) VALUES`, 13, values, "", nil)
}
