package audit

import (
	"context"
	"maps"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/store"
)

// named is where ids of the audit log have their names.
var named = []string{ //nolint:gochecknoglobals // constant
	`SELECT uuid, company_name FROM customers WHERE vendor_id =`,
	`SELECT uuid, name FROM products WHERE vendor_id =`,
	`SELECT uuid, name FROM editions WHERE vendor_id =`,
	`SELECT uuid, name FROM licenses WHERE vendor_id =`,
	`SELECT uuid, name FROM api_keys WHERE vendor_id =`,
	`SELECT uuid, name FROM roles WHERE vendor_id =`,
	`SELECT uuid, email FROM users WHERE vendor_id =`,
	`SELECT a.uuid, d.number FROM activations a JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id WHERE a.vendor_id =`,
}

// together is how many ids one statement asks for.
const together = 200

// Names gives the names of those of the ids that have one, by the id's text.
func (s Store) Names(ctx context.Context, vendor ident.VendorID, ids []ident.UUID) (map[string]string, error) {
	names := map[string]string{}
	for len(ids) > 0 {
		part := ids[:min(len(ids), together)]
		ids = ids[len(part):]
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		for _, from := range named {
			column := "uuid"
			if strings.Contains(from, "a.uuid") {
				column = "a.uuid"
			}
			q := store.Select(from, vendor).And(column+" IN (?"+strings.Repeat(", ?", len(part)-1)+")", args...)
			sqltext, args := q.End(" LIMIT ?", together)
			found, err := store.All[[2]string](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (pair [2]string, err error) {
				var id ident.UUID
				err = scan(&id, &pair[1])
				pair[0] = id.String()
				return pair, err
			})
			if err != nil {
				return nil, err
			}
			maps.Insert(names, func(yield func(string, string) bool) {
				for _, pair := range found {
					if pair[1] != "" && !yield(pair[0], pair[1]) {
						return
					}
				}
			})
		}
	}
	return names, nil
}
