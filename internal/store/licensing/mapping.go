package licensing

import (
	"encoding/json"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/terms"
)

const productColumns = `p.id, p.uuid, p.name, p.allow_client_moves, p.hide_keys_in_heartbeats,
	p.maximum_inactive_days, p.printed_keys, p.latest_release, p.revision`

type productRow struct {
	licensing.Product

	inactive store.OptionalInt
}

func (r *productRow) dest() []any {
	return []any{&r.ID, &r.UUID, &r.Name, &r.AllowClientMoves, &r.HideKeysInHeartbeats, &r.inactive, &r.PrintedKeys, &r.LatestRelease, &r.Revision}
}

func (r *productRow) product() licensing.Product {
	r.MaximumInactiveDays = int(r.inactive.V)
	return r.Product
}

// licenseColumns and licenseTables go together: l, p(roduct), c(ustomer), e(dition).
const (
	licenseColumns = `l.id, l.uuid, l.vendor_id, l.name, l.licensee_email, l.license_key, l.printed_key, l.legacy_license_key,
		l.is_active, l.is_temporary, l.starts_at, l.expires_mode, l.expires_at, l.expires_days, l.overrides, l.measured,
		l.first_activated_at, l.contract_tokens, l.regular_used, l.goodwill_used, l.used_up_at, l.last_slot, l.renewed_slot, l.renewed_until,
		l.revision, l.created_at, l.updated_at,
		c.id, c.uuid, c.company_name, c.customer_number, c.email, e.id, e.revision, ` + productColumns
	licenseTables = ` JOIN products p ON p.vendor_id = l.vendor_id AND p.id = l.product_id
		JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
		JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id `
)

type licenseRow struct {
	l               licensing.License
	vendor          int64
	printed, legacy store.OptionalText
	mode, overrides store.OptionalText
	measured        store.OptionalText
	starts, expires store.OptionalInt
	days            store.OptionalInt
	activated       store.OptionalInt
	usedUp          store.OptionalInt
	created         int64
	updated         int64
	edition         ident.EditionID
	editionRevision int64
	product         productRow
}

func (r *licenseRow) dest() []any {
	l := &r.l
	return append([]any{
		&l.ID, &l.UUID, &r.vendor, &l.Name, &l.LicenseeEmail, &l.LicenseKey, &r.printed, &r.legacy,
		&l.IsActive, &l.IsTemporary, &r.starts, &r.mode, &r.expires, &r.days, &r.overrides, &r.measured,
		&r.activated, &l.ContractTokens, &l.RegularUsed, &l.GoodwillUsed, &r.usedUp, &l.LastSlot, &l.RenewedSlot, &l.RenewedUntil,
		&l.Revision, &r.created, &r.updated,
		&l.Customer.ID, &l.Customer.UUID, &l.Customer.CompanyName, &l.Customer.CustomerNumber, &l.Customer.Email,
		&r.edition, &r.editionRevision,
	}, r.product.dest()...)
}

// license gives the licence without its edition.
func (r *licenseRow) license() (*licensing.License, error) {
	l := &r.l
	l.Vendor = ident.VendorOf(r.vendor)
	l.Product = r.product.product()
	l.PrintedKey, l.LegacyKey = r.printed.V, r.legacy.V
	l.StartsAt, l.ExpiresAt = r.starts.Instant(), r.expires.Instant()
	l.ExpiresMode, l.ExpiresDays = terms.ExpiresMode(r.mode.V), int(r.days.V)
	l.FirstActivatedAt, l.UsedUpAt = r.activated.Instant(), r.usedUp.Instant()
	l.CreatedAt, l.UpdatedAt = time.UnixMilli(r.created).UTC(), time.UnixMilli(r.updated).UTC()
	var err error
	if l.Overrides, err = parseOverrides(l.ID, r.overrides.V); err != nil {
		return nil, err
	}
	l.Measured, err = parseMeasured(l.ID, r.measured.V)
	return l, err
}

