package prepaid

import (
	"context"
	"math"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// window is what one page of a list of holders' things looks at: all of them where they are
// few, else a bounded number.
type window struct {
	few  string // a query of the ids of all of them; "" where they are many
	args []any
	deep int
}

// deepOfMany is how many a page looks at where they lie among those of others: to find one
// takes up to fifty steps then.
const deepOfMany = store.SearchDepth / 10

// window finds out how many things of a table the holders have: no index has those of
// several holders in one order.
func (s Store) window(ctx context.Context, v ident.VendorID, table string, h prepaid.Holder) (window, error) {
	if h.Everybody {
		return window{deep: store.SearchDepth}, nil
	}
	from := ` FROM ` + table + ` o WHERE o.vendor_id = $1 AND o.holder_id = $2`
	if h.Below && h.Customer != 0 {
		from = ` FROM customer_closure k CROSS JOIN ` + table + ` o
			WHERE k.vendor_id = $1 AND k.superior_id = $2 AND o.vendor_id = k.vendor_id AND o.holder_id = k.customer_id`
	}
	var n int
	_, err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1`+from+` LIMIT $3) AS held`, []any{v, h.Customer, store.SearchDepth + 1}, &n)
	if n > store.SearchDepth {
		return window{deep: deepOfMany}, err
	}
	return window{few: `SELECT o.id` + strings.NewReplacer("$1", "?", "$2", "?").Replace(from), args: []any{v, h.Customer}}, err
}

// look narrows a selection to the window. looked selects the same with what indexes serve
// alone, by the id and the column that the list is sorted by. It gives the cursor to search
// on with where the page finds too few.
func (w window) look(ctx context.Context, s Store, looked, sel *store.Selection, id string, by *store.Column, r listing.Request) (next string, err error) {
	switch {
	case w.few != "":
		sel.And(id+" IN ("+w.few+")", w.args...)
		if by.Name != id {
			by.Name = "(" + by.Name + " || '')" // sorted, and not walked through in its order
		}
		return "", nil
	case by.Name == id:
		bound, err := s.DB.Bound(ctx, looked, id, r, w.deep)
		bound.Within(sel, id)
		return bound.Next(""), err
	}
	farthest, within, last := "MAX", " <= ?", r.Mark(math.MaxInt64)
	if r.Desc {
		farthest, within, last = "MIN", " >= ?", r.Mark(0)
	}
	text, args := looked.Page(listing.Request{Limit: w.deep, Desc: r.Desc, After: r.After}, *by, id)
	var many int
	if _, err := s.DB.QueryRow(ctx, `SELECT COALESCE(`+farthest+`(number), ''), COUNT(*) FROM (`+text+`) AS looked`,
		args, &last.Text, &many); err != nil || many <= w.deep {
		return "", err
	}
	sel.And(by.Name+within, last.Text)
	return last.Encode(), nil
}
