package prepaid

import (
	"context"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// CodesOf gives all license codes of a vendor, by code.
func (s Store) CodesOf(ctx context.Context, v ident.VendorID) ([]prepaid.Code, error) {
	return store.All[prepaid.Code](s.DB.Query(ctx, `SELECT `+codeColumns+` FROM prepaid_codes k WHERE k.vendor_id = $1 ORDER BY k.code_key`, v))(scanCode)
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

// Statistics counts cards by code, from the counters.
func (s Store) Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error) {
	codes, err := s.CodesOf(ctx, v)
	if err != nil {
		return prepaid.Statistics{}, err
	}
	figures := make([]prepaid.CodeFigures, len(codes))
	at := map[ident.CodeID]int{}
	for i, c := range codes {
		figures[i].Code, at[c.ID] = c, i
		figures[i].Add(0, 0, 0)
	}
	sel := within(store.Select(`SELECT code_id, standing, CAST(SUM(cards) AS BIGINT), CAST(SUM(days) AS BIGINT) FROM prepaid_stock WHERE vendor_id =`, v),
		v, "holder_id", h)
	text, args := sel.End(" GROUP BY code_id, standing")
	_, err = store.All[struct{}](s.DB.Query(ctx, text, args...))(func(scan store.Scan) (struct{}, error) {
		var code ident.CodeID
		var standing int
		var cards, days int64
		err := scan(&code, &standing, &cards, &days)
		figures[at[code]].Add(prepaid.Standing(standing), cards, days)
		return struct{}{}, err
	})
	if !h.Everybody { // codes that somebody has none of are none of their business
		figures = slices.DeleteFunc(figures, func(c prepaid.CodeFigures) bool { return c.Total == 0 })
	}
	return prepaid.Statistics{Codes: figures}, err
}

// Forecast tells, by code, what is left and what was charged in the last whole days before
// a day of the vendor.
func (s Store) Forecast(ctx context.Context, v ident.VendorID, h prepaid.Holder, today int64) ([]prepaid.Forecast, error) {
	all, err := s.Statistics(ctx, v, h)
	if err != nil {
		return nil, err
	}
	charged := map[ident.CodeID]int64{}
	sel := within(store.Select(`SELECT code_id, CAST(SUM(charged) AS BIGINT) FROM prepaid_days WHERE vendor_id =`, v), v, "holder_id", h).
		And("day >= ? AND day < ?", today-prepaid.ForecastDays, today)
	text, args := sel.End(" GROUP BY code_id")
	_, err = store.All[struct{}](s.DB.Query(ctx, text, args...))(func(scan store.Scan) (struct{}, error) {
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
