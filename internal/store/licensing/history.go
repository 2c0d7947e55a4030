package licensing

import (
	"context"
	"strconv"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// Heartbeats lists what was recorded of an activation's heartbeats: a row when
// something that the client says of itself changed, and one a day.
func (s *Store) Heartbeats(
	ctx context.Context, v ident.VendorID, a ident.ActivationID, r listing.Request,
) (listing.Page[licensing.Heartbeat], error) {
	sqltext, args := store.Select(`SELECT id, at, day, day_count, software_version, operating_system, hostname, platform, address, country,
		city, group_id, user_id FROM heartbeats WHERE vendor_id =`, v).And("activation_id = ?", a).Page(r, store.Column{Name: "id"}, "id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, func(scan store.Scan) (h licensing.Heartbeat, err error) {
		var at int64
		var city store.OptionalText
		c := &h.Client
		err = scan(&h.ID, &at, &h.Day, &h.Count, &c.SoftwareVersion, &c.OperatingSystem, &c.Hostname, &c.Platform, &c.Address, &c.Country,
			&city, &h.GroupID, &h.UserID)
		h.At, c.City.Name = store.Instant(at), city.V
		return h, err
	})
	return listing.Cut(r, items, func(h licensing.Heartbeat) listing.Mark { return r.Mark(h.ID) }), err
}

// recorded is how many of an activation's newest history rows its versions are read from.
const recorded = 2000

// Versions gives the software versions that an activation ran, the newest first.
func (s *Store) Versions(ctx context.Context, v ident.VendorID, a ident.ActivationID) ([]licensing.VersionSeen, error) {
	rows, err := s.db.Query(ctx, `SELECT software_version, MIN(at), MAX(at) FROM (SELECT software_version, at FROM heartbeats
		WHERE vendor_id = $1 AND activation_id = $2 ORDER BY id DESC LIMIT `+strconv.Itoa(recorded)+`) AS h
		GROUP BY software_version ORDER BY 3 DESC, 2 DESC LIMIT 100`, v, a)
	return collect(rows, err, func(scan store.Scan) (seen licensing.VersionSeen, err error) {
		var first, last int64
		err = scan(&seen.Version, &first, &last)
		seen.First, seen.Last = store.Instant(first), store.Instant(last)
		return seen, err
	})
}

// OfDevice gives the activations that a device has had, the newest first, at most limit.
func (s *Store) OfDevice(ctx context.Context, v ident.VendorID, d ident.DeviceID, limit int) ([]licensing.Seat, error) {
	rows, err := s.db.Query(ctx, activationsFrom+`WHERE a.vendor_id = $1 AND a.device_id = $2 ORDER BY a.id DESC LIMIT $3`, v, d, limit)
	all, err := collect(rows, err, scanActivation)
	if err != nil {
		return nil, err
	}
	return s.seated(ctx, v, all)
}

// Seat reads one activation with its licence. Missing is activation_not_found.
func (s *Store) Seat(ctx context.Context, v ident.VendorID, id ident.UUID) (licensing.Seat, error) {
	a, err := s.ActivationByUUID(ctx, v, id)
	if err != nil {
		return licensing.Seat{}, err
	}
	seats, err := s.seated(ctx, v, []*licensing.Activation{a})
	if err != nil {
		return licensing.Seat{}, err
	}
	if a.IsOffline && a.ReleasedAt.IsZero() {
		seats[0].Deletion, err = s.DeletionOfSeat(ctx, v, a.ID)
	}
	return seats[0], err
}

// maxUsage bounds an answer.
const maxUsage = 5000

// devicesOf selects the devices of a licence ($1 vendor, $2 licence), or the one device.
const (
	devicesOf  = `(SELECT device_id FROM activations WHERE vendor_id = $1 AND license_id = $2 AND released_at IS NULL ORDER BY id DESC LIMIT 500)`
	deviceOnly = `(SELECT id FROM devices WHERE vendor_id = $1 AND id = $2)`
)

// UsageOfLicense gives what the present clients of a licence reported of its
// product since a day (UTC), by feature and day.
func (s *Store) UsageOfLicense(ctx context.Context, v ident.VendorID, l ident.LicenseID, p ident.ProductID, since int64) ([]licensing.Usage, error) {
	return s.usage(ctx, devicesOf, v, l, p, since)
}

// UsageOfDevice is UsageOfLicense for one device.
func (s *Store) UsageOfDevice(ctx context.Context, v ident.VendorID, d ident.DeviceID, p ident.ProductID, since int64) ([]licensing.Usage, error) {
	return s.usage(ctx, deviceOnly, v, d, p, since)
}

func (s *Store) usage(ctx context.Context, whose string, args ...any) ([]licensing.Usage, error) {
	rows, err := s.db.Query(ctx, `SELECT f.name, COALESCE(m.name, ''), u.day, CAST(SUM(u.value) AS BIGINT), CAST(SUM(u.reports) AS BIGINT)
		FROM usage_values u JOIN usage_features f ON f.vendor_id = u.vendor_id AND f.id = u.feature_id AND f.ended_at IS NULL
		LEFT JOIN usage_modules m ON m.vendor_id = u.vendor_id AND m.id = u.module_id AND m.ended_at IS NULL
		WHERE u.vendor_id = $1 AND u.device_id IN `+whose+` AND f.product_id = $3 AND u.day >= $4
		GROUP BY f.name, COALESCE(m.name, ''), u.day ORDER BY f.name, 2, u.day LIMIT `+strconv.Itoa(maxUsage), args...)
	return collect(rows, err, func(scan store.Scan) (u licensing.Usage, err error) {
		return u, scan(&u.Feature, &u.Module, &u.Day, &u.Value, &u.Reports)
	})
}

// AnalyticalOfLicense gives the newest values that present clients of a licence
// reported since a day (UTC): one for each client and field, by field.
func (s *Store) AnalyticalOfLicense(
	ctx context.Context, v ident.VendorID, l ident.LicenseID, p ident.ProductID, since int64,
) ([]licensing.Analytical, error) {
	return s.analytical(ctx, devicesOf, v, l, p, since)
}

// AnalyticalOfDevice is AnalyticalOfLicense for one device.
func (s *Store) AnalyticalOfDevice(
	ctx context.Context, v ident.VendorID, d ident.DeviceID, p ident.ProductID, since int64,
) ([]licensing.Analytical, error) {
	return s.analytical(ctx, deviceOnly, v, d, p, since)
}

func (s *Store) analytical(ctx context.Context, whose string, args ...any) ([]licensing.Analytical, error) {
	rows, err := s.db.Query(ctx, `SELECT f.name, d.number, n.day, n.value FROM analytical_values n
		JOIN analytical_fields f ON f.vendor_id = n.vendor_id AND f.id = n.field_id AND f.ended_at IS NULL
		JOIN devices d ON d.vendor_id = n.vendor_id AND d.id = n.device_id
		WHERE n.vendor_id = $1 AND n.device_id IN `+whose+` AND f.product_id = $3 AND n.day >= $4
		AND NOT EXISTS (SELECT 1 FROM analytical_values x WHERE x.vendor_id = n.vendor_id AND x.field_id = n.field_id
			AND x.device_id = n.device_id AND x.day > n.day)
		ORDER BY f.name, d.number LIMIT `+strconv.Itoa(maxUsage), args...)
	return collect(rows, err, func(scan store.Scan) (a licensing.Analytical, err error) {
		return a, scan(&a.Field, &a.ClientID, &a.Day, &a.Value)
	})
}
