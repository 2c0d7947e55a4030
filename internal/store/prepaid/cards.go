package prepaid

import (
	"math"
	"slices"
	"strings"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// What the two rows of a card say: its own, and the one beside its device.
const (
	cardColumns = `c.id, c.uuid, c.number, c.code_id, c.holder_id, c.total_days, COALESCE(b.days, c.days), c.withdrawn_days, c.activated_at,
		c.device_id, b.bound_at, c.is_locked, c.held_by, c.held_since, c.batch_id, c.created_at`
	cardFrom   = ` FROM prepaid_cards c LEFT JOIN prepaid_bound b ON b.vendor_id = c.vendor_id AND b.device_id = c.device_id AND b.card_id = c.id `
	selectCard = `SELECT ` + cardColumns + cardFrom
)

func scanCard(scan store.Scan) (c prepaid.Card, err error) {
	var activated, device, bound, held store.OptionalInt
	var locked, since, created int64
	err = scan(&c.ID, &c.UUID, &c.Number, &c.Code, &c.Holder, &c.Total, &c.Days, &c.Withdrawn, &activated,
		&device, &bound, &locked, &held, &since, &c.Batch, &created)
	c.ActivatedAt, c.BoundAt, c.HeldSince, c.CreatedAt = activated.Instant(), bound.Instant(), store.Instant(since), store.Instant(created)
	c.Device, c.HeldBy, c.Locked = ident.DeviceID(device.V), ident.OrderID(held.V), locked != 0
	return c, err
}

// locked reads cards and locks them.
func lockCards(q *store.Tx, where string, args ...any) ([]prepaid.Card, error) {
	return store.All[prepaid.Card](q.Query(selectCard+where+q.Dialect.ForUpdateOf("c"), args...))(scanCard)
}

// DevicesOf implements prepaid.Store.
func (Store) DevicesOf(t tx.Tx, v ident.VendorID, numbers []string) ([]ident.DeviceID, error) {
	return idsBy[ident.DeviceID](store.On(t), `SELECT device_id FROM prepaid_cards WHERE vendor_id = $1 AND device_id IS NOT NULL AND number`, v, numbers)
}

// idsBy gives the ids that a query has for values, which stand in a list behind it, in order.
func idsBy[ID ~int64, T any](q *store.Tx, query string, v ident.VendorID, values []T) (ids []ID, err error) {
	err = in(values, 2, func(list string, args []any) error {
		some, err := store.All[ID](q.Query(query+` IN (`+list+`)`, append([]any{v}, args...)...))(
			func(scan store.Scan) (id ID, err error) { return id, scan(&id) })
		ids = append(ids, some...)
		return err
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// CardUUID implements prepaid.Store.
func (Store) CardUUID(t tx.Tx, v ident.VendorID, c ident.CardID) (id ident.UUID, err error) {
	_, err = store.On(t).QueryRow(`SELECT uuid FROM prepaid_cards WHERE id = $1 AND vendor_id = $2`, []any{c, v}, &id)
	return id, err
}

// LockCards implements prepaid.Store.
func (Store) LockCards(t tx.Tx, v ident.VendorID, numbers []string) (all []prepaid.Card, err error) {
	q := store.On(t)
	// Rows are locked in the order of their ids, also where they are read in portions.
	ids, err := idsBy[ident.CardID](q, `SELECT id FROM prepaid_cards WHERE vendor_id = $1 AND number`, v, numbers)
	if err != nil {
		return nil, err
	}
	return lockByID(q, v, ids)
}

func lockByID(q *store.Tx, v ident.VendorID, ids []ident.CardID) (all []prepaid.Card, err error) {
	slices.Sort(ids)
	err = in(slices.Compact(ids), 2, func(list string, args []any) error {
		some, err := lockCards(q, `WHERE c.vendor_id = $1 AND c.id IN (`+list+`) ORDER BY c.id`, append([]any{v}, args...)...)
		all = append(all, some...)
		return err
	})
	return all, err
}

// LockCardsOf implements prepaid.Store.
func (Store) LockCardsOf(t tx.Tx, v ident.VendorID, devices []ident.DeviceID, limit int) ([]prepaid.Card, error) {
	q := store.On(t)
	var ids []ident.CardID
	if err := in(devices, 3, func(list string, args []any) error {
		some, err := store.All[ident.CardID](q.Query(`SELECT id FROM prepaid_cards WHERE vendor_id = $1 AND device_id IN (`+list+`) LIMIT $2`,
			append([]any{v, limit}, args...)...))(func(scan store.Scan) (id ident.CardID, err error) { return id, scan(&id) })
		ids = append(ids, some...)
		return err
	}); err != nil {
		return nil, err
	}
	return lockByID(q, v, ids[:min(limit, len(ids))])
}

// LockHeld implements prepaid.Store.
func (Store) LockHeld(t tx.Tx, v ident.VendorID, o ident.OrderID, limit int) ([]prepaid.Card, error) {
	return lockCards(store.On(t), `WHERE c.vendor_id = $1 AND c.held_by = $2 ORDER BY c.id LIMIT $3`, v, o, limit)
}

// nextTries is how many cards that others have locked LockNext goes by before it waits for them.
const nextTries = 20

// LockNext implements prepaid.Store. Cards that others have locked are gone by at first, so
// that the devices of an owner get different ones at once; then they are waited for: who has
// them may let them be.
func (Store) LockNext(t tx.Tx, v ident.VendorID, holder ident.CustomerID, codes []ident.CodeID, after ident.CardID) (*prepaid.Card, error) {
	q := store.On(t)
	next, passed, err := lockNext(q, v, holder, codes, after, q.Dialect.ForUpdateSkipLocked(), nextTries)
	if next == nil && passed && err == nil {
		next, _, err = lockNext(q, v, holder, codes, after, q.Dialect.ForUpdate(), math.MaxInt)
	}
	return next, err
}

// lockNext tries the cards that fit, the oldest first. passed tells whether it went by one.
func lockNext(
	q *store.Tx, v ident.VendorID, holder ident.CustomerID, codes []ident.CodeID, last ident.CardID, lock string, tries int,
) (next *prepaid.Card, passed bool, err error) {
	for ; tries > 0; tries-- {
		oldest, err := oldestUnused(q, v, holder, codes, last)
		if err != nil || oldest == 0 {
			return nil, passed, err
		}
		var id ident.CardID
		free, err := q.QueryRow(`SELECT id FROM prepaid_cards WHERE vendor_id = $1 AND id = $2`+lock, []any{v, oldest}, &id)
		if err != nil {
			return nil, passed, err
		}
		if free {
			all, err := lockByID(q, v, []ident.CardID{id})
			if err != nil {
				return nil, passed, err
			}
			// Somebody else may have taken it before it was locked.
			if c := all[0]; c.Holder == holder && c.Status() == prepaid.Unused && !c.Locked && c.HeldBy == 0 {
				return &c, passed, nil
			}
		}
		last, passed = oldest, true
	}
	return nil, passed, nil
}

// oldestUnused gives the oldest card behind another one that can be bound by itself; 0 for none.
func oldestUnused(q *store.Tx, v ident.VendorID, holder ident.CustomerID, codes []ident.CodeID, after ident.CardID) (oldest ident.CardID, err error) {
	for _, s := range prepaid.StandingsOf(prepaid.Unused) {
		if s.Locked() {
			continue
		}
		if err := in(codes, 5, func(list string, args []any) error {
			var id ident.CardID
			found, err := q.QueryRow(`SELECT id FROM prepaid_cards WHERE vendor_id = $1 AND holder_id = $2 AND standing = $3
				AND id > $4 AND held_by IS NULL AND code_id IN (`+list+`) ORDER BY id LIMIT 1`, append([]any{v, holder, int(s), after}, args...), &id)
			if found && (oldest == 0 || id < oldest) {
				oldest = id
			}
			return err
		}); err != nil {
			return 0, err
		}
	}
	return oldest, nil
}

// keyed adds what a filter says of cards that an index serves, but for their holder.
func keyed(s *store.Selection, v ident.VendorID, f prepaid.CardFilter) *store.Selection {
	if f.Code != "" {
		s.And(`c.code_id = (SELECT o.id FROM prepaid_codes o WHERE o.vendor_id = ? AND o.code_key = ?)`, v, prepaid.CodeKey(f.Code))
	}
	if f.Device != "" {
		s.And(`c.device_id = (SELECT o.id FROM prepaid_device_numbers o WHERE o.vendor_id = ? AND o.number_key = ?)`, v, entry.DeviceKey(f.Device))
	}
	if f.OfBatch != "" {
		batch, _ := ident.ParseUUID(f.OfBatch) // the zero UUID is no batch
		s.And(`c.batch_id = (SELECT o.id FROM prepaid_orders o WHERE o.vendor_id = ? AND o.uuid = ?)`, v, batch)
	}
	return s
}

// narrow adds the rest of a filter. Who is not of the staff can't find out when a card was
// activated before its present owner had it.
func narrow(s *store.Selection, f prepaid.CardFilter) {
	if f.Number != "" {
		s.Prefix("c.number", prepaid.NumberPrefix(f.Number))
	}
	if f.MinDays != nil {
		s.And("COALESCE(b.days, c.days) >= ?", *f.MinDays)
	}
	if f.MaxDays != nil {
		s.And("COALESCE(b.days, c.days) <= ?", *f.MaxDays)
	}
	if (!f.From.IsZero() || !f.To.IsZero()) && !f.OfHolders.IsStaff {
		s.And("c.activated_at >= c.held_since")
	}
	if !f.From.IsZero() {
		s.And("c.activated_at >= ?", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		s.And("c.activated_at < ?", f.To.UnixMilli())
	}
	if f.Status != "" {
		standings(s, prepaid.StandingsOf(f.Status))
	}
	if f.Locked != nil {
		s.And("c.is_locked = ?", store.Bit(*f.Locked))
	}
	if f.IsBound != nil && *f.IsBound {
		s.And("c.device_id IS NOT NULL")
	} else if f.IsBound != nil {
		s.And("c.device_id IS NULL")
	}
	if len(f.Except) > 0 {
		args := make([]any, len(f.Except))
		for i, number := range f.Except {
			args[i] = number
		}
		s.And("c.number NOT IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
}

func standings(s *store.Selection, all []prepaid.Standing) {
	args := make([]any, len(all))
	for i, one := range all {
		args[i] = int(one)
	}
	s.And("c.standing IN (?"+strings.Repeat(", ?", len(all)-1)+")", args...)
}

// InsertCards implements prepaid.Store.
func (Store) InsertCards(t tx.Tx, v ident.VendorID, cards []prepaid.Card) (map[string]ident.CardID, error) {
	const columns = 14
	values := make([]any, 0, columns*len(cards))
	for _, c := range cards {
		values = append(values, v, c.UUID, c.Number, c.Code, c.Holder, int(c.Standing()), c.Total, c.Days, 0, 0, 0, c.Batch,
			c.HeldSince.UnixMilli(), c.CreatedAt.UnixMilli())
	}
	made := map[string]ident.CardID{}
	err := store.On(t).InsertMany(`INSERT INTO prepaid_cards (vendor_id, uuid, number, code_id, holder_id, standing, total_days, days, withdrawn_days,
		is_used, is_locked, batch_id, held_since, created_at) VALUES`, columns, values, `ON CONFLICT (vendor_id, number) DO NOTHING RETURNING id, number`,
		func(scan store.Scan) error {
			var id ident.CardID
			var number string
			err := scan(&id, &number)
			made[number] = id
			return err
		})
	return made, err
}

// SaveCard implements prepaid.Store.
func (Store) SaveCard(t tx.Tx, v ident.VendorID, was, is prepaid.Card, onReport bool) error {
	q := store.On(t)
	beside, goes := was.Device != 0 && was.Days > 0, is.Device != 0 && is.Days > 0
	if beside && (!goes || was.Device != is.Device) {
		if err := q.Later(`DELETE FROM prepaid_bound WHERE vendor_id = $1 AND device_id = $2 AND card_id = $3`, v, was.Device, was.ID); err != nil {
			return err
		}
	}
	if goes {
		if err := q.Later(`INSERT INTO prepaid_bound (vendor_id, device_id, card_id, code_id, on_report, days, activated_at, bound_at, number)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (vendor_id, device_id, card_id) DO UPDATE SET days = excluded.days,
			activated_at = excluded.activated_at`, v, is.Device, is.ID, is.Code, store.Bit(onReport), is.Days, store.Millis(is.ActivatedAt),
			is.BoundAt.UnixMilli(), is.Number); err != nil {
			return err
		}
	}
	return q.Later(`UPDATE prepaid_cards SET holder_id = $1, standing = $2, total_days = $3, days = $4, withdrawn_days = $5, is_used = $6,
		activated_at = $7, device_id = $8, is_locked = $9, held_by = $10, held_since = $11 WHERE vendor_id = $12 AND id = $13`,
		is.Holder, int(is.Standing()), is.Total, is.Days, is.Withdrawn, store.Bit(!is.ActivatedAt.IsZero()), store.Millis(is.ActivatedAt),
		store.OrNull(is.Device), store.Bit(is.Locked), store.OrNull(is.HeldBy), is.HeldSince.UnixMilli(), v, is.ID)
}

// lockedStanding is what a lock adds to a card's standing.
const lockedStanding = prepaid.Standings / 2

// SaveLock implements prepaid.Store.
func (Store) SaveLock(t tx.Tx, v ident.VendorID, cards []ident.CardID, lock bool) error {
	change := lockedStanding
	if !lock {
		change = -change
	}
	return in(cards, 4, func(list string, args []any) error {
		return store.On(t).Later(`UPDATE prepaid_cards SET is_locked = $1, standing = standing + $2 WHERE vendor_id = $3 AND id IN (`+list+`)`,
			append([]any{store.Bit(lock), change, v}, args...)...)
	})
}

// HandOver implements prepaid.Store.
func (Store) HandOver(t tx.Tx, v ident.VendorID, cards []ident.CardID, to ident.CustomerID) error {
	return in(cards, 4, func(list string, args []any) error {
		return store.On(t).Later(`UPDATE prepaid_cards SET holder_id = $1, held_since = $2, held_by = NULL WHERE vendor_id = $3 AND id IN (`+list+`)`,
			append([]any{to, t.Now().UnixMilli(), v}, args...)...)
	})
}

// Hold implements prepaid.Store.
func (Store) Hold(t tx.Tx, v ident.VendorID, cards []ident.CardID, o ident.OrderID) error {
	return in(cards, 3, func(list string, args []any) error {
		return store.On(t).Later(`UPDATE prepaid_cards SET held_by = $1 WHERE vendor_id = $2 AND id IN (`+list+`)`,
			append([]any{store.OrNull(o), v}, args...)...)
	})
}
