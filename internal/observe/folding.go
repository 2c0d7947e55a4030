package observe

import (
	"context"
	"errors"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// FoldingConfig is what the service needs.
type FoldingConfig struct {
	Store  FoldingStore
	Runner tx.Runner
	Clock  ident.Clock

	Items int // about how many items one step counts; 0 for 1,500
}

// Folding counts what lies in the inbox. One copy of the server does it; a step that two
// do at a time is done once. A step reads and decides outside of the transaction that writes it.
type Folding struct{ c FoldingConfig }

// NewFolding makes the service.
func NewFolding(c FoldingConfig) (*Folding, error) {
	if c.Store == nil || c.Runner == nil || c.Clock == nil {
		return nil, errors.New("observe: Folding needs a store, a runner and a clock")
	}
	if c.Items == 0 {
		c.Items = 1500
	}
	return &Folding{c}, nil
}

// Round counts all that has come in of all vendors, and tells how many items these were.
func (f *Folding) Round(ctx context.Context) (counted int, err error) {
	vendors, err := f.c.Store.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	for _, v := range vendors {
		n, e := f.Catch(ctx, v)
		counted += n
		err = errors.Join(err, e)
	}
	return counted, err
}

// Catch counts all that has come in of a vendor by now.
func (f *Folding) Catch(ctx context.Context, v ident.VendorID) (counted int, err error) {
	for more := true; more && ctx.Err() == nil; {
		var n int
		if n, more, err = f.Step(ctx, v); err != nil {
			return counted, err
		}
		counted += n
	}
	return counted, ctx.Err()
}

// Step does one step, and tells whether there may be more to do.
func (f *Folding) Step(ctx context.Context, v ident.VendorID) (counted int, more bool, err error) {
	before, err := f.c.Store.State(ctx, v)
	if err != nil {
		return 0, false, err
	}
	if before.Rebuild.Phase != NoRebuild {
		more, err = f.rebuild(ctx, v, before)
		return 0, more, err
	}
	s, err := f.look(ctx, v, before)
	if err != nil {
		return 0, false, err
	}
	if len(s.batches) == 0 && len(s.leaving) == 0 {
		if s.asOf <= before.AsOf || before.AsOf == 0 {
			return 0, false, nil
		}
		err = f.c.Runner.Run(ctx, func(t tx.Tx) error { return f.c.Store.Advance(t, v, before, s.asOf) })
		return 0, s.cut, err
	}
	if err := s.decide(ctx, f.c.Store); err != nil {
		return 0, false, err
	}
	var done bool
	err = f.c.Runner.Run(tx.Patient(ctx), func(t tx.Tx) (err error) {
		done, err = f.c.Store.Fold(t, v, s.change)
		return err
	})
	return len(s.change.Keys), s.cut || s.left || !done, err
}

// step is one step on its way.
type step struct {
	v       ident.VendorID
	before  State
	asOf    int64
	batches []Batch
	leaving []Mark
	cut     bool // more passes the edge than one step takes
	left    bool // batches are left in the inbox

	change Change
	book   *Book
	names  *directory
}

// edge is where the window begins that ends at an instant.
func edge(asOf int64) int64 { return asOf - Window.Milliseconds() }

// look reads what the step is about: as of when the figures will be, what passes the edge
// until then, and which batches are counted.
func (f *Folding) look(ctx context.Context, v ident.VendorID, before State) (*step, error) {
	s := &step{v: v, before: before}
	var next time.Time
	var err error
	if s.batches, next, err = f.c.Store.Batches(ctx, v, f.c.Items); err != nil {
		return nil, err
	}
	s.asOf = max(before.AsOf, f.c.Clock.Now().UnixMilli())
	if !next.IsZero() {
		s.left = true
		s.asOf = max(before.AsOf, min(s.asOf, next.UnixMilli()))
	}
	for _, b := range s.batches { // copies' clocks may be a little apart
		s.asOf = max(s.asOf, b.Received.UnixMilli())
	}
	if before.AsOf == 0 {
		return s, nil
	}
	var upTo int64
	if s.leaving, upTo, err = f.c.Store.Leaving(ctx, v, edge(before.AsOf), edge(s.asOf), f.c.Items); err != nil {
		return nil, err
	}
	if upTo < edge(s.asOf) {
		s.cut, s.batches = true, nil
		s.asOf = upTo + Window.Milliseconds()
	}
	return s, nil
}

// decide works out what the step changes.
func (s *step) decide(ctx context.Context, store FoldingStore) error {
	s.book = NewBook(edge(s.asOf))
	s.change = Change{Before: s.before, AsOf: s.asOf, Book: s.book, Coverage: map[Covered]Coverage{}}
	s.names = newDirectory(s.before)
	fresh, joins, err := s.fresh(ctx, store)
	if err != nil {
		return err
	}
	marks, contents, err := s.name(ctx, store, fresh)
	if err != nil {
		return err
	}
	links, err := s.nameJoins(ctx, store, joins)
	if err != nil {
		return err
	}
	if err := s.load(ctx, store, marks, links); err != nil {
		return err
	}
	s.book.Leave(edge(s.before.AsOf), s.leaving)
	for _, l := range links {
		s.book.Join(l.A, l.B)
	}
	for _, m := range marks {
		s.book.Count(m)
		s.cover(m)
		s.change.Keys = append(s.change.Keys, m.Key)
	}
	s.book.Close()
	for _, b := range blocks(s.before.Seq+1, marks, contents) {
		s.change.Blocks = append(s.change.Blocks, b.Pack())
	}
	s.change.Names = s.names.made
	return nil
}

// fresh gives the items that were not counted yet, the first of each key, and the joins.
func (s *step) fresh(ctx context.Context, store FoldingStore) (items []received, joins []Join, err error) {
	var keys []ident.UUID
	first := map[ident.UUID]bool{}
	for _, b := range s.batches {
		s.change.Took = append(s.change.Took, b.ID)
		joins = append(joins, b.Joins...)
		for _, it := range b.Items {
			if !first[it.Key] {
				first[it.Key] = true
				keys = append(keys, it.Key)
				items = append(items, received{it, b.Received})
			}
		}
	}
	slices.SortFunc(keys, compareKeys)
	seen, err := store.Seen(ctx, s.v, keys)
	if err != nil {
		return nil, nil, err
	}
	return slices.DeleteFunc(items, func(it received) bool { return seen[it.Key] }), joins, nil
}

// received is an item with when it came.
type received struct {
	Item

	at time.Time
}

// name gives items their numbers, and makes those that are new.
func (s *step) name(ctx context.Context, store FoldingStore, items []received) (marks []Mark, contents []Content, err error) {
	var wanted []Named
	for _, it := range items {
		wanted = append(wanted, Named{Kind: Product, Name: it.Product}, Named{Kind: Actor, Name: it.Actor})
		if it.License != "" {
			wanted = append(wanted, Named{Kind: License, Name: it.License})
		}
		if it.Account != "" {
			wanted = append(wanted, Named{Kind: Account, Name: it.Account})
		}
	}
	if err := s.names.look(ctx, store, s.v, wanted); err != nil {
		return nil, nil, err
	}
	wanted = wanted[:0]
	for _, it := range items {
		if product, known := s.names.known(Named{Kind: Product, Name: it.Product}); known {
			wanted = append(wanted, Named{Kind: Version, Parent: product, Name: it.Version})
		}
	}
	if err := s.names.look(ctx, store, s.v, wanted); err != nil {
		return nil, nil, err
	}
	for _, it := range items {
		m, reason := s.names.mark(it.Item)
		if reason != "" {
			s.change.Refused = append(s.change.Refused, Refused{
				Received: it.at, What: it.What, Reason: reason, Product: it.Product, Version: it.Version, Payload: it.payload(),
			})
			continue
		}
		marks = append(marks, m)
		contents = append(contents, Content{it.ID, it.Session, it.Category, it.Name, it.Body})
	}
	return marks, contents, nil
}

// nameJoins gives the actors that are joined their numbers.
func (s *step) nameJoins(ctx context.Context, store FoldingStore, joins []Join) (links []Pair, err error) {
	wanted := make([]Named, 0, 2*len(joins))
	for _, j := range joins {
		wanted = append(wanted, Named{Kind: Actor, Name: j.Anonymous}, Named{Kind: Actor, Name: j.Identified})
	}
	if err := s.names.look(ctx, store, s.v, wanted); err != nil {
		return nil, err
	}
	for _, j := range joins {
		links = append(links, Pair{
			s.names.number(Named{Kind: Actor, Name: j.Anonymous}), s.names.number(Named{Kind: Actor, Name: j.Identified}),
		})
	}
	return links, nil
}

// load puts the rows into the book that the step may change.
func (s *step) load(ctx context.Context, store FoldingStore, marks []Mark, links []Pair) error {
	all := slices.Concat(s.leaving, marks)
	actors := make([]int64, 0, len(all)+2*len(links))
	for _, m := range all {
		actors = append(actors, m.Actor)
	}
	for _, l := range links {
		actors = append(actors, l.A, l.B)
	}
	roots, err := store.Roots(ctx, s.v, unique(actors))
	if err != nil {
		return err
	}
	s.book.Roots = roots
	subjects, pairs, together := concern(s.book, all)
	var joined []int64
	for _, l := range links {
		joined = append(joined, s.book.Root(l.A), s.book.Root(l.B))
	}
	if err := store.PairsOf(ctx, s.v, s.book, unique(joined)); err != nil {
		return err
	}
	for p := range s.book.Actors {
		subjects = append(subjects, p.B)
	}
	if err := store.Subjects(ctx, s.v, s.book, unique(subjects)); err != nil {
		return err
	}
	if err := store.ActorPairs(ctx, s.v, s.book, uniquePairs(pairs)); err != nil {
		return err
	}
	return store.AccountPairs(ctx, s.v, s.book, uniquePairs(together))
}

// concern lists the rows that marks are about.
func concern(b *Book, marks []Mark) (subjects []int64, actors, together []Pair) {
	for _, m := range marks {
		for _, id := range []int64{Whole, m.License, m.Account} {
			if id != 0 {
				subjects = append(subjects, id)
				actors = append(actors, Pair{b.Root(m.Actor), id})
			}
		}
		if m.License != 0 && m.Account != 0 {
			together = append(together, Pair{m.License, m.Account})
		}
	}
	return subjects, actors, together
}

// cover counts an event for the coverage of its day.
func (s *step) cover(m Mark) {
	if m.What != Event {
		return
	}
	key := Covered{floor(m.At, 24*time.Hour.Milliseconds()), m.Version}
	c := s.change.Coverage[key]
	c.Events++
	if m.Account != 0 {
		c.Account++
	}
	if m.License != 0 {
		c.License++
	}
	s.change.Coverage[key] = c
}
