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
	const columns = 27
	values := make([]any, 0, len(all)*columns)
	byUUID := make(map[ident.UUID]*licensing.License, len(all))
	for _, l := range all {
		overrides, err := overridesText(l.Overrides)
		if err != nil {
			return err
		}
		byUUID[l.UUID] = l
		values = append(values, v, l.UUID, l.Product.ID, l.Edition.ID, l.Customer.ID, l.Name, l.LicenseeEmail, l.LicenseKey, text(l.PrintedKey),
			text(l.LegacyKey), store.Bit(l.IsActive), store.Bit(l.IsTemporary), millis(l.StartsAt), text(string(l.ExpiresMode)), millis(l.ExpiresAt),
			l.ExpiresDays, overrides, trialColumn(l.Overrides), millis(l.FirstActivatedAt), l.ContractTokens, l.RegularUsed, l.GoodwillUsed,
			millis(l.UsedUpAt), l.LastSlot, l.Revision, l.CreatedAt.UnixMilli(), l.UpdatedAt.UnixMilli())
	}
	return store.On(t).InsertMany(`INSERT INTO licenses (vendor_id, uuid, product_id, edition_id, customer_id, name, licensee_email, license_key,
		printed_key, legacy_license_key, is_active, is_temporary, starts_at, expires_mode, expires_at, expires_days, overrides, trial_days,
		first_activated_at, contract_tokens, regular_used, goodwill_used, used_up_at, last_slot, revision, created_at, updated_at) VALUES`,
		columns, values, "RETURNING id, uuid", func(scan store.Scan) error {
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
	return store.On(t).InsertMany(`INSERT INTO tokens (vendor_id, license_id, slot, role, token_key) VALUES`, 5, values, "RETURNING id, token_key",
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
	const columns = 27
	values := make([]any, 0, len(all)*columns)
	byUUID := make(map[ident.UUID]*licensing.PastActivation, len(all))
	for _, a := range all {
		byUUID[a.UUID] = a
		c := &a.Client
		tags, err := jsonText(len(c.Tags), c.Tags)
		if err != nil {
			return err
		}
		variables, err := jsonText(len(c.Variables), c.Variables)
		if err != nil {
			return err
		}
		values = append(values, v, a.UUID, a.Product, a.License, a.Token, a.TokenKey, a.Device.ID, store.Bit(a.IsTemporary), millis(a.GoodwillSince),
			millis(a.GoodwillUntil), c.Name, c.Description, tags, c.Hostname, c.Platform, c.OperatingSystem, c.SoftwareVersion, variables,
			c.Address, c.Country, a.Said, a.ActivatedAt.UnixMilli(), millis(a.ReleasedAt), text(string(a.ReleaseReason)), c.PublicKey,
			a.Device.Number, millis(a.Device.SuspendedUntil))
	}
	return q.InsertMany(`INSERT INTO activations (vendor_id, uuid, product_id, license_id, token_id, token_key, device_id, is_temporary, goodwill_since,
		goodwill_until, client_name, client_description, tags, hostname, platform, operating_system, software_version, device_variables,
		address, country, said, activated_at, released_at, release_reason, client_public_key, client_id, suspended_until) VALUES`,
		columns, values, "RETURNING id, uuid",
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
