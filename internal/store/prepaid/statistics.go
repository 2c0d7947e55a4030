package prepaid

import (
	"context"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// ask reads committed data: all that one snapshot gives is of one moment.
type ask func(text string, args ...any) (store.Rows, error)

// asking reads what is committed at each moment.
func (s Store) asking(ctx context.Context) ask {
	return func(text string, args ...any) (store.Rows, error) { return s.DB.Query(ctx, text, args...) }
}

// atOnce lets fn read at one moment.
func (s Store) atOnce(ctx context.Context, fn func(ask) error) error {
	return s.DB.Snapshot(ctx, func(query func(text string, args ...any) (store.Rows, error)) error { return fn(query) })
}

// CodesOf gives all license codes of a vendor, by code.
func (s Store) CodesOf(ctx context.Context, v ident.VendorID) ([]prepaid.Code, error) {
	return codesBy(s.asking(ctx), v)
}

func codesBy(query ask, v ident.VendorID) ([]prepaid.Code, error) {
	return store.All[prepaid.Code](query(`SELECT `+codeColumns+` FROM prepaid_codes k WHERE k.vendor_id = $1 ORDER BY k.code_key`, v))(scanCode)
}

// InUse reports whether a vendor has license codes: who has none has no prepaid licences.
func (s Store) InUse(ctx context.Context, v ident.VendorID) (bool, error) {
	var id ident.CodeID
	return s.DB.QueryRow(ctx, `SELECT id FROM prepaid_codes WHERE vendor_id = $1 LIMIT 1`, []any{v}, &id)
}

// SettingsOf gives a vendor's settings.
func (s Store) SettingsOf(ctx context.Context, v ident.VendorID) (set prepaid.Settings, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT grace_days FROM prepaid_settings WHERE vendor_id = $1`, []any{v}, &set.GraceDays)
	return set, err
}

// CustomerOf gives a customer with its switches; nil for none.
func (s Store) CustomerOf(ctx context.Context, v ident.VendorID, id ident.UUID) (*prepaid.Customer, error) {
	all, err := store.All[prepaid.Customer](s.DB.Query(ctx, selectCustomer+`WHERE c.vendor_id = $1 AND c.uuid = $2`, v, id))(scanCustomer)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// IsBelow reports whether a customer is below another one, at any depth.
func (s Store) IsBelow(ctx context.Context, v ident.VendorID, customer, superior ident.CustomerID) (bool, error) {
	var depth int64
	found, err := s.DB.QueryRow(ctx, `SELECT depth FROM customer_closure WHERE vendor_id = $1 AND superior_id = $2 AND customer_id = $3`,
		[]any{v, superior, customer}, &depth)
	return found && depth > 0, err
}

// OrderOf gives an order; nil for none, and where a customer asks that has none of its sides.
func (s Store) OrderOf(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.Order, error) {
	all, err := store.All[prepaid.Order](s.DB.Query(ctx, `SELECT `+orderColumns+` FROM prepaid_orders o
		WHERE o.vendor_id = $1 AND o.uuid = $2`, v, id))(scanOrder)
	if err != nil || len(all) == 0 || !h.Everybody && all[0].From != h.Customer {
		return nil, err
	}
	return &all[0], nil
}

// SeenSince tells since when a customer is below another one, of whose records that one
// sees none of before; zero for always, and for a customer itself.
func (s Store) SeenSince(ctx context.Context, v ident.VendorID, customer, superior ident.CustomerID) (time.Time, error) {
	var since int64
	_, err := s.DB.QueryRow(ctx, `SELECT since FROM customer_closure WHERE vendor_id = $1 AND superior_id = $2 AND customer_id = $3`,
		[]any{v, superior, customer}, &since)
	return instant(since), err
}

// OrdersOf lists orders, the newest first: a vendor's, or those of a customer's own cards.
func (s Store) OrdersOf(
	ctx context.Context, v ident.VendorID, h prepaid.Holder, r listing.Request,
) (listing.Page[prepaid.OrderView], error) {
	sel := store.Select(selectOrderView+`WHERE o.vendor_id =`, v)
	if !h.Everybody {
		sel.And("o.kind = 'sell' AND o.from_holder = ?", h.Customer)
	}
	text, args := sel.Page(r, store.Column{Name: "o.id"}, "o.id")
	items, err := store.All[prepaid.OrderView](s.DB.Query(ctx, text, args...))(scanOrderView)
	return listing.Cut(r, items, func(o prepaid.OrderView) listing.Mark { return r.Mark(int64(o.ID)) }), err
}

// OrderByID gives an order as OrdersOf lists it; nil for none.
func (s Store) OrderByID(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.OrderView, error) {
	sel := store.Select(selectOrderView+`WHERE o.vendor_id =`, v).And("o.uuid = ?", id)
	if !h.Everybody {
		sel.And("o.kind = 'sell' AND o.from_holder = ?", h.Customer)
	}
	text, args := sel.End("")
	all, err := store.All[prepaid.OrderView](s.DB.Query(ctx, text, args...))(scanOrderView)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

const selectOrderView = `SELECT ` + orderColumns + `, COALESCE(k.code, ''), f.uuid, f.customer_number, f.company_name, u.uuid, u.customer_number,
	u.company_name FROM prepaid_orders o LEFT JOIN prepaid_codes k ON k.vendor_id = o.vendor_id AND k.id = o.code_id
	LEFT JOIN customers f ON f.vendor_id = o.vendor_id AND f.id = o.from_holder
	LEFT JOIN customers u ON u.vendor_id = o.vendor_id AND u.id = o.to_holder `

func scanOrderView(scan store.Scan) (w prepaid.OrderView, err error) {
	var from, to ownerRow
	w.Order, err = scanOrder(func(dest ...any) error {
		return scan(append(append(append(dest, &w.LicenseCode), from.dest()...), to.dest()...)...)
	})
	w.Source, w.Target = from.owner(), to.owner()
	return w, err
}

// Statistics counts cards by code, from the counters.
func (s Store) Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (all prepaid.Statistics, err error) {
	return all, s.atOnce(ctx, func(query ask) (err error) {
		all, err = statistics(query, v, h)
		return err
	})
}

// Forecast tells, by code, what is left and what was charged in the last whole days before
// a day of the vendor.
func (s Store) Forecast(ctx context.Context, v ident.VendorID, h prepaid.Holder, today int64) ([]prepaid.Forecast, error) {
	_, forecasts, err := s.Figures(ctx, v, h, today)
	return forecasts, err
}

// Figures gives both, of one moment.
func (s Store) Figures(
	ctx context.Context, v ident.VendorID, h prepaid.Holder, today int64,
) (all prepaid.Statistics, forecasts []prepaid.Forecast, err error) {
	return all, forecasts, s.atOnce(ctx, func(query ask) (err error) {
		if all, err = statistics(query, v, h); err == nil {
			forecasts, err = forecast(query, v, h, all, today)
		}
		return err
	})
}

func statistics(query ask, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error) {
	codes, err := codesBy(query, v)
	if err != nil {
		return prepaid.Statistics{}, err
	}
	figures := make([]prepaid.CodeFigures, len(codes))
	of := map[ident.CodeID]*prepaid.CodeFigures{}
	for i, c := range codes {
		figures[i].Code, of[c.ID] = c, &figures[i]
		figures[i].Add(0, 0, 0)
	}
	sel := within(store.Select(`SELECT code_id, standing, CAST(SUM(cards) AS BIGINT), CAST(SUM(days) AS BIGINT) FROM prepaid_stock WHERE vendor_id =`, v),
		v, "holder_id", h)
	text, args := sel.End(" GROUP BY code_id, standing")
	_, err = store.All[struct{}](query(text, args...))(func(scan store.Scan) (struct{}, error) {
		var code ident.CodeID
		var standing int
		var cards, days int64
		err := scan(&code, &standing, &cards, &days)
		if f := of[code]; f != nil {
			f.Add(prepaid.Standing(standing), cards, days)
		}
		return struct{}{}, err
	})
	if !h.Everybody { // codes that somebody has none of are none of their business
		figures = slices.DeleteFunc(figures, func(c prepaid.CodeFigures) bool { return c.Total == 0 })
	}
	return prepaid.Statistics{Codes: figures}, err
}

func forecast(query ask, v ident.VendorID, h prepaid.Holder, all prepaid.Statistics, today int64) ([]prepaid.Forecast, error) {
	charged := map[ident.CodeID]int64{}
	sel := within(store.Select(`SELECT code_id, CAST(SUM(charged) AS BIGINT) FROM prepaid_days WHERE vendor_id =`, v), v, "holder_id", h).
		And("day >= ? AND day < ?", today-prepaid.ForecastDays, today)
	text, args := sel.End(" GROUP BY code_id")
	_, err := store.All[struct{}](query(text, args...))(func(scan store.Scan) (struct{}, error) {
		var code ident.CodeID
		var n int64
		err := scan(&code, &n)
		charged[code] = n
		return struct{}{}, err
	})
	forecasts := make([]prepaid.Forecast, len(all.Codes))
	for i, c := range all.Codes {
		forecasts[i] = prepaid.Forecast{Code: c.Code, Days: c.Days, Charged: charged[c.Code.ID]}
	}
	return forecasts, err
}
