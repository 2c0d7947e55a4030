package licensing

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
)

// rowsAtOnce is how many rows one statement names by their ids.
const rowsAtOnce = 100

// ByIDs reads licences; those that are missing are left out.
func (s *Store) ByIDs(ctx context.Context, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error) {
	found := make(map[ident.LicenseID]*licensing.License, len(ids))
	for chunk := range slices.Chunk(distinct(ids), rowsAtOnce) {
		in, args := placeholders([]any{v}, chunk)
		all, err := s.licenses(s.reading(ctx), time.Time{}, selectLicense+` $1 AND l.id IN (`+in+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			found[l.ID] = l
		}
	}
	return found, nil
}

// sums adds something up for each of some licences. The text has the vendor as
// $1, since as $2, and % where the ids go.
func (s *Store) sums(ctx context.Context, sqltext string, v ident.VendorID, since int64, ids []ident.LicenseID) (map[ident.LicenseID]int64, error) {
	type sum struct {
		license ident.LicenseID
		n       int64
	}
	found := make(map[ident.LicenseID]int64, len(ids))
	for chunk := range slices.Chunk(distinct(ids), rowsAtOnce) {
		in, args := placeholders([]any{v, since}, chunk)
		rows, err := s.db.Query(ctx, strings.Replace(sqltext, "%", in, 1), args...)
		all, err := collect(rows, err, func(scan store.Scan) (n sum, err error) { return n, scan(&n.license, &n.n) })
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			found[n.license] = n.n
		}
	}
	return found, nil
}

func distinct(ids []ident.LicenseID) []ident.LicenseID {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// placeholders gives those of ids, after args. They are filled up with 0 to one
// of a few lengths, so that the number of texts stays small.
func placeholders(args []any, ids []ident.LicenseID) (in string, all []any) {
	n := 1
	for n < len(ids) {
		n *= 10
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		var id ident.LicenseID
		if i < len(ids) {
			id = ids[i]
		}
		args = append(args, id)
		b.WriteString("$" + strconv.Itoa(len(args)))
	}
	return b.String(), args
}
