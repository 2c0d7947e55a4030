package erasure

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

const (
	pageSize   = 500 // rows that are read at once
	spokenPage = 500 // records
	redactions = 100 // records of the audit log that one of its own names
)

// errElsewhere says that another copy of the server goes on with the erasure.
var errElsewhere = errors.New("erasure: it goes on elsewhere")

// Work goes on with all erasures, and tells how many it has finished.
func (s *Service) Work(ctx context.Context) (int, error) {
	done, after := 0, int64(0)
	var failed error
	for ctx.Err() == nil {
		e, found, err := s.Store.Running(ctx, after)
		if err != nil || !found {
			return done, errors.Join(failed, err)
		}
		after = e.ID
		switch err := s.goOn(ctx, e); {
		case errors.Is(err, errElsewhere) || err != nil && ctx.Err() != nil:
		case err != nil:
			failed = errors.Join(failed, err) // one does not keep others from going on
		case ctx.Err() == nil:
			done++
		}
	}
	return done, failed
}

// stages are what an erasure goes through.
func (s *Service) stages() []string {
	return slices.Concat([]string{Licenses, Machines, Named}, s.Store.Tables(), []string{Done})
}

func (s *Service) goOn(ctx context.Context, e Erasure) error {
	stages := s.stages()
	for ctx.Err() == nil {
		var err error
		switch e.Stage {
		case Licenses:
			e, err = s.licenses(ctx, e)
		case Machines:
			e, err = s.machines(ctx, e)
		case Named:
			e, err = s.each(ctx, e, func(after int64) ([]int64, error) { return s.Store.NamedAfter(ctx, e, after, pageSize) }, s.Store.EraseNamed)
		case Done:
			return s.finish(ctx, e)
		default:
			e, err = s.table(ctx, e)
		}
		if err != nil || ctx.Err() != nil {
			return err
		}
		next := e
		next.Stage, next.After = stages[slices.Index(stages, e.Stage)+1], ""
		if e, err = s.portion(ctx, e, next, nil); err != nil {
			return err
		}
	}
	return nil
}

// portion is one transaction, which takes the erasure from one place to the next.
func (s *Service) portion(ctx context.Context, from, to Erasure, do func(t tx.Tx, to *Erasure) error) (Erasure, error) {
	reached := to
	err := tx.Paced(ctx, func(ctx context.Context) error {
		return s.Runner.Run(ctx, func(t tx.Tx) error {
			reached = to
			// Its row is locked first: of two copies of the server one goes on.
			mine, err := s.Store.Save(t, from, from)
			if err == nil && !mine {
				err = errElsewhere
			}
			if err != nil {
				return err
			}
			if do != nil {
				if err := do(t, &reached); err != nil {
					return err
				}
			}
			saved, err := s.Store.Save(t, from, reached)
			if err == nil && !saved {
				err = errElsewhere
			}
			return err
		})
	})
	return reached, err
}

// each does something with rows that are found by their ids, in portions.
func (s *Service) each(
	ctx context.Context, e Erasure, find func(after int64) ([]int64, error), do func(t tx.Tx, e Erasure, id int64) error,
) (Erasure, error) {
	for ctx.Err() == nil {
		after, _ := strconv.ParseInt(e.After, 10, 64) // it was written here; "" is the beginning
		ids, err := find(after)
		if err != nil || len(ids) == 0 {
			return e, err
		}
		for left := ids; len(left) > 0 && ctx.Err() == nil; {
			n := 0
			if e, err = s.portion(ctx, e, e, func(t tx.Tx, to *Erasure) error {
				for n = 0; n < len(left) && (n == 0 || !t.Spent()); n++ {
					if err := do(t, e, left[n]); err != nil {
						return err
					}
				}
				to.After, to.Rows = strconv.FormatInt(left[n-1], 10), e.Rows+int64(n)
				return nil
			}); err != nil {
				return e, err
			}
			left = left[n:]
		}
	}
	return e, nil
}

