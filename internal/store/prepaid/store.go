package prepaid

import (
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store keeps what the room prepaid owns, and implements its lists.
type Store struct{ DB *store.DB }

var (
	_ prepaid.Store  = Store{}
	_ prepaid.Reader = Store{}
)

// Zone implements prepaid.Store.
func (Store) Zone(t tx.Tx, v ident.VendorID) (*time.Location, error) { return store.On(t).Zone(v) }

// Settings implements prepaid.Store.
func (Store) Settings(t tx.Tx, v ident.VendorID) (s prepaid.Settings, err error) {
	_, err = store.On(t).QueryRow(`SELECT grace_days FROM prepaid_settings WHERE vendor_id = $1`, []any{v}, &s.GraceDays)
	return s, err
}

// SaveSettings implements prepaid.Store.
func (Store) SaveSettings(t tx.Tx, v ident.VendorID, s prepaid.Settings) error {
	return store.On(t).Later(`INSERT INTO prepaid_settings (vendor_id, grace_days) VALUES ($1, $2)
		ON CONFLICT (vendor_id) DO UPDATE SET grace_days = excluded.grace_days`, v, s.GraceDays)
}

// inSizes are how many values a list in brackets has: the last one is repeated, so that
// there are few texts.
var inSizes = []int{1, 8, 64, 256} //nolint:gochecknoglobals // a list that never changes

// in calls query for portions of values: list is what stands between the brackets, whose
// placeholders begin with $first, and args are the values.
func in[T any](values []T, first int, query func(list string, args []any) error) error {
	for len(values) > 0 {
		var args []any
		args, values = portion(values)
		list := make([]string, len(args))
		for i := range args {
			list[i] = "$" + strconv.Itoa(first+i)
		}
		if err := query(strings.Join(list, ", "), args); err != nil {
			return err
		}
	}
	return nil
}

// portion gives the first of values, as many as a list has, and the others.
func portion[T any](values []T) (args []any, rest []T) {
	size := inSizes[len(inSizes)-1]
	for _, s := range inSizes {
		if s >= len(values) {
			size = s
			break
		}
	}
	n := min(size, len(values))
	args = make([]any, size)
	for i := range size {
		args[i] = values[min(i, n-1)]
	}
	return args, values[n:]
}
