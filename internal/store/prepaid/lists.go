package prepaid

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

const (
	ownerColumns = `u.uuid, u.customer_number, u.company_name`
	below        = ` IN (SELECT k.customer_id FROM customer_closure k WHERE k.vendor_id = ? AND k.superior_id = ?)`
	belowThen    = ` IN (SELECT k.customer_id FROM customer_closure k WHERE k.vendor_id = ? AND k.superior_id = ? AND k.since <= `
)

// within adds whose things a reader sees.
func within(s *store.Selection, v ident.VendorID, column string, h prepaid.Holder) *store.Selection {
	switch {
	case h.Everybody:
	case h.Below && h.Customer != 0:
		s.And(column+below, v, h.Customer)
	default:
		s.And(column+" = ?", h.Customer)
	}
	return s
}

// seen is what a reader sees of the records of a column's customer, which were made at an
// instant: who is above a customer sees those since it is below them.
func seen(v ident.VendorID, column, at string, h prepaid.Holder) (condition string, args []any) {
	var conditions []string
	switch {
	case h.Everybody:
	case h.Below && h.Customer != 0:
		conditions, args = append(conditions, column+belowThen+at+`)`), append(args, v, h.Customer)
	case h.Customer == 0:
		conditions = append(conditions, `COALESCE(`+column+`, 0) = 0`)
	default:
		conditions, args = append(conditions, column+` = ?`), append(args, h.Customer)
	}
	if h.Seer != 0 && h.Seer != h.Customer {
		conditions, args = append(conditions, column+belowThen+at+`)`), append(args, v, h.Seer)
	}
	if len(conditions) == 0 {
		return "1 = 1", nil
	}
	return strings.Join(conditions, " AND "), args
}

// ownerRow is a customer that may be none, as it comes.
type ownerRow struct {
	id           ident.UUID
	number, name store.OptionalText
}

func (o *ownerRow) dest() []any { return []any{&o.id, &o.number, &o.name} }
func (o *ownerRow) owner() prepaid.Owner {
	return prepaid.Owner{UUID: o.id, Number: o.number.V, Name: o.name.V}
}

const selectCardView = `SELECT ` + cardColumns + `, k.code, k.name, k.models, k.contact, n.number, ` + ownerColumns + cardFrom + `
	JOIN prepaid_codes k ON k.vendor_id = c.vendor_id AND k.id = c.code_id
	LEFT JOIN prepaid_device_numbers n ON n.id = c.device_id AND n.vendor_id = c.vendor_id
	LEFT JOIN customers u ON u.vendor_id = c.vendor_id AND u.id = c.holder_id `

// cardView reads a card for who sees what a holder says.
func cardView(h prepaid.Holder) func(store.Scan) (prepaid.CardView, error) {
	return func(scan store.Scan) (w prepaid.CardView, err error) {
		var models string
		var device store.OptionalText
		var o ownerRow
		w.Card, err = scanCard(func(dest ...any) error {
			return scan(append(append(dest, &w.LicenseCode, &w.CodeName, &models, &w.Contact, &device), o.dest()...)...)
		})
		if err != nil {
			return w, err
		}
		w.DeviceNo, w.Owner, w.Is = device.V, o.owner(), w.Standing()
		if err == nil {
			err = json.Unmarshal([]byte(models), &w.Models)
		}
		return w.Seen(h), err
	}
}

// Cards lists cards. A page looks at a bounded number of them, and offers to search on.
func (s Store) Cards(
	ctx context.Context, v ident.VendorID, f prepaid.CardFilter, r listing.Request,
) (page listing.Page[prepaid.CardView], err error) {
	served := func(text string) *store.Selection {
		return keyed(within(store.Select(text+`WHERE c.vendor_id =`, v), v, "c.holder_id", f.OfHolders), v, f)
	}
	sel := served(selectCardView)
	narrow(sel, f)
	by := store.Column{Name: "c.id"}
	if r.Sort == "number" {
		by = store.Column{Name: "c.number"}
	}
	bound := store.Search{}
	if by.Name == "c.id" {
		if bound, err = s.DB.Bound(ctx, served(`SELECT c.id FROM prepaid_cards c `), "c.id", r, store.SearchDepth); err != nil {
			return page, err
		}
		bound.Within(sel, "c.id")
	}
	text, args := sel.Page(r, by, "c.id")
	items, err := store.All[prepaid.CardView](s.DB.Query(ctx, text, args...))(cardView(f.OfHolders))
	page = listing.Cut(r, items, func(w prepaid.CardView) listing.Mark {
		m := r.Mark(int64(w.ID))
		if r.Sort == "number" {
			m.Text = w.Number
		}
		return m
	})
	if by.Name == "c.id" {
		page.Next = bound.Next(page.Next)
	}
	return page, err
}

