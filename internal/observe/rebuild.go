package observe

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// BeginRebuild has the figures of a vendor counted anew from the events that are kept; what
// is older than the oldest of these stays (docs/rules/observed.md, rule 11). It is done by the steps
// that follow, in portions that a stop does not lose; meanwhile events wait in the inbox.
func (f *Folding) BeginRebuild(t tx.Tx, v ident.VendorID) error { return f.c.Store.BeginRebuild(t, v) }

// rebuild does one portion of a rebuild. The figures stay where they were in time.
func (f *Folding) rebuild(ctx context.Context, v ident.VendorID, before State) (more bool, err error) {
	if before.Rebuild.Phase == SettingBack {
		return true, f.c.Runner.Run(tx.Patient(ctx), func(t tx.Tx) error { return f.c.Store.SetBack(t, v, before, f.c.Items/3+1) })
	}
	blocks, err := f.c.Store.Blocks(ctx, v, before.Rebuild.Slot, before.Rebuild.Seq, f.c.Items)
	if err != nil {
		return false, err
	}
	s := &step{v: v, before: before, asOf: before.AsOf, book: NewBook(edge(before.AsOf))}
	s.change = Change{Before: before, AsOf: before.AsOf, Book: s.book}
	if len(blocks) > 0 {
		last := blocks[len(blocks)-1]
		s.change.Rebuild = Rebuild{Phase: CountingOver, Slot: last.Slot, Seq: last.Seq}
	}
	var marks []Mark
	for _, b := range blocks {
		marks = append(marks, b.Marks...)
	}
	if err := s.load(ctx, f.c.Store, marks, nil); err != nil {
		return false, err
	}
	for _, m := range marks {
		s.book.Count(m)
	}
	s.book.Close()
	return true, f.c.Runner.Run(tx.Patient(ctx), func(t tx.Tx) error {
		_, err := f.c.Store.Fold(t, v, s.change)
		return err
	})
}

// SetBack gives what stays of a licence or account when it is counted anew; stays is false
// when that is nothing. No event before kept is kept, in Unix milliseconds.
func (s *Subject) SetBack(kept int64) (after Subject, stays bool) {
	if s.First >= kept {
		return Subject{}, false
	}
	after = Subject{ID: s.ID, Kind: s.Kind, First: s.First, Last: backTo(s.First, s.Last, kept)}
	if s.LatestAt < kept {
		after.Latest, after.LatestAt, after.LatestKey = s.Latest, s.LatestAt, s.LatestKey
	}
	for _, u := range s.Used {
		if u.First < kept {
			after.Used = append(after.Used, Used{u.Version, u.Product, u.First, backTo(u.First, u.Last, kept)})
		}
	}
	return after, true
}

// backTo gives the last time that is known without the events that are kept: where that is
// one of them, counting them anew finds it again.
func backTo(first, last, kept int64) int64 {
	if last >= kept {
		return first
	}
	return last
}
