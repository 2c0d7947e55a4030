package licensing

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/terms"
)

//nolint:gochecknoglobals // a text, made once
var productColumns = store.Selected("p", &productRow{})

// productRow is a product p as licences show it.
type productRow struct {
	licensing.Product

	inactive store.OptionalInt
}

// Columns implements store.Record.
func (r *productRow) Columns(c *store.Columns) {
	c.Read("p.id", &r.ID)
	c.Read("p.uuid", &r.UUID)
	c.Read("p.name", &r.Name)
	c.Read("p.allow_client_moves", &r.AllowClientMoves)
	c.Read("p.hide_keys_in_heartbeats", &r.HideKeysInHeartbeats)
	c.Read("p.maximum_inactive_days", &r.inactive)
	c.Read("p.printed_keys", &r.PrintedKeys)
	c.Read("p.latest_release", &r.LatestRelease)
	c.Read("p.revision", &r.Revision)
}

func (r *productRow) product() licensing.Product {
	r.MaximumInactiveDays = int(r.inactive.V)
	return r.Product
}

// licenseTables are what a licenseRow is read from beside licenses l: p(roduct),
// c(ustomer), e(dition).
const licenseTables = ` JOIN products p ON p.vendor_id = l.vendor_id AND p.id = l.product_id
	JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
	JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id `

// What is made of the columns of a licence.
//
//nolint:gochecknoglobals // texts, made once
var (
	selectLicense = `SELECT ` + store.Selected("l", &licenseRow{}) + ` FROM licenses l` + licenseTables + `WHERE l.vendor_id =`
	insertLicense = store.InsertInto("licenses", &licenseRow{})
	updateLicense = store.Update("licenses", &licenseRow{}, `vendor_id = ? AND id = ?`)
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
	month           monthRow
	created         int64
	updated         int64
	edition         ident.EditionID
	folded          string // the name
	changes         any    // the overrides, to be written
	editionRevision int64
	product         productRow
}

// licenseRowOf makes the row of a licence.
func licenseRowOf(l *licensing.License) (*licenseRow, error) {
	overrides, err := overridesText(l.Overrides)
	return &licenseRow{l: *l, edition: l.Edition.ID, folded: listing.Fold(l.Name), changes: overrides}, err
}

// Columns implements store.Record.
func (r *licenseRow) Columns(c *store.Columns) {
	l := &r.l
	c.Read("id", &l.ID)
	c.Read("vendor_id", &r.vendor)
	c.Fixed("uuid", l.UUID, &l.UUID)
	c.Fixed("product_id", l.Product.ID, nil)
	c.Saved("edition_id", r.edition, &r.edition)
	c.Saved("customer_id", l.Customer.ID, &l.Customer.ID)
	c.Saved("name", l.Name, &l.Name)
	c.Saved("name_folded", r.folded, nil)
	c.Saved("licensee_email", l.LicenseeEmail, &l.LicenseeEmail)
	c.Fixed("license_key", l.LicenseKey, &l.LicenseKey)
	c.Fixed("printed_key", store.OrNull(l.PrintedKey), &r.printed)
	c.Saved("legacy_license_key", store.OrNull(l.LegacyKey), &r.legacy)
	c.Saved("is_active", store.Bit(l.IsActive), &l.IsActive)
	c.Saved("is_temporary", store.Bit(l.IsTemporary), &l.IsTemporary)
	c.Saved("starts_at", store.Millis(l.StartsAt), &r.starts)
	c.Saved("expires_mode", store.OrNull(string(l.ExpiresMode)), &r.mode)
	c.Saved("expires_at", store.Millis(l.ExpiresAt), &r.expires)
	c.Saved("expires_days", l.ExpiresDays, &r.days)
	c.Saved("overrides", r.changes, &r.overrides)
	c.Saved("trial_days", trialColumn(l.Overrides), nil)
	c.Read("measured", &r.measured)
	c.Fixed("first_activated_at", store.Millis(l.FirstActivatedAt), &r.activated)
	c.Fixed("contract_tokens", l.ContractTokens, &l.ContractTokens)
	c.Fixed("regular_used", l.RegularUsed, &l.RegularUsed)
	c.Fixed("goodwill_used", l.GoodwillUsed, &l.GoodwillUsed)
	c.Fixed("used_up_at", store.Millis(l.UsedUpAt), &r.usedUp)
	c.Fixed("last_slot", l.LastSlot, &l.LastSlot)
	c.Read("month_begins_at", &r.month.begins)
	c.Read("month_ends_at", &r.month.ends)
	c.Read("month_used", &r.month.used)
	c.Read("deactivations", &l.Released.Ever)
	c.Read("deactivations_forgiven", &l.Released.Forgiven)
	c.Read("dashboard_deactivations", &l.ReleasedInDashboard.Ever)
	c.Read("dashboard_deactivations_forgiven", &l.ReleasedInDashboard.Forgiven)
	c.Read("renewed_slot", &l.RenewedSlot)
	c.Read("renewed_until", &l.RenewedUntil)
	c.Saved("revision", l.Revision, &l.Revision)
	c.Fixed("created_at", store.Millis(l.CreatedAt), &r.created)
	c.Saved("updated_at", store.Millis(l.UpdatedAt), &r.updated)
	c.Read("c.uuid", &l.Customer.UUID)
	c.Read("c.company_name", &l.Customer.CompanyName)
	c.Read("c.customer_number", &l.Customer.CustomerNumber)
	c.Read("c.email", &l.Customer.Email)
	c.Read("e.revision", &r.editionRevision)
	r.product.Columns(c)
}

