package prepaid

import (
	"context"
	"fmt"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

const selectTransferView = `SELECT ` + transferColumns + `, COALESCE(k.code, ''), f.uuid, f.customer_number, f.company_name,
	u.uuid, u.customer_number, u.company_name FROM prepaid_transfers r
	LEFT JOIN prepaid_codes k ON k.vendor_id = r.vendor_id AND k.id = r.code_id
	LEFT JOIN customers f ON f.vendor_id = r.vendor_id AND f.id = r.from_id
	LEFT JOIN customers u ON u.vendor_id = r.vendor_id AND u.id = r.to_id `

func scanTransferView(scan store.Scan) (w prepaid.TransferView, err error) {
	var from, to ownerRow
	w.Transfer, err = scanTransfer(func(dest ...any) error {
		return scan(append(append(append(dest, &w.LicenseCode), from.dest()...), to.dest()...)...)
	})
	w.Source, w.Target = from.owner(), to.owner()
	return w, err
}

// Transfers lists the sales record, the newest first: where a holder, or a customer below
// it, is one of the two sides.
func (s Store) Transfers(
	ctx context.Context, v ident.VendorID, f prepaid.TransferFilter, r listing.Request,
) (page listing.Page[prepaid.TransferView], err error) {
	behind, order := ">", ""
	if r.Desc {
		behind, order = "<", " DESC"
	}
	served := func(text string) *store.Selection {
		sel := store.Select(text+`WHERE r.vendor_id =`, v)
		switch h := f.Holders; {
		case h.Everybody:
		case h.Below && h.Customer != 0:
			from, args := seen(v, "r.from_id", "r.at", h)
			to, more := seen(v, "r.to_id", "r.at", h)
			sel.And("("+from+" OR "+to+")", append(args, more...)...)
		default:
			// Each side by its own index, in a bounded number.
			side := func(column string) (string, []any) {
				own, args := seen(v, "o."+column, "o.at", h)
				if h.Customer == 0 {
					own, args = "o."+column+" IS NULL", nil
				}
				text, args := `SELECT id FROM (SELECT o.id FROM prepaid_transfers o WHERE o.vendor_id = ? AND `+own, append([]any{v}, args...)
				if r.After != nil {
					text, args = text+` AND o.id `+behind+` ?`, append(args, r.After.ID)
				}
				return text + ` ORDER BY o.id` + order + ` LIMIT ?) AS of_` + column, append(args, store.SearchDepth)
			}
			from, args := side("from_id")
			to, more := side("to_id")
			sel.And("r.id IN ("+from+" UNION "+to+")", append(args, more...)...)
		}
		return sel
	}
	sel := served(selectTransferView)
	narrowTransfers(sel, v, f)
	bound, err := s.DB.Bound(ctx, served(`SELECT r.id FROM prepaid_transfers r `), "r.id", r, store.SearchDepth)
	if err != nil {
		return page, err
	}
	bound.Within(sel, "r.id")
	text, args := sel.Page(r, store.Column{Name: "r.id"}, "r.id")
	items, err := store.All[prepaid.TransferView](s.DB.Query(ctx, text, args...))(scanTransferView)
	page = listing.Cut(r, items, func(w prepaid.TransferView) listing.Mark { return r.Mark(int64(w.ID)) })
	page.Next = bound.Next(page.Next)
	return page, err
}

func narrowTransfers(s *store.Selection, v ident.VendorID, f prepaid.TransferFilter) {
	if f.FromDay != 0 {
		s.And("r.day >= ?", f.FromDay)
	}
	if f.ToDay != 0 {
		s.And("r.day <= ?", f.ToDay)
	}
	if f.Code != "" {
		s.And(`k.code_key = ?`, prepaid.CodeKey(f.Code))
	}
	if f.Kind != "" {
		s.And("r.kind = ?", string(f.Kind))
	}
	if f.With != 0 {
		s.And("(r.from_id = ? OR r.to_id = ?)", f.With, f.With)
	}
	if f.Party != "" {
		number := strings.ToLower(f.Party)
		name, end := listing.Fold(f.Party), listing.Fold(f.Party)+maxRune
		s.And(`(LOWER(f.customer_number) = ? OR LOWER(u.customer_number) = ? OR f.name_folded >= ? AND f.name_folded < ?
			OR u.name_folded >= ? AND u.name_folded < ?)`, number, number, name, end, name, end)
	}
	if f.Card != "" {
		number, _ := prepaid.ParseNumber(f.Card) // "" is no card's
		s.And(`r.id IN (SELECT i.transfer_id FROM prepaid_transfer_cards i WHERE i.vendor_id = ?
			AND i.card_id = (SELECT o.id FROM prepaid_cards o WHERE o.vendor_id = ? AND o.number = ?))`, v, v, number)
	}
}

// maxRune stands behind all that begins in the same way.
const maxRune = "\U0010FFFF"

const selectDeduction = `SELECT l.device_id, l.at, l.day, l.n, l.kind, l.by_report, l.card_id, l.code_id, l.holder_id, l.reason, COALESCE(n.number, ''),
	COALESCE(c.number, ''), COALESCE(k.code, ''), COALESCE(k.contact, ''), ` + ownerColumns + ` FROM prepaid_ledger l
	LEFT JOIN prepaid_device_numbers n ON n.id = l.device_id LEFT JOIN prepaid_cards c ON c.id = l.card_id AND c.vendor_id = l.vendor_id
	LEFT JOIN prepaid_codes k ON k.vendor_id = l.vendor_id AND k.id = l.code_id
	LEFT JOIN customers u ON u.vendor_id = l.vendor_id AND u.id = l.holder_id `

func scanDeduction(scan store.Scan) (w prepaid.DeductionView, err error) {
	var at, byReport int64
	var o ownerRow
	err = scan(append([]any{
		&w.Device, &at, &w.Day, &w.N, &w.Kind, &byReport, &w.Card, &w.Code, &w.Holder, &w.Reason, &w.DeviceNo, &w.CardNo, &w.LicenseCode, &w.Contact,
	}, o.dest()...)...)
	w.At, w.ByReport, w.Owner = store.Instant(at), byReport != 0, o.owner()
	return w, err
}

// deductionDays is how many days with rows one page of the ledger looks at.
const deductionDays = 62

// Deductions lists the deduction ledger, the newest day first, and its devices in order.
func (s Store) Deductions(
	ctx context.Context, v ident.VendorID, f prepaid.DeductionFilter, r listing.Request,
) (page listing.Page[prepaid.DeductionView], err error) {
	mark := markOf(r)
	d, err := s.deviceID(ctx, v, f.Device)
	if err != nil {
		return page, err
	}
	var items []prepaid.DeductionView
	day, looked := mark.day, 0
	if f.ToDay != 0 && (day == 0 || day > f.ToDay) {
		day, mark = f.ToDay, ledgerMark{}
	}
	for ; looked < deductionDays && len(items) <= r.Limit; looked++ {
		if day, err = s.dayWithRows(ctx, v, day); err != nil || day == 0 || day < f.FromDay {
			break
		}
		if day != mark.day {
			mark = ledgerMark{}
		}
		some, e := s.deductionsOf(ctx, v, f, d, day, mark, r.Limit+1-len(items))
		if err = e; err != nil {
			break
		}
		items = append(items, some...)
		day--
	}
	page = listing.Cut(r, items, func(w prepaid.DeductionView) listing.Mark {
		return ledgerMark{w.Day, w.Device, w.At.UnixMilli(), w.N}.mark(r)
	})
	if page.Next == "" && looked == deductionDays {
		page.Next = ledgerMark{day: day}.mark(r).Encode() // search on
	}
	return page, err
}

// ledgerMark is a place in the ledger.
type ledgerMark struct {
	day    int64
	device ident.DeviceID
	at     int64
	n      int
}

func (m ledgerMark) mark(r listing.Request) listing.Mark {
	k := r.Mark(int64(m.device))
	k.Number, k.Text = m.day, fmt.Sprintf("%d/%d", m.at, m.n)
	return k
}

// markOf reads the place that a page begins behind; a cursor that was changed begins anew.
func markOf(r listing.Request) (m ledgerMark) {
	if r.After == nil {
		return m
	}
	m.day, m.device = r.After.Number, ident.DeviceID(r.After.ID)
	if _, err := fmt.Sscanf(r.After.Text, "%d/%d", &m.at, &m.n); err != nil {
		return ledgerMark{}
	}
	return m
}

// dayWithRows gives the last day with rows up to a day, 0 for none; up to the newest where day is 0.
func (s Store) dayWithRows(ctx context.Context, v ident.VendorID, day int64) (last int64, err error) {
	if day == 0 {
		day = 1 << 40
	}
	var found store.OptionalInt
	_, err = s.DB.QueryRow(ctx, `SELECT MAX(day) FROM prepaid_ledger WHERE vendor_id = $1 AND day <= $2`, []any{v, day}, &found)
	return found.V, err
}

func (s Store) deductionsOf(
	ctx context.Context, v ident.VendorID, f prepaid.DeductionFilter, d ident.DeviceID, day int64, after ledgerMark, limit int,
) ([]prepaid.DeductionView, error) {
	sel := store.Select(selectDeduction+`WHERE l.vendor_id =`, v).And("l.day = ?", day)
	if after.day != 0 {
		sel.And("(l.device_id, l.at, l.n) > (?, ?, ?)", after.device, after.at, after.n)
	}
	if f.Device != "" {
		sel.And("l.device_id = ?", d)
	}
	if f.Card != "" {
		number, _ := prepaid.ParseNumber(f.Card) // "" is no card's
		sel.And(`l.device_id IN (SELECT b.device_id FROM prepaid_bindings b WHERE b.vendor_id = ? AND b.card_id = (SELECT o.id FROM prepaid_cards o
			WHERE o.vendor_id = ? AND o.number = ?)) AND c.number = ?`, v, v, number, number)
	}
	switch h := f.Holders; {
	case f.Device != "" || f.Card != "":
	case !h.Everybody && h.Customer != 0:
		// The devices that they have or had: a day's rows lie together by device.
		sel.And(`l.device_id IN (SELECT x.id FROM prepaid_devices x WHERE x.vendor_id = ? AND x.holder_id`+below+`
			UNION SELECT i.device_id FROM prepaid_transfers r JOIN prepaid_transfer_devices i ON i.vendor_id = r.vendor_id AND i.transfer_id = r.id
				WHERE r.vendor_id = ? AND r.devices > 0 AND r.from_id`+below+`)`, v, v, h.Customer, v, v, h.Customer)
	}
	sight, args := seen(v, "l.holder_id", "l.at", f.Holders)
	sel.And(sight, args...)
	if f.Kind != nil {
		sel.And("l.kind = ?", int(*f.Kind))
	}
	text, all := sel.End(" ORDER BY l.device_id, l.at, l.n LIMIT ?", limit)
	return store.All[prepaid.DeductionView](s.DB.Query(ctx, text, all...))(scanDeduction)
}
