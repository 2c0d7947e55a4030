package store

import (
	"context"

	"chancery/internal/tx"
)

// forgetPortion is how many old rows one transaction takes out: a few
// milliseconds, after which others have their turn.
const forgetPortion = 500

// Aged is a table whose rows are forgotten by age. An index of it begins with
// the vendor and Column.
type Aged struct {
	Table  string
	Column string // a number that rises with time: a day or an hour
	Key    string // what tells a vendor's rows apart
}

// Forget takes all vendors' rows whose column is below a value out of a table,
// in portions, and tells how many.
func (db *DB) Forget(ctx context.Context, a Aged, below int64) (total int, err error) {
	vendors, err := All[int64](db.Query(ctx, `SELECT id FROM vendors ORDER BY id`))(func(scan Scan) (id int64, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return 0, err
	}
	for _, vendor := range vendors {
		for n := int64(forgetPortion); n == forgetPortion; total += int(n) {
			if err := tx.Paced(ctx, func(ctx context.Context) error {
				return db.Run(ctx, func(t tx.Tx) (err error) {
					n, err = On(t).Exec(`DELETE FROM `+a.Table+` WHERE vendor_id = $1 AND (`+a.Key+`) IN
					(SELECT `+a.Key+` FROM `+a.Table+` WHERE vendor_id = $1 AND `+a.Column+` < $2 LIMIT $3)`, vendor, below, forgetPortion)
					return err
				})
			}); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
