package licensing

import (
	"strconv"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// searched narrows a selection of licences to those that something of begins as
// asked for. Each kind is a range of its own index, and gives a bounded number.
func searched(q *store.Selection, v ident.VendorID, p licensing.Prefix) {
	var parts []string
	var args []any
	kind := func(sqltext string, more ...any) {
		parts = append(parts, `SELECT id FROM (`+sqltext+` LIMIT `+strconv.Itoa(licensing.SearchedAtOnce)+`) AS k`+strconv.Itoa(len(parts)))
		args = append(append(args, v), more...)
	}
	text := func(column, where, order, prefix string) {
		if prefix == "" {
			return
		}
		condition, more := column+" >= ?", []any{prefix}
		if end, ok := listing.PrefixEnd(prefix); ok {
			condition, more = condition+" AND "+column+" < ?", append(more, end)
		}
		kind(`SELECT id FROM licenses WHERE vendor_id = ? AND `+where+condition+` ORDER BY `+order, more...)
	}
	if p.IsUUID {
		kind(`SELECT id FROM licenses WHERE vendor_id = ? AND license_key >= ? AND license_key <= ? ORDER BY license_key`, p.From, p.To)
		kind(`SELECT license_id AS id FROM tokens WHERE vendor_id = ? AND token_key >= ? AND token_key <= ? ORDER BY token_key`, p.From, p.To)
	}
	text("printed_key", "printed_key IS NOT NULL AND ", "printed_key", p.Printed)
	for _, legacy := range p.Legacy {
		text("legacy_license_key", "legacy_license_key IS NOT NULL AND ", "legacy_license_key", legacy)
	}
	text("name_folded", "name_folded <> '' AND ", "name_folded", p.Folded)
	text("licensee_email", "", "licensee_email", p.Email)
	q.And("l.id IN ("+strings.Join(parts, " UNION ")+")", args...)
}
