package prepaid

import (
	"context"
	"encoding/json"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const orderColumns = `o.id, o.uuid, o.kind, o.state, o.code_id, o.from_holder, o.to_holder, o.wanted, o.held, o.done, o.days, o.filter, o.problem,
	o.actor, o.created_at, o.ended_at`

func scanOrder(scan store.Scan) (o prepaid.Order, err error) {
	var kind, state, filter string
	var created int64
	var ended store.OptionalInt
	if err = scan(&o.ID, &o.UUID, &kind, &state, &o.Code, &o.From, &o.To, &o.Wanted, &o.Held, &o.Done, &o.Days, &filter, &o.Problem,
		&o.Actor, &created, &ended); err != nil {
		return o, err
	}
	o.Kind, o.State, o.CreatedAt, o.EndedAt = prepaid.OrderKind(kind), prepaid.OrderState(state), store.Instant(created), ended.Instant()
	return o, json.Unmarshal([]byte(filter), &o.Filter)
}

// InsertOrder implements prepaid.Store.
func (Store) InsertOrder(t tx.Tx, v ident.VendorID, o prepaid.Order) (ident.OrderID, error) {
	filter, err := json.Marshal(o.Filter)
	if err != nil {
		return 0, err
	}
	id, err := store.On(t).Insert(`INSERT INTO prepaid_orders (vendor_id, uuid, kind, state, code_id, from_holder, to_holder, wanted, held, done, days,
		filter, problem, actor, created_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
		v, o.UUID, string(o.Kind), string(o.State), o.Code, o.From, o.To, o.Wanted, o.Held, o.Done, o.Days,
		string(filter), o.Problem, o.Actor, o.CreatedAt.UnixMilli(), store.Millis(o.EndedAt))
	return ident.OrderID(id), err
}

// LockOrder implements prepaid.Store.
func (Store) LockOrder(t tx.Tx, v ident.VendorID, id ident.OrderID) (*prepaid.Order, error) {
	return lockOrder(store.On(t), `o.id = $2`, v, id)
}

// LockOrderOf implements prepaid.Store.
func (Store) LockOrderOf(t tx.Tx, v ident.VendorID, id ident.UUID) (*prepaid.Order, error) {
	return lockOrder(store.On(t), `o.uuid = $2`, v, id)
}

func lockOrder(q *store.Tx, where string, args ...any) (*prepaid.Order, error) {
	all, err := store.All[prepaid.Order](q.Query(`SELECT `+orderColumns+` FROM prepaid_orders o
		WHERE o.vendor_id = $1 AND `+where+q.Dialect.ForUpdate(), args...))(scanOrder)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// SaveOrder implements prepaid.Store.
func (Store) SaveOrder(t tx.Tx, v ident.VendorID, o prepaid.Order) error {
	return store.On(t).Later(`UPDATE prepaid_orders SET state = $1, held = $2, done = $3, problem = $4, ended_at = $5 WHERE vendor_id = $6 AND id = $7`,
		string(o.State), o.Held, o.Done, o.Problem, store.Millis(o.EndedAt), v, o.ID)
}

// CountOpenOrders implements prepaid.Store. The plus keeps the planner on the index of those that have not ended.
func (Store) CountOpenOrders(t tx.Tx, v ident.VendorID, from ident.CustomerID) (n int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM prepaid_orders WHERE ended_at IS NULL AND +vendor_id = $1 AND from_holder = $2`, []any{v, from}, &n)
	return n, err
}

// OpenOrders implements prepaid.Reader.
func (s Store) OpenOrders(ctx context.Context, after ident.OrderID, limit int) ([]prepaid.OpenOrder, error) {
	return store.All[prepaid.OpenOrder](s.DB.Query(ctx, `SELECT vendor_id, id FROM prepaid_orders
		WHERE ended_at IS NULL AND id > $1 ORDER BY id LIMIT $2`, after, limit))(
		func(scan store.Scan) (o prepaid.OpenOrder, err error) {
			var vendor int64
			err = scan(&vendor, &o.ID)
			o.Vendor = ident.VendorOf(vendor)
			return o, err
		})
}