func parseMeasured(id ident.LicenseID, text string) (all map[ident.UUID]licensing.Measured, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("measurements of license %d: %w", id, err)
	}
	return all, nil
}

func parseOverrides(id ident.LicenseID, text string) (*terms.Overrides, error) {
	if text == "" {
		return nil, nil
	}
	o := &terms.Overrides{}
	if err := json.Unmarshal([]byte(text), o); err != nil {
		return nil, fmt.Errorf("overrides of license %d: %w", id, err)
	}
	return o, nil
}

// activationColumns: a(ctivation), d(evice), s (its pulse).
const (
	activationColumns = `a.id, a.uuid, a.license_id, a.token_id, a.token_key, d.id, d.uuid, d.number, d.suspended_until,
		a.is_temporary, a.is_offline, a.offline_until, a.goodwill_since, a.goodwill_until, a.client_name, a.client_description, a.tags,
		a.hostname, a.platform, a.operating_system, a.software_version, a.device_variables, a.address, a.country,
		a.client_public_key, a.said, a.activated_at, a.released_at, a.release_reason, s.last_seen_at, s.last_seen_day, s.day_count, s.counter`
	activationTables = ` JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
		JOIN pulses s ON s.activation_id = a.id `
)

type activationRow struct {
	a                                 licensing.Activation
	suspended, since, until, released store.OptionalInt
	offline                           store.OptionalInt
	reason                            store.OptionalText
	tags, variables                   string
	activated, seen                   int64
}

func (r *activationRow) dest() []any {
	a := &r.a
	c := &a.Client
	return []any{
		&a.ID, &a.UUID, &a.License, &a.Token, &a.TokenKey, &a.Device.ID, &a.Device.UUID, &a.Device.Number, &r.suspended,
		&a.IsTemporary, &a.IsOffline, &r.offline, &r.since, &r.until, &c.Name, &c.Description, &r.tags,
		&c.Hostname, &c.Platform, &c.OperatingSystem, &c.SoftwareVersion, &r.variables, &c.Address, &c.Country,
		&c.PublicKey, &a.Said, &r.activated, &r.released, &r.reason, &r.seen, &a.Pulse.LastSeenDay, &a.Pulse.DayCount, &a.Pulse.Counter,
	}
}

func (r *activationRow) activation() (*licensing.Activation, error) {
	a := &r.a
	a.Device.SuspendedUntil, a.OfflineUntil = r.suspended.Instant(), r.offline.Instant()
	a.GoodwillSince, a.GoodwillUntil = r.since.Instant(), r.until.Instant()
	a.ActivatedAt, a.ReleasedAt = time.UnixMilli(r.activated).UTC(), r.released.Instant()
	a.ReleaseReason = licensing.Reason(r.reason.V)
	a.Pulse.LastSeenAt = time.UnixMilli(r.seen).UTC()
	if r.tags != "" {
		if err := json.Unmarshal([]byte(r.tags), &a.Client.Tags); err != nil {
			return nil, fmt.Errorf("tags of activation %d: %w", a.ID, err)
		}
	}
	if r.variables != "" {
		if err := json.Unmarshal([]byte(r.variables), &a.Client.Variables); err != nil {
			return nil, fmt.Errorf("device variables of activation %d: %w", a.ID, err)
		}
	}
	return a, nil
}

func scanActivation(scan store.Scan) (*licensing.Activation, error) {
	var r activationRow
	if err := scan(r.dest()...); err != nil {
		return nil, err
	}
	return r.activation()
}

// jsonText writes "" for what is empty.
func jsonText[T any](n int, v T) (string, error) {
	if n == 0 {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func overridesText(o *terms.Overrides) (any, error) {
	if o == nil {
		return nil, nil
	}
	b, err := json.Marshal(o)
	if err != nil || string(b) == "{}" {
		return nil, err
	}
	return string(b), nil
}

// trialColumn gives the trial days that a licence has of its own, as a column: so
// that an index can find those that end soon.
func trialColumn(o *terms.Overrides) any {
	if o == nil || o.TrialDays == nil {
		return nil
	}
	return *o.TrialDays
}
