package store

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// Words is a table of the words of a kind of names, by which they are found. It is
// written with each name; MakeWords makes what is missing: of names from before the
// table, of a restored backup, and of what an older copy of the program has written.
type Words struct {
	table, owner, named string // the words, whose they are, and the table of the names
	columns             string // of the names
}

// The tables of words.
var (
	CustomerWords = Words{"customer_words", "customer_id", "customers", "company_name, ''"}                    //nolint:gochecknoglobals // never changes
	LicenseWords  = Words{"license_words", "license_id", "licenses", "name, COALESCE(legacy_license_key, '')"} //nolint:gochecknoglobals // never changes
)

// Add adds the words of an owner's names.
func (w Words) Add(t *Tx, v ident.VendorID, owner int64, names ...string) error {
	return w.insert(t, wordRows(nil, v, owner, names...))
}

func (w Words) insert(t *Tx, values []any) error {
	return t.InsertMany(`INSERT INTO `+w.table+` (vendor_id, `+w.owner+`, word) VALUES`, 3, values, "ON CONFLICT DO NOTHING", nil)
}

// wordRows adds the rows of an owner's names to values.
func wordRows(values []any, vendor any, owner int64, names ...string) []any {
	for _, name := range names {
		for _, word := range listing.Words(name) {
			values = append(values, vendor, owner, word)
		}
	}
	return values
}

// Replace gives an owner the words of its names now.
func (w Words) Replace(t *Tx, v ident.VendorID, owner int64, names ...string) error {
	if err := t.Later(`DELETE FROM `+w.table+` WHERE vendor_id = $1 AND `+w.owner+` = $2`, v, owner); err != nil {
		return err
	}
	return w.Add(t, v, owner, names...)
}

// Begin gives the text of a query, without its end, for the owners of which a later
// word begins with a prefix: at most limit. Its values come after the vendor's.
func (w Words) Begin(prefix string) (condition string, args []any) {
	condition, args = "word >= ?", []any{prefix}
	if end, ok := listing.PrefixEnd(prefix); ok {
		condition, args = condition+" AND word < ?", append(args, end)
	}
	return `SELECT ` + w.owner + ` AS id FROM ` + w.table + ` WHERE vendor_id = ? AND ` + condition + ` ORDER BY word, ` + w.owner, args
}

// wordsPortion is how many names one step of MakeWords looks at.
const wordsPortion = 50

// MakeWords makes the words that are missing, and tells in how many portions.
func MakeWords(ctx context.Context, db *DB) (n int, err error) {
	for _, w := range []Words{CustomerWords, LicenseWords} {
		var behind int64
		if _, err := db.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) - COALESCE((SELECT done_until FROM word_progress WHERE names = $1), 0)
			FROM `+w.named, []any{w.named}, &behind); err != nil {
			return n, err
		}
		if behind <= 0 {
			continue
		}
		done, err := tx.Portions(ctx, db, w.make)
		if n += done; err != nil {
			return n, err
		}
	}
	return n, nil
}

// make does one portion.
func (w Words) make(t tx.Tx) (more bool, err error) {
	type named struct {
		id, vendor  int64
		name, other string
	}
	q := On(t)
	var done int64
	if _, err := q.QueryRow(`SELECT done_until FROM word_progress WHERE names = $1`, []any{w.named}, &done); err != nil {
		return false, err
	}
	for more = true; more && !t.Spent(); {
		all, err := All[named](q.Query(`SELECT id, vendor_id, `+w.columns+` FROM `+w.named+` WHERE id > $1 ORDER BY id LIMIT $2`, done, wordsPortion))(
			func(scan Scan) (k named, err error) { return k, scan(&k.id, &k.vendor, &k.name, &k.other) })
		if err != nil {
			return false, err
		}
		var values []any
		for _, k := range all {
			values = wordRows(values, k.vendor, k.id, k.name, k.other)
			done = k.id
		}
		if err := w.insert(q, values); err != nil {
			return false, err
		}
		more = len(all) == wordsPortion
	}
	return more, q.Later(`INSERT INTO word_progress (names, done_until) VALUES ($1, $2)
		ON CONFLICT (names) DO UPDATE SET done_until = excluded.done_until`, w.named, done)
}
