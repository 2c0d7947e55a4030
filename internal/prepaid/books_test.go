package prepaid_test

import (
	"maps"
	"testing"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// books are what a model writes down for statements: all that came and went, and what
// everybody had at the end of each month.
type books struct {
	moves map[page]map[prepaid.Item]prepaid.Amount
	had   map[page]prepaid.Amount // at the end of the month
	month calendar.Month
}

// page is what a holder has of a code in a month.
type page struct {
	holder customersID
	code   string
	month  calendar.Month
}

func newBooks() books {
	return books{moves: map[page]map[prepaid.Item]prepaid.Amount{}, had: map[page]prepaid.Amount{}}
}

func (l *life) monthNow() calendar.Month {
	return calendar.MonthOf(l.b.Clock.Now(), store.ZoneNamed("Europe/Berlin"))
}

func (l *life) note(holder customersID, code string, i prepaid.Item, cards, days int64) {
	p := page{holder, code, l.monthNow()}
	if l.books.moves[p] == nil {
		l.books.moves[p] = map[prepaid.Item]prepaid.Amount{}
	}
	is := l.books.moves[p][i]
	l.books.moves[p][i] = prepaid.Amount{Cards: is.Cards + cards, Days: is.Days + days}
}

func (l *life) noteMove(c *cardLife, to customersID, gives, gets prepaid.Item) {
	l.note(c.owner, c.code, gives, 1, c.days)
	l.note(to, c.code, gets, 1, c.days)
}

// noteDown notes that a card passes down to the owner of a device, by all between.
func (l *life) noteDown(c *cardLife, owner customersID) {
	for at := owner; at != c.owner; at = l.above[at] {
		l.note(at, c.code, prepaid.ItemBought, 1, c.days)
		l.note(l.above[at], c.code, prepaid.ItemSold, 1, c.days)
	}
}

// turn closes the books of the months that are over.
func (l *life) turn() {
	if l.books.month == 0 {
		l.books.month = l.monthNow()
	}
	for ; l.books.month < l.monthNow(); l.books.month++ {
		l.count(l.books.month)
	}
}

func (l *life) count(month calendar.Month) {
	for _, c := range l.cards {
		p := page{c.owner, c.code, month}
		is := l.books.had[p]
		l.books.had[p] = prepaid.Amount{Cards: is.Cards + 1, Days: is.Days + c.days}
	}
}

// booksAgree compares the statements of everybody and of each month with the model's books.
func (l *life) booksAgree(t *testing.T) {
	t.Helper()
	first, last := l.books.month, l.monthNow()
	for p := range l.books.moves {
		first = min(first, p.month)
	}
	l.count(last) // as far as it is
	for month := first; month <= last; month++ {
		for holder := range l.above {
			l.statementAgrees(t, holder, month)
		}
		l.statementAgrees(t, 0, month)
	}
}

func (l *life) statementAgrees(t *testing.T, holder customersID, month calendar.Month) {
	t.Helper()
	lines, err := l.b.rows.Statement(t.Context(), l.b.Vendor, ident.CustomerID(holder), month.First().Number(), month.Last().Number())
	if err != nil {
		t.Fatal(err)
	}
	is := map[string]prepaid.StatementLine{}
	for _, line := range lines {
		is[line.Code.Code] = line
	}
	for _, code := range []string{"TR-30", "REP"} {
		p := page{holder, code, month}
		want := map[prepaid.Item]prepaid.Amount{
			prepaid.ItemOpening: l.books.had[page{holder, code, month - 1}], prepaid.ItemClosing: l.books.had[p],
		}
		maps.Copy(want, l.books.moves[p])
		for _, item := range prepaid.Items() {
			if got := is[code].Of(item); got != want[item] {
				t.Errorf("%s of %s in %s at %d: %+v, the model says %+v", item, code, month, holder, got, want[item])
			}
		}
	}
}
