package prepaid

import "chancery/internal/ident"

// Item is a line of a statement: what a holder had, what came, what went, and what is left.
type Item int

// The items, in the order in which a statement tells them.
const (
	ItemOpening    Item = iota
	ItemIssued          // made by the vendor for the holder
	ItemBought          // sold to it from above, also by binding to a device of its
	ItemTakenBack       // returned to it from below
	ItemDevicesIn       // on devices that were sold or returned to it
	ItemToppedUp        // days that the vendor put on its cards
	ItemSold            // to who is below it, also by binding to a device there
	ItemReturned        // to who is above it
	ItemDevicesOut      // on devices that it sold or returned
	ItemWithdrawn       // days that the vendor took back
	ItemCharged         // days that devices had
	ItemSettled         // days that paid for days of grace
	ItemClosing

	items = iota
)

// Items returns all items, in the order in which a statement tells them.
func Items() (all []Item) {
	for i := range Item(items) {
		all = append(all, i)
	}
	return all
}

// String gives the word of the API.
func (i Item) String() string {
	return [items]string{
		"opening", "issued", "bought", "taken_back", "devices_in", "topped_up", "sold", "returned", "devices_out", "withdrawn", "charged", "settled", "closing",
	}[i]
}

// Came reports whether cards or days came with it.
func (i Item) Came() bool { return i >= ItemIssued && i <= ItemToppedUp }

// Went reports whether cards or days went with it.
func (i Item) Went() bool { return i >= ItemSold && i <= ItemSettled }

// HasCards reports whether cards come or go with it; of other items days alone do.
func (i Item) HasCards() bool {
	return i != ItemToppedUp && i != ItemWithdrawn && i != ItemCharged && i != ItemSettled
}

// Amount is a number of cards, and of days on them.
type Amount struct{ Cards, Days int64 }

// StatementLine tells of one code what a customer had at the beginning and at the end of
// some days, and all that came and went between.
type StatementLine struct {
	Code  Code
	Items [items]Amount
}

// Of gives the amount of an item.
func (l StatementLine) Of(i Item) Amount { return l.Items[i] }

// empty reports whether there was nothing, and nothing happened.
func (l StatementLine) empty() bool { return l.Items == [items]Amount{} }

// Entry is a sum of a ledger over the days of a statement, or over all before them.
type Entry struct {
	Amount

	Code ident.CodeID
	Item Item
}

// sides tell what a transfer of this kind is to who gives and to who gets; ok is false where it is
// nothing to that side.
func (k TransferKind) sides() (gives, gets Item, hasGiver, hasGetter bool) {
	switch k {
	case Sell, BindDown:
		return ItemSold, ItemBought, true, true
	case Return:
		return ItemReturned, ItemTakenBack, true, true
	case DeviceSale:
		return ItemDevicesOut, ItemDevicesIn, true, true
	case Issue:
		return 0, ItemIssued, false, true
	case TopUp:
		return 0, ItemToppedUp, false, true
	case Withdraw:
		return ItemWithdrawn, 0, true, false
	}
	return 0, 0, false, false
}

// Transferred makes the entry of transfers of a kind, for the side that gives or gets; ok is false where
// they are nothing to that side.
func Transferred(kind TransferKind, gets bool, code ident.CodeID, sum Amount) (e Entry, ok bool) {
	given, got, hasGiver, hasGetter := kind.sides()
	e, ok = Entry{sum, code, given}, hasGiver
	if gets {
		e.Item, ok = got, hasGetter
	}
	if !e.Item.HasCards() {
		e.Cards = 0 // the cards stay where they are
	}
	return e, ok
}

// Reckon makes a statement of what the ledgers say, a line for each code of which there was
// something or anything happened (docs/rules/prepaid.md, rule 33). What is left is what there was, with all that came
// and without all that went.
func Reckon(codes []Code, entries []Entry) (lines []StatementLine) {
	at := map[ident.CodeID]*StatementLine{}
	for _, c := range codes {
		at[c.ID] = &StatementLine{Code: c}
	}
	for _, e := range entries {
		l := at[e.Code]
		if l == nil {
			continue // devices without cards
		}
		l.Items[e.Item].add(e.Amount, 1)
		switch {
		case e.Item == ItemOpening || e.Item.Came():
			l.Items[ItemClosing].add(e.Amount, 1)
		case e.Item.Went():
			l.Items[ItemClosing].add(e.Amount, -1)
		}
	}
	for _, c := range codes {
		if !at[c.ID].empty() {
			lines = append(lines, *at[c.ID])
		}
	}
	return lines
}

func (a *Amount) add(more Amount, times int64) {
	a.Cards += times * more.Cards
	a.Days += times * more.Days
}

// StatementTotal adds the lines of a statement up.
func StatementTotal(lines []StatementLine) (all StatementLine) {
	for _, l := range lines {
		for i := range l.Items {
			all.Items[i].add(l.Items[i], 1)
		}
	}
	return all
}
