package licensing

import (
	"database/sql"

	"chancery/internal/ident"
	"chancery/internal/licensing"
)

func scanDue(rows *sql.Rows) (licensing.Due, error) {
	var d licensing.Due
	var vendor int64
	err := rows.Scan(&vendor, &d.Activation, &d.Device)
	d.Vendor = ident.VendorOf(vendor)
	return d, err //nolint:wrapcheck // store's own
}