// CardByNumber gives the card of a number, as printed; nil where who looks sees none.
func (s Store) CardByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.CardView, error) {
	text, args := within(store.Select(selectCardView+`WHERE c.vendor_id =`, v), v, "c.holder_id", h).And("c.number = ?", number).End("")
	all, err := store.All[prepaid.CardView](s.DB.Query(ctx, text, args...))(cardView(h))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// CardsOf gives the cards that are on a device, also those without days.
func (s Store) CardsOf(ctx context.Context, v ident.VendorID, d ident.DeviceID, h prepaid.Holder) ([]prepaid.CardView, error) {
	text, args := within(store.Select(selectCardView+`WHERE c.vendor_id =`, v), v, "c.holder_id", h).And("c.device_id = ?", d).
		End(" ORDER BY c.id LIMIT ?", listing.MaxLimit)
	return store.All[prepaid.CardView](s.DB.Query(ctx, text, args...))(cardView(h))
}

// deviceID finds a device by its number in any writing; 0 for none.
func (s Store) deviceID(ctx context.Context, v ident.VendorID, number string) (id ident.DeviceID, err error) {
	if number == "" {
		return 0, nil
	}
	_, err = s.DB.QueryRow(ctx, `SELECT id FROM prepaid_device_numbers WHERE vendor_id = $1 AND number_key = $2`, []any{v, entry.DeviceKey(number)}, &id)
	return id, err
}

const selectDeviceView = `SELECT ` + stateColumns + `, ` + numberColumns + `, h.at, COALESCE(h.outcome, 0),
	(SELECT COUNT(*) FROM prepaid_cards o WHERE o.vendor_id = d.vendor_id AND o.device_id = d.id),
	(SELECT CAST(COALESCE(SUM(o.days), 0) AS BIGINT) FROM prepaid_bound o WHERE o.vendor_id = d.vendor_id AND o.device_id = d.id), ` + ownerColumns + `
	FROM prepaid_devices d JOIN prepaid_device_numbers n ON n.id = d.id LEFT JOIN prepaid_heard h ON h.id = d.id
	LEFT JOIN customers u ON u.vendor_id = d.vendor_id AND u.id = d.holder_id `

func deviceView(h prepaid.Holder) func(store.Scan) (prepaid.DeviceView, error) {
	return func(scan store.Scan) (w prepaid.DeviceView, err error) {
		var heard store.OptionalInt
		var o ownerRow
		w.Device, err = scanDevice(func(dest ...any) error {
			return scan(append(append(dest, &heard, &w.HeardAs, &w.BoundCards, &w.DaysLeft), o.dest()...)...)
		})
		w.HeardAt, w.Owner = heard.Instant(), o.owner()
		if !h.IsStaff && w.HeardAt.Before(w.HeldSince) {
			w.HeardAt, w.HeardAs = time.Time{}, prepaid.NotDark
		}
		return w, err
	}
}

// Devices lists devices. A page looks at a bounded number of them, and offers to search on.
func (s Store) Devices(
	ctx context.Context, v ident.VendorID, f prepaid.DeviceFilter, r listing.Request,
) (page listing.Page[prepaid.DeviceView], err error) {
	served := func(text string) *store.Selection {
		return within(store.Select(text+`WHERE d.vendor_id =`, v), v, "d.holder_id", f.Holders)
	}
	sel := served(selectDeviceView)
	narrowDevices(sel, f)
	bound, err := s.DB.Bound(ctx, served(`SELECT d.id FROM prepaid_devices d `), "d.id", r, store.SearchDepth)
	if err != nil {
		return page, err
	}
	bound.Within(sel, "d.id")
	text, args := sel.Page(r, store.Column{Name: "d.id"}, "d.id")
	items, err := store.All[prepaid.DeviceView](s.DB.Query(ctx, text, args...))(deviceView(f.Holders))
	page = listing.Cut(r, items, func(w prepaid.DeviceView) listing.Mark { return r.Mark(int64(w.ID)) })
	page.Next = bound.Next(page.Next)
	return page, err
}

func narrowDevices(s *store.Selection, f prepaid.DeviceFilter) {
	if f.Number != "" {
		s.Prefix("n.number_key", entry.DeviceKey(f.Number))
	}
	if f.Model != "" {
		s.And("n.model = ?", f.Model)
	}
	if f.Dark != nil && *f.Dark {
		s.And("d.dark <> 0")
	} else if f.Dark != nil {
		s.And("d.dark = 0")
	}
	if !f.Soon.Before.IsZero() {
		goingDark(s, f.Soon)
	}
	if f.WithOut != nil && *f.WithOut {
		s.And("NOT EXISTS (SELECT 1 FROM prepaid_cards o WHERE o.vendor_id = d.vendor_id AND o.device_id = d.id)")
	}
}

// DeviceByNumber gives a device by its number in any writing; nil where who looks sees none.
func (s Store) DeviceByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.DeviceView, error) {
	text, args := within(store.Select(selectDeviceView+`WHERE d.vendor_id =`, v), v, "d.holder_id", h).And("n.number_key = ?", entry.DeviceKey(number)).End("")
	all, err := store.All[prepaid.DeviceView](s.DB.Query(ctx, text, args...))(deviceView(h))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Unknown lists the numbers that reported and are no devices, those heard last first.
func (s Store) Unknown(ctx context.Context, v ident.VendorID) ([]prepaid.Unknown, error) {
	return store.All[prepaid.Unknown](s.DB.Query(ctx, `SELECT number, heard_at, times FROM prepaid_unknown WHERE vendor_id = $1
		ORDER BY heard_at DESC LIMIT $2`, v, mostUnknown))(func(scan store.Scan) (u prepaid.Unknown, err error) {
		var at int64
		err = scan(&u.Number, &at, &u.Times)
		u.HeardAt = store.Instant(at)
		return u, err
	})
}
