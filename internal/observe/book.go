package observe

import (
	"bytes"
	"slices"
	"time"

	"chancery/internal/ident"
)

// Window is how far back the figures look, from the instant as of which they are exact.
const Window = 30 * 24 * time.Hour

// Subject is what is counted of one licence or account: over the window, but for the first
// four lines.
type Subject struct {
	ID        int64
	Kind      Kind // License or Account
	First     int64
	Last      int64
	Latest    int64 // of a licence: the account of the newest item that named one; of an account: the licence
	LatestAt  int64
	LatestKey ident.UUID // settles which is the newest of one time
	Used      []Used     // every version of a product that it was ever seen with

	Events   int64
	Actors   int64
	Others   int64 // of a licence: accounts; of an account: licences
	Products int64
	Versions int64
}

// Used is a version of a product that a licence or account was seen with.
type Used struct{ Version, Product, First, Last int64 }

// Pair is two numbers that were seen together: an actor and a licence or account, or a
// licence and an account.
type Pair struct{ A, B int64 }

// Together is what is known of a licence and an account that were ever seen together. Events
// are those of the window.
type Together struct{ First, Last, Events int64 }

// Book is the part of the figures that a change is about. What a change needs is put into it
// before: the rows of its licences and accounts, and of its pairs. The rules are 6 to 10 of
// docs/rules/observed.md.
type Book struct {
	Edge     int64           // the window begins behind it
	Roots    map[int64]int64 // of the actors: whom they are counted as, where not as themselves
	Subjects map[int64]*Subject
	Actors   map[Pair]int64     // actor and licence or account: when they were last seen together, in the window
	Accounts map[Pair]*Together // licence and account
	Touched  map[int64]bool     // licences and accounts that have changed
	Paired   map[Pair]bool      // pairs of licence and account that have changed
	Moved    map[Pair]bool      // pairs of actors that have changed, or are gone
	Joined   map[int64]int64    // actors that were counted as themselves, and whom they are counted as now
}

// NewBook makes an empty book whose window begins behind edge.
func NewBook(edge int64) *Book {
	return &Book{
		Edge: edge, Roots: map[int64]int64{}, Subjects: map[int64]*Subject{}, Actors: map[Pair]int64{}, Accounts: map[Pair]*Together{},
		Touched: map[int64]bool{}, Paired: map[Pair]bool{}, Moved: map[Pair]bool{}, Joined: map[int64]int64{},
	}
}

// Root gives whom an actor is counted as.
func (b *Book) Root(actor int64) int64 {
	if root := b.Roots[actor]; root != 0 {
		actor = root
	}
	for next := b.Joined[actor]; next != 0; next = b.Joined[actor] {
		actor = next
	}
	return actor
}

// Leave takes out of the figures what has passed the edge since the window began behind
// from: marks are all items of that time that were counted.
func (b *Book) Leave(from int64, marks []Mark) {
	gone := map[Pair]bool{}
	passed := func(at int64) bool { return at > from && at <= b.Edge }
	for _, m := range marks {
		if !passed(m.At) {
			continue
		}
		for _, id := range []int64{Whole, m.License, m.Account} {
			if id == 0 {
				continue
			}
			s := b.touch(id, 0)
			if m.What == Event {
				s.Events--
			}
			pair := Pair{b.Root(m.Actor), id}
			if last, counted := b.Actors[pair]; counted && last <= b.Edge {
				s.Actors--
				b.dropActor(pair)
			}
		}
		pair := Pair{m.License, m.Account}
		t := b.Accounts[pair]
		if t == nil {
			continue
		}
		b.Paired[pair] = true
		if m.What == Event {
			t.Events--
		}
		if passed(t.Last) && !gone[pair] {
			gone[pair] = true
			b.touch(m.License, 0).Others--
			b.touch(m.Account, 0).Others--
		}
	}
}

// Join counts an actor as another from now on, for all time.
func (b *Book) Join(anonymous, identified int64) {
	from, to := b.Root(anonymous), b.Root(identified)
	if from == to {
		return
	}
	for pair, last := range b.Actors {
		if pair.A != from {
			continue
		}
		into := Pair{to, pair.B}
		if other, both := b.Actors[into]; both {
			b.touch(pair.B, 0).Actors--
			last = max(last, other)
		}
		b.dropActor(pair)
		b.Actors[into], b.Moved[into] = last, true
	}
	b.Joined[from] = to
}

// Count takes an item into the figures.
func (b *Book) Count(m Mark) {
	b.count(m, Whole, All, 0)
	if m.License != 0 {
		b.count(m, m.License, License, m.Account)
	}
	if m.Account != 0 {
		b.count(m, m.Account, Account, m.License)
	}
	if m.License == 0 || m.Account == 0 {
		return
	}
	pair := Pair{m.License, m.Account}
	t, known := b.Accounts[pair]
	if !known {
		t = &Together{First: m.At, Last: m.At}
		b.Accounts[pair] = t
	}
	counted := known && t.Last > b.Edge
	t.First, t.Last = min(t.First, m.At), max(t.Last, m.At)
	b.Paired[pair] = true
	if m.At <= b.Edge {
		return
	}
	if m.What == Event {
		t.Events++
	}
	if !counted {
		b.Subjects[m.License].Others++
		b.Subjects[m.Account].Others++
	}
}

func (b *Book) count(m Mark, id int64, kind Kind, other int64) {
	s := b.touch(id, kind)
	if s.First == 0 || m.At < s.First {
		s.First = m.At
	}
	s.Last = max(s.Last, m.At)
	if newer := m.At > s.LatestAt || m.At == s.LatestAt && bytes.Compare(m.Key[:], s.LatestKey[:]) > 0; other != 0 && newer {
		s.Latest, s.LatestAt, s.LatestKey = other, m.At, m.Key
	}
	s.use(m)
	if m.At <= b.Edge {
		return
	}
	if m.What == Event {
		s.Events++
	}
	pair := Pair{b.Root(m.Actor), id}
	last, counted := b.Actors[pair]
	if !counted {
		s.Actors++
	}
	if !counted || m.At > last {
		b.Actors[pair], b.Moved[pair] = m.At, true
	}
}

// use notes the version of an item.
func (s *Subject) use(m Mark) {
	i := slices.IndexFunc(s.Used, func(u Used) bool { return u.Version == m.Version })
	if i < 0 {
		s.Used = append(s.Used, Used{m.Version, m.Product, m.At, m.At})
		return
	}
	u := &s.Used[i]
	u.First, u.Last = min(u.First, m.At), max(u.Last, m.At)
}

// Close counts what is counted anew after every change: products and versions.
func (b *Book) Close() {
	for id := range b.Touched {
		s := b.Subjects[id]
		products := map[int64]bool{}
		s.Versions = 0
		for _, u := range s.Used {
			if u.Last > b.Edge {
				s.Versions++
				products[u.Product] = true
			}
		}
		s.Products = int64(len(products))
	}
}

// touch gives the row of a licence or account that changes.
func (b *Book) touch(id int64, kind Kind) *Subject {
	s := b.Subjects[id]
	if s == nil {
		s = &Subject{ID: id, Kind: kind}
		b.Subjects[id] = s
	}
	b.Touched[id] = true
	return s
}

func (b *Book) dropActor(p Pair) {
	delete(b.Actors, p)
	b.Moved[p] = true
}
