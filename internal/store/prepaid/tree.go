package prepaid

import (
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const selectCustomer = `SELECT c.id, c.uuid, c.customer_number, c.company_name, COALESCE(c.superior_id, 0),
	COALESCE(s.allow_superior, 0), COALESCE(s.next_card, 0), COALESCE(s.transfer_code, ''), COALESCE(s.low_days, 0), COALESCE(s.very_low_days, 0)
	FROM customers c LEFT JOIN prepaid_customers s ON s.vendor_id = c.vendor_id AND s.customer_id = c.id `

func scanCustomer(scan store.Scan) (c prepaid.Customer, err error) {
	var allow, next int64
	err = scan(&c.ID, &c.UUID, &c.Number, &c.Name, &c.Superior, &allow, &next, &c.TransferCode, &c.LowDays, &c.VeryLowDays)
	c.AllowSuperior, c.NextCard = allow != 0, next != 0
	return c, err
}

func customer(t tx.Tx, where string, args ...any) (*prepaid.Customer, error) {
	all, err := store.All[prepaid.Customer](store.On(t).Query(selectCustomer+where, args...))(scanCustomer)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Customer implements prepaid.Store.
func (Store) Customer(t tx.Tx, v ident.VendorID, id ident.UUID) (*prepaid.Customer, error) {
	return customer(t, `WHERE c.vendor_id = $1 AND c.uuid = $2`, v, id)
}

// LockCustomer implements prepaid.Store. The switches, which may have no row, are read
// behind the lock on their customer.
func (s Store) LockCustomer(t tx.Tx, v ident.VendorID, id ident.UUID) (*prepaid.Customer, error) {
	q := store.On(t)
	if lock := q.Dialect.ForUpdate(); lock != "" {
		var one int
		if _, err := q.QueryRow(`SELECT 1 FROM customers WHERE vendor_id = $1 AND uuid = $2`+lock, []any{v, id}, &one); err != nil {
			return nil, err
		}
	}
	return s.Customer(t, v, id)
}

// ByTransferCode implements prepaid.Store.
func (Store) ByTransferCode(t tx.Tx, v ident.VendorID, code string) (*prepaid.Customer, error) {
	return customer(t, `WHERE c.vendor_id = $1 AND c.id = (SELECT o.customer_id FROM prepaid_customers o
		WHERE o.vendor_id = $1 AND o.transfer_code = $2)`, v, code)
}

// Line implements prepaid.Store.
func (Store) Line(t tx.Tx, v ident.VendorID, id ident.CustomerID) ([]prepaid.Customer, error) {
	if id == 0 {
		return nil, nil
	}
	return store.All[prepaid.Customer](store.On(t).Query(`WITH RECURSIVE up (id, depth) AS (
			SELECT c.id, 0 FROM customers c WHERE c.vendor_id = $1 AND c.id = $2
			UNION ALL SELECT c.superior_id, up.depth + 1 FROM up JOIN customers c ON c.vendor_id = $1 AND c.id = up.id WHERE c.superior_id IS NOT NULL
		) `+selectCustomer+`JOIN up ON up.id = c.id WHERE c.vendor_id = $1 ORDER BY up.depth`, v, id))(scanCustomer)
}

// SaveSwitches implements prepaid.Store.
func (Store) SaveSwitches(t tx.Tx, v ident.VendorID, id ident.CustomerID, s prepaid.Switches) error {
	return store.On(t).Later(`INSERT INTO prepaid_customers (vendor_id, customer_id, allow_superior, next_card, transfer_code, low_days, very_low_days)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (vendor_id, customer_id) DO UPDATE SET allow_superior = excluded.allow_superior,
		next_card = excluded.next_card, transfer_code = excluded.transfer_code, low_days = excluded.low_days,
		very_low_days = excluded.very_low_days`,
		v, id, store.Bit(s.AllowSuperior), store.Bit(s.NextCard), store.OrNull(s.TransferCode), store.OrNull(s.LowDays), store.OrNull(s.VeryLowDays))
}