// licenses erases who the licences name. What they and the customer were called before
// is found in the audit log.
func (s *Service) licenses(ctx context.Context, e Erasure) (Erasure, error) {
	email := ""
	if e.Kind == Licensee {
		words, err := s.Store.Words(ctx, e)
		if err != nil {
			return e, err
		}
		for _, word := range words {
			if mailbox, ok := entry.Address(word); ok { // beside it is the name at most
				email = mailbox
			}
		}
	}
	if e.After == "" && !e.Subject.IsZero() {
		words, err := s.spoken(ctx, e, e.Subject, 0)
		if err != nil {
			return e, err
		}
		if e, err = s.portion(ctx, e, e, func(t tx.Tx, _ *Erasure) error { return s.Store.AddWords(t, e, words) }); err != nil {
			return e, err
		}
	}
	before := map[int64][]string{}
	return s.each(ctx, e, func(after int64) ([]int64, error) {
		found, err := s.Store.LicensesAfter(ctx, e, email, after, pageSize/10)
		ids := make([]int64, len(found))
		clear(before)
		for i, id := range found {
			ids[i] = int64(id)
			if before[ids[i]], err = s.spoken(ctx, e, ident.UUID{}, id); err != nil {
				return nil, err
			}
		}
		return ids, err
	}, func(t tx.Tx, e Erasure, id int64) error {
		licensee, name, err := s.Store.EraseLicense(t, e, ident.LicenseID(id))
		if err != nil || e.Kind == Licensee { // who had the licence before has not asked
			return err
		}
		return s.Store.AddWords(t, e, append([]string{licensee, name}, before[id]...))
	})
}

func (s *Service) spoken(ctx context.Context, e Erasure, subject ident.UUID, license ident.LicenseID) (words []string, err error) {
	for after := int64(0); ctx.Err() == nil; {
		texts, last, err := s.Store.Spoken(ctx, e.Vendor, subject, license, after, spokenPage)
		if err != nil || last == 0 {
			return words, err
		}
		words, after = append(words, called(texts)...), last
	}
	return words, ctx.Err()
}

func (s *Service) machines(ctx context.Context, e Erasure) (Erasure, error) {
	return s.each(ctx, e, func(after int64) ([]int64, error) { return s.Store.MachinesAfter(ctx, e, after, pageSize) },
		s.Store.EraseMachine)
}

// table erases what is said of the person in one table. Rows are read and judged
// outside of transactions; only those that change are written.
func (s *Service) table(ctx context.Context, e Erasure) (Erasure, error) {
	all, err := s.Store.Words(ctx, e)
	if err != nil {
		return e, err
	}
	ids, err := s.Store.IDs(ctx, e)
	if err != nil {
		return e, err
	}
	words, looked := NewWords(all, ids...), e
	for ctx.Err() == nil {
		rows, err := s.Store.Page(ctx, looked, pageSize)
		if err != nil || len(rows) == 0 {
			return s.portion(ctx, e, looked, nil)
		}
		var changed []Row
		for _, r := range rows {
			if words.apply(&r) {
				changed = append(changed, r)
			}
		}
		for len(changed) > 0 && ctx.Err() == nil {
			n := 0
			if e, err = s.portion(ctx, e, e, func(t tx.Tx, to *Erasure) (err error) {
				n, err = s.save(t, e, changed)
				to.After, to.Rows = changed[n-1].Key, e.Rows+int64(n)
				return err
			}); err != nil {
				return e, err
			}
			changed = changed[n:]
		}
		looked = e
		looked.After = rows[len(rows)-1].Key
	}
	return e, nil
}

// save stores rows for as long as the transaction has time, and at least one.
func (s *Service) save(t tx.Tx, e Erasure, rows []Row) (n int, err error) {
	var said []Redaction
	for n = 0; n < len(rows) && n < redactions && (n == 0 || !t.Spent()); n++ {
		one, err := s.Store.SaveRow(t, e, rows[n])
		if err != nil {
			return 1, err
		}
		if one != nil {
			said = append(said, one)
		}
	}
	if len(said) > 0 {
		t.Journal(s.Store.Redacted(e, said))
	}
	return n, nil
}

// apply takes the words, and what is about the person, out of a row. It reports whether
// that changed anything.
func (w Words) apply(r *Row) (changed bool) {
	related := r.Related
	for _, x := range r.Texts {
		if !x.Null && (x.Whole && w.Value(x.Value, false) != x.Value || x.Named && w.names(x.Value)) {
			related = -1 // all of it
		}
	}
	for i := range r.Texts {
		x := &r.Texts[i]
		was := x.Value
		switch {
		case x.Null:
		case related&x.Blank != 0:
			x.Value = x.Mark
		default:
			x.Value = w.Value(x.Value, related&x.About != 0)
		}
		changed = changed || x.Value != was
	}
	return changed
}

func (s *Service) finish(ctx context.Context, e Erasure) error {
	if _, err := tx.Portions(ctx, s.Runner, func(t tx.Tx) (bool, error) { return s.Store.Forget(t, e) }); err != nil || ctx.Err() != nil {
		return err
	}
	_, err := s.portion(ctx, e, e, func(t tx.Tx, to *Erasure) error {
		to.FinishedAt = t.Now()
		s.journal(t, e, "personal_data.erased")
		return nil
	})
	return err
}
