package vendors

import (
	"context"
	"database/sql"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

var (
	_ vendors.HostStore  = Store{}
	_ vendors.HostReader = Store{}
)

const hostColumns = `vendor_id, uuid, host, opens, secret, proof, is_serving, misses, seen, checked_at, failing_since, next_check_at, created_at`

// LinksHost is the query for the host that links to a row of vendors lead to; "" for none. One
// whose proof is missing is none: links hold secrets.
const LinksHost = `COALESCE((SELECT h.host FROM vendor_hosts h WHERE h.vendor_id = vendors.id AND h.is_serving = 1 AND h.failing_since IS NULL
	ORDER BY CASE WHEN h.opens = 'dashboard' THEN 0 ELSE 1 END, h.created_at, h.uuid LIMIT 1), '')`

// HostsIn implements vendors.HostStore.
func (Store) HostsIn(t tx.Tx, id ident.VendorID) ([]vendors.Host, error) {
	return store.All[vendors.Host](store.On(t).Query(`SELECT `+hostColumns+` FROM vendor_hosts WHERE vendor_id = $1 ORDER BY created_at, uuid`, id))(scanHost)
}

// SaveHost implements vendors.HostStore. The row is written anew, so that the unique
// index on hosts that serve decides between vendors, without failing.
func (Store) SaveHost(t tx.Tx, h vendors.Host) (saved bool, err error) {
	s := store.On(t)
	was, err := store.All[vendors.Host](s.Query(`SELECT `+hostColumns+` FROM vendor_hosts WHERE vendor_id = $1 AND uuid = $2`, h.Vendor, h.UUID))(scanHost)
	if err != nil {
		return false, err
	}
	if _, err := s.Exec(`DELETE FROM vendor_hosts WHERE vendor_id = $1 AND uuid = $2`, h.Vendor, h.UUID); err != nil {
		return false, err
	}
	n, err := s.Exec(`INSERT INTO vendor_hosts (`+hostColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		h.Vendor, h.UUID, h.Name, h.Opens, h.Secret, h.Proof, store.Bit(h.Serves), h.Misses, h.Seen, store.Millis(h.CheckedAt), store.Millis(h.FailingAt),
		store.Millis(h.NextCheck), h.CreatedAt.UnixMilli())
	if err != nil || n == 0 {
		return false, err
	}
	if len(was) == 1 && was[0].Serves == h.Serves && was[0].Opens == h.Opens && was[0].FailingAt.IsZero() == h.FailingAt.IsZero() {
		return true, nil // a look at DNS that changes nothing served empties no cache
	}
	return true, store.Bump(t)
}

// RemoveHost implements vendors.HostStore.
func (Store) RemoveHost(t tx.Tx, h vendors.Host) error {
	if _, err := store.On(t).Exec(`DELETE FROM vendor_hosts WHERE vendor_id = $1 AND uuid = $2`, h.Vendor, h.UUID); err != nil {
		return err
	}
	return store.Bump(t)
}

// Hosts implements vendors.HostReader.
func (s Store) Hosts(ctx context.Context, id ident.VendorID) ([]vendors.Host, error) {
	return store.All[vendors.Host](s.DB.Query(ctx, `SELECT `+hostColumns+` FROM vendor_hosts WHERE vendor_id = $1 ORDER BY created_at, uuid`, id))(scanHost)
}

// DueHosts implements vendors.HostReader.
func (s Store) DueHosts(ctx context.Context, now time.Time, most int) ([]vendors.Host, error) {
	return store.All[vendors.Host](s.DB.Query(ctx, `SELECT `+hostColumns+` FROM vendor_hosts WHERE next_check_at <= $1
		ORDER BY next_check_at, uuid LIMIT $2`, now.UnixMilli(), most))(scanHost)
}

// NextHostCheck gives when a host is due after an instant, in milliseconds; zero for none.
func (s Store) NextHostCheck(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.DB.QueryRow(ctx, `SELECT MIN(next_check_at) FROM vendor_hosts WHERE next_check_at > $1`, []any{now.UnixMilli()}, &at)
	return at.V, err
}

// ServedHosts gives all hosts that serve, by name: a few for each vendor that has any.
func (s Store) ServedHosts(ctx context.Context) (map[string]vendors.Served, error) {
	served := map[string]vendors.Served{}
	_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT h.host, h.opens, v.slug FROM vendor_hosts h JOIN vendors v ON v.id = h.vendor_id
		WHERE h.is_serving = 1`))(func(scan store.Scan) (struct{}, error) {
		var host string
		var one vendors.Served
		err := scan(&host, &one.Opens, &one.Slug)
		served[host] = one
		return struct{}{}, err
	})
	return served, err
}

func scanHost(scan store.Scan) (vendors.Host, error) {
	var h vendors.Host
	var vendor, created int64
	var checked, failing, next store.OptionalInt
	err := scan(&vendor, &h.UUID, &h.Name, &h.Opens, &h.Secret, &h.Proof, &h.Serves, &h.Misses, &h.Seen, &checked, &failing, &next, &created)
	h.Vendor, h.CreatedAt = ident.VendorOf(vendor), store.Instant(created)
	h.CheckedAt, h.FailingAt, h.NextCheck = checked.Instant(), failing.Instant(), next.Instant()
	return h, err
}
