package licensing

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// kinds gathers the kinds of things that a search looks for: each is a range of its
// own index, and gives a bounded number of licences.
type kinds struct {
	vendor ident.VendorID
	parts  []string
	args   []any
}

// add adds a kind: a query for ids in which each ? but the first, the vendor, takes
// the next of args.
func (k *kinds) add(sqltext string, args ...any) {
	k.parts = append(k.parts, `SELECT id FROM (`+sqltext+` LIMIT `+strconv.Itoa(licensing.SearchedAtOnce)+`) AS k`+strconv.Itoa(len(k.parts)))
	k.args = append(append(k.args, k.vendor), args...)
}

// begins adds the licences of which a column begins with a prefix.
func (k *kinds) begins(column, where, prefix string) {
	if prefix == "" {
		return
	}
	condition, args := ranged(column, prefix)
	k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND `+where+condition+` ORDER BY `+column, args...)
}

func ranged(column, prefix string) (condition string, args []any) {
	condition, args = column+" >= ?", []any{prefix}
	if end, ok := listing.PrefixEnd(prefix); ok {
		condition, args = condition+" AND "+column+" < ?", append(args, end)
	}
	return condition, args
}

func (k *kinds) text() string { return strings.Join(k.parts, " UNION ") }

// searched narrows a selection of licences to those of which something begins as
// asked for. Where no word of them does, they may have it as a block or the end of a key
// too: short runs of digits stand in many keys, at their beginning and elsewhere.
func (s *Store) searched(ctx context.Context, q *store.Selection, v ident.VendorID, p licensing.Prefix) error {
	found := words(v, p)
	if p.Parts.Any() {
		text, args := store.Select(`SELECT l.id FROM licenses l WHERE l.vendor_id =`, v).And("l.id IN ("+found.text()+")", found.args...).End(" LIMIT 1")
		var first int64
		some, err := s.db.QueryRow(ctx, text, args, &first)
		if err != nil {
			return err
		}
		if !some {
			found = partsOfKeys(v, p.Parts)
		}
	}
	found.beginningsOfKeys(p)
	q.And("l.id IN ("+found.text()+")", found.args...)
	return nil
}

// customersAtOnce is how many customers a search for licences takes whose number
// begins as asked for.
const customersAtOnce = 20

// beginningsOfKeys adds the licences of which a key that the server made, or the id,
// begins so.
func (k *kinds) beginningsOfKeys(p licensing.Prefix) {
	if p.IsUUID {
		k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND license_key >= ? AND license_key <= ? ORDER BY license_key`, p.From, p.To)
		k.add(`SELECT license_id AS id FROM tokens WHERE vendor_id = ? AND token_key >= ? AND token_key <= ? ORDER BY token_key`, p.From, p.To)
	}
	if p.IsID() {
		k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND uuid >= ? AND uuid <= ? ORDER BY uuid`, p.From, p.To)
	}
	k.begins("printed_key", "printed_key IS NOT NULL AND ", p.Printed)
}

// words looks for what people write: names, numbers, addresses, keys of other servers.
func words(v ident.VendorID, p licensing.Prefix) *kinds {
	k := &kinds{vendor: v}
	for _, legacy := range p.Legacy {
		k.begins("legacy_license_key", "legacy_license_key IS NOT NULL AND ", legacy)
	}
	k.begins("name_folded", "name_folded <> '' AND ", p.Folded)
	k.begins("licensee_email", "", p.Email)
	if p.Word != "" {
		words, args := store.LicenseWords.Begin(p.Word)
		k.add(words, args...)
	}
	k.ofCustomers(p.Number)
	if upper := strings.ToUpper(p.Number); upper != p.Number { // they are mostly capitals
		k.ofCustomers(upper)
	}
	return k
}

// ofCustomers adds the licences of the customer of this number, the newest first, and
// of those of which the number begins with it.
func (k *kinds) ofCustomers(number string) {
	condition, args := ranged("customer_number", number)
	k.add(`SELECT l.id FROM licenses l WHERE l.vendor_id = ? AND l.customer_id =
		(SELECT id FROM customers WHERE vendor_id = ? AND customer_number = ?) ORDER BY l.id DESC`, k.vendor, number)
	k.add(`SELECT l.id FROM licenses l WHERE l.vendor_id = ? AND l.customer_id IN (SELECT id FROM
		(SELECT id FROM customers WHERE vendor_id = ? AND `+condition+` ORDER BY customer_number LIMIT `+strconv.Itoa(customersAtOnce)+`) AS c)`,
		append([]any{k.vendor}, args...)...)
}

// partsOfKeys looks for blocks and ends of keys. An index holds what each begins or
// ends with; the few rows of it that have the same are compared in full.
func partsOfKeys(v ident.VendorID, p licensing.KeyParts) *kinds {
	k := &kinds{vendor: v}
	for _, at := range []int{5, 7, 9} { // the bytes that the blocks begin with
		if rest := len(ident.UUID{}) - at + 1; len(p.Middle) > 0 && len(p.Middle) <= rest {
			tail := "substr(license_key, " + strconv.Itoa(at) + ")"
			last := append(slices.Clone(p.Middle), bytes.Repeat([]byte{0xff}, rest-len(p.Middle))...)
			k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND `+tail+` >= ? AND `+tail+` <= ?`, p.Middle, last)
		}
	}
	if len(p.Ends) > 0 {
		end := p.Ends[0]
		last, at := end[len(end)-2:], strconv.Itoa(len(ident.UUID{})-len(end)+1)
		args := append(make([]any, 0, 1+len(p.Ends)), last)
		for _, e := range p.Ends {
			args = append(args, e)
		}
		among := " IN (?" + strings.Repeat(", ?", len(p.Ends)-1) + ")"
		k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND substr(license_key, 15) = ? AND substr(license_key, `+at+`)`+among, args...)
		k.add(`SELECT license_id AS id FROM tokens WHERE vendor_id = ? AND substr(token_key, 15) = ? AND substr(token_key, `+at+`)`+among, args...)
	}
	if p.PrintedMiddle != "" {
		k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND printed_key IS NOT NULL AND substr(printed_key, 7, 5) = ?`, p.PrintedMiddle)
		k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND printed_key IS NOT NULL AND substr(printed_key, 13, 5) = ?`, p.PrintedMiddle)
	}
	if p.PrintedEnd != "" {
		const length = 23 // of a printed key
		at := strconv.Itoa(length - len(p.PrintedEnd) + 1)
		k.add(`SELECT id FROM licenses WHERE vendor_id = ? AND printed_key IS NOT NULL AND substr(printed_key, 20) = ? AND substr(printed_key, `+at+`) = ?`,
			p.PrintedEnd[len(p.PrintedEnd)-4:], p.PrintedEnd)
	}
	return k
}