// license gives the licence without its edition.
func (r *licenseRow) license() (*licensing.License, error) {
	l := &r.l
	l.Vendor = ident.VendorOf(r.vendor)
	l.Product = r.product.product()
	l.PrintedKey, l.LegacyKey = r.printed.V, r.legacy.V
	l.StartsAt, l.ExpiresAt = r.starts.Instant(), r.expires.Instant()
	l.ExpiresMode, l.ExpiresDays = terms.ExpiresMode(r.mode.V), int(r.days.V)
	l.FirstActivatedAt, l.UsedUpAt, l.Month = r.activated.Instant(), r.usedUp.Instant(), r.month.month()
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

// activationTables are what an activationRow is read from beside activations a:
// d(evice), s (its pulse).
const activationTables = ` JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
	JOIN pulses s ON s.activation_id = a.id `

// What is made of the columns of an activation.
//
//nolint:gochecknoglobals // texts, made once
var (
	activationColumns = store.Selected("a", &activationRow{})
	activationsFrom   = `SELECT ` + activationColumns + ` FROM activations a` + activationTables
	insertActivation  = store.InsertInto("activations", &activationRow{})
)

type activationRow struct {
	a                                 licensing.Activation
	suspended, since, until, released store.OptionalInt
	offline, month                    store.OptionalInt
	reason                            store.OptionalText
	city                              cityRow
	tags, variables                   string
	activated, seen                   int64
	product                           ident.ProductID // to be written
}

// activationRowOf makes the row of an activation.
func activationRowOf(product ident.ProductID, a *licensing.Activation) (*activationRow, error) {
	r := &activationRow{a: *a, product: product}
	var err, wrong error
	r.tags, err = jsonText(len(a.Client.Tags), a.Client.Tags)
	r.variables, wrong = jsonText(len(a.Client.Variables), a.Client.Variables)
	return r, errors.Join(err, wrong)
}

// Columns implements store.Record.
func (r *activationRow) Columns(c *store.Columns) {
	a, client := &r.a, &r.a.Client
	c.Read("id", &a.ID)
	c.Fixed("uuid", a.UUID, &a.UUID)
	c.Fixed("product_id", r.product, nil)
	c.Fixed("license_id", a.License, &a.License)
	c.Fixed("token_id", a.Token, &a.Token)
	c.Fixed("token_key", a.TokenKey, &a.TokenKey)
	c.Fixed("device_id", a.Device.ID, &a.Device.ID)
	c.Read("d.uuid", &a.Device.UUID)
	c.Read("d.number", &a.Device.Number)
	c.Read("d.suspended_until", &r.suspended)
	c.Fixed("client_id", a.Device.Number, nil)
	c.Fixed("suspended_until", store.Millis(a.Device.SuspendedUntil), nil)
	c.Fixed("is_temporary", store.Bit(a.IsTemporary), &a.IsTemporary)
	c.Fixed("is_offline", store.Bit(a.IsOffline), &a.IsOffline)
	c.Fixed("offline_until", store.Millis(a.OfflineUntil), &r.offline)
	c.Fixed("goodwill_since", store.Millis(a.GoodwillSince), &r.since)
	c.Fixed("goodwill_until", store.Millis(a.GoodwillUntil), &r.until)
	c.Fixed("month_until", store.Millis(a.Place.Until), &r.month)
	c.Fixed("month_place", a.Place.Number, &a.Place.Number)
	c.Fixed("client_name", client.Name, &client.Name)
	c.Fixed("client_description", client.Description, &client.Description)
	c.Fixed("tags", r.tags, &r.tags)
	c.Fixed("hostname", client.Hostname, &client.Hostname)
	c.Fixed("platform", client.Platform, &client.Platform)
	c.Fixed("operating_system", client.OperatingSystem, &client.OperatingSystem)
	c.Fixed("software_version", client.SoftwareVersion, &client.SoftwareVersion)
	c.Fixed("device_variables", r.variables, &r.variables)
	c.Fixed("address", client.Address, &client.Address)
	c.Fixed("country", client.Country, &client.Country)
	r.city.columns(c, client.City)
	c.Fixed("display_name", a.DisplayName, &a.DisplayName)
	c.Fixed("display_name_folded", listing.Fold(a.DisplayName), nil)
	c.Fixed("client_public_key", client.PublicKey, &client.PublicKey)
	c.Fixed("said", a.Said, &a.Said)
	c.Fixed("activated_at", store.Millis(a.ActivatedAt), &r.activated)
	c.Fixed("released_at", store.Millis(a.ReleasedAt), &r.released)
	c.Fixed("release_reason", store.OrNull(string(a.ReleaseReason)), &r.reason)
	c.Read("s.last_seen_at", &r.seen)
	c.Read("s.last_seen_day", &a.Pulse.LastSeenDay)
	c.Read("s.day_count", &a.Pulse.DayCount)
	c.Read("s.counter", &a.Pulse.Counter)
}

func (r *activationRow) activation() (*licensing.Activation, error) {
	a := &r.a
	a.Device.SuspendedUntil, a.OfflineUntil = r.suspended.Instant(), r.offline.Instant()
	a.GoodwillSince, a.GoodwillUntil, a.Place.Until = r.since.Instant(), r.until.Instant(), r.month.Instant()
	a.ActivatedAt, a.ReleasedAt = time.UnixMilli(r.activated).UTC(), r.released.Instant()
	a.ReleaseReason = licensing.Reason(r.reason.V)
	a.Pulse.LastSeenAt = time.UnixMilli(r.seen).UTC()
	a.Client.City = r.city.read()
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
	if err := scan(store.Dest(&r)...); err != nil {
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
