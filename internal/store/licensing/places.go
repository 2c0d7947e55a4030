package licensing

import (
	"context"
	"strconv"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// cityRow is a city as it is read.
type cityRow struct {
	name                        store.OptionalText
	latitude, longitude, radius store.OptionalInt
}

// columns are the columns of a city in an activation.
func (r *cityRow) columns(c *store.Columns, of licensing.City) {
	values := cityValues(of)
	c.Fixed("city", values[0], &r.name)
	c.Fixed("latitude", values[1], &r.latitude)
	c.Fixed("longitude", values[2], &r.longitude)
	c.Fixed("radius_km", values[3], &r.radius)
}

func (r *cityRow) read() licensing.City {
	return licensing.City{Name: r.name.V, Latitude: r.latitude.V, Longitude: r.longitude.V, Radius: r.radius.V}
}

// cityValues are the values of a city's columns: name, latitude, longitude, radius.
func cityValues(c licensing.City) []any {
	if !c.Known() {
		return []any{nil, nil, nil, nil}
	}
	if !c.Located() {
		return []any{c.Name, nil, nil, nil}
	}
	return []any{c.Name, c.Latitude, c.Longitude, store.OrNull(c.Radius)}
}

// forgottenOfStep is how many activations lose their places in one step, with up to
// licensing.HistoryOfActivation rows of history each.
const forgottenOfStep = 10

// ForgetLocations implements vendors.Locations.
func (*Store) ForgetLocations(t tx.Tx, v ident.VendorID, after int64) (last int64, err error) {
	q := store.On(t)
	var until store.OptionalInt
	if _, err := q.QueryRow(`SELECT MAX(id) FROM (SELECT id FROM activations WHERE vendor_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS next`,
		[]any{v, after, forgottenOfStep}, &until); err != nil || until.V == 0 {
		return 0, err
	}
	if err := q.Later(`UPDATE activations SET country = '', city = NULL, latitude = NULL, longitude = NULL, radius_km = NULL
		WHERE vendor_id = $1 AND id > $2 AND id <= $3 AND (country <> '' OR city IS NOT NULL)`, v, after, until.V); err != nil {
		return 0, err
	}
	return until.V, q.Later(`UPDATE heartbeats SET country = '', city = NULL
		WHERE vendor_id = $1 AND activation_id > $2 AND activation_id <= $3 AND (country <> '' OR city IS NOT NULL)`, v, after, until.V)
}

// PlacesOfLicense counts the newest present activations of a licence by where they
// called from last, the most first.
func (s *Store) PlacesOfLicense(ctx context.Context, v ident.VendorID, l ident.LicenseID) ([]licensing.PlaceCount, error) {
	// Only an address tells a local network from one that nobody knows.
	rows, err := s.db.Query(ctx, `SELECT country, city, latitude, longitude, MAX(radius_km), unplaced, COUNT(*)
		FROM (SELECT country, city, latitude, longitude, radius_km, CASE WHEN country = '' AND city IS NULL THEN address ELSE '' END AS unplaced
			FROM activations WHERE vendor_id = $1 AND license_id = $2 AND released_at IS NULL ORDER BY id DESC LIMIT `+
		strconv.Itoa(licensing.PlacedAtOnce)+`) AS newest
		GROUP BY country, city, latitude, longitude, unplaced ORDER BY 7 DESC, 1, 2`, v, l)
	var counts []licensing.PlaceCount
	at := map[bool]int{} // of what has no place: whether it is local
	_, err = collect(rows, err, func(scan store.Scan) (struct{}, error) {
		var c licensing.PlaceCount
		var city cityRow
		var address string
		if err := scan(&c.Country, &city.name, &city.latitude, &city.longitude, &city.radius, &address, &c.Count); err != nil {
			return struct{}{}, err
		}
		if c.City = city.read(); c.Country != "" || c.City.Known() {
			counts = append(counts, c)
			return struct{}{}, nil
		}
		c.IsLocal = licensing.Client{Address: address}.OnLocalNetwork()
		i, has := at[c.IsLocal]
		if !has {
			i = len(counts)
			at[c.IsLocal] = i
			counts = append(counts, licensing.PlaceCount{IsLocal: c.IsLocal})
		}
		counts[i].Count += c.Count
		return struct{}{}, nil
	})
	return counts, err
}
