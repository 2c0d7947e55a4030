package imports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

const (
	batch       = 25  // lines that one transaction carries out at most
	linesAtOnce = 500 // lines that one transaction stores or lets wait again at most
	linesOfStep = 50  // of them, between two looks at the time that a portion may take

	stepsOfForgetting = 10 // steps that one transaction forgets at most
)

// failure is a line that could not be brought in: its rules refuse it, or the server
// has a fault of its own at it. It ends the transaction, which rolls back what other
// lines did in it.
type failure struct {
	line  Line
	cause error
}

func (f *failure) Error() string { return fmt.Sprintf("line %d: %v", f.line.Number, f.cause) }
func (f *failure) Unwrap() error { return f.cause }

// Work carries out the lines of all running imports, and tells how many it did.
// It may run in several copies: each transaction looks at the lines anew, under
// the import's lock.
func (s *Service) Work(ctx context.Context) (int, error) {
	done, after := 0, int64(0)
	var failed error
	for ctx.Err() == nil {
		job, ok, err := s.Store.NextRunning(ctx, after)
		if err != nil || !ok {
			return done, errors.Join(failed, err)
		}
		after = job.ID
		n, err := s.carryOut(tx.WithActor(ctx, job.Actor), job)
		done += n
		failed = errors.Join(failed, err) // one import does not keep others from running
	}
	return done, failed
}

func (s *Service) carryOut(ctx context.Context, job Job) (done int, err error) {
	for ctx.Err() == nil {
		n, more := 0, false
		err := tx.Paced(ctx, func(ctx context.Context) (err error) {
			n, more, err = s.step(ctx, job, batch)
			return err
		})
		_, ofALine := errors.AsType[*failure](err)
		switch {
		case ofALine:
			n, more, err = s.singly(ctx, job)
			done += n
			if err != nil || !more {
				return done, err
			}
		case err != nil:
			return done, err
		default:
			done += n
			if !more {
				return done, nil
			}
		}
	}
	return done, nil
}

// step carries out the next lines in one transaction, at most so many; all of
// them where it is all or nothing. more is false when nothing is left to do.
func (s *Service) step(ctx context.Context, job Job, most int) (done int, more bool, err error) {
	var at *Line // the one that is being brought in
	err = s.Runner.Run(ctx, func(t tx.Tx) error {
		done, more, at = 0, false, nil
		i, found, err := s.Store.Lock(t, job.Vendor, job.UUID)
		if err != nil || !found || i.State != Running {
			return err
		}
		if i.Retrying {
			more = true
			return s.waitAgain(t, job.Vendor, i)
		}
		if i.AllOrNothing {
			most = MaxAllOrNothing
		}
		lines, err := s.Store.Waiting(t, job.Vendor, i.ID, most)
		if err != nil {
			return err
		}
		for n := range lines {
			l := lines[n]
			at = &lines[n]
			if l.Result, err = s.bring(t, job.Vendor, i, l); err != nil {
				return err
			}
			l.State, l.Problems = LineDone, nil
			if err := s.Store.SaveLine(t, job.Vendor, i.ID, l); err != nil {
				return err
			}
			if done++; t.Spent() && !i.AllOrNothing {
				break
			}
		}
		at = nil
		i.Done += done
		more = i.Waiting() > 0 && len(lines) > 0
		if !more {
			s.finish(t, job.Vendor, &i, Finished)
		}
		return s.Store.Save(t, job.Vendor, i)
	})
	if err != nil {
		done = 0
		// What passes by itself is nobody's fault: the job tries it again.
		if at != nil && ctx.Err() == nil && (refusable(err) || fault.As(err).Kind == fault.Internal) {
			err = &failure{*at, err}
		}
	}
	return done, more, err
}

// waitAgain lets failed lines wait for as long as the transaction has time.
func (s *Service) waitAgain(t tx.Tx, v ident.VendorID, i Import) error {
	for moved := 0; moved < linesAtOnce; {
		n, err := s.Store.TryAgain(t, v, i.ID, linesOfStep)
		if err != nil {
			return err
		}
		moved += n
		i.Failed -= n
		if i.Retrying = n == linesOfStep; !i.Retrying || t.Spent() {
			break
		}
	}
	return s.Store.Save(t, v, i)
}

// singly goes on after a batch in which a line failed, and which left nothing
// behind: its lines one by one, up to that one.
func (s *Service) singly(ctx context.Context, job Job) (done int, more bool, err error) {
	for range batch {
		n, more, err := s.step(ctx, job, 1)
		if again, ok := errors.AsType[*failure](err); ok {
			more, err := s.fail(ctx, job, again)
			return done, more, err
		}
		done += n
		if err != nil || !more {
			return done, more, err
		}
	}
	return done, true, nil // what was wrong has passed by now
}

// fail marks a line that failed. With all or nothing, the import ends with it; a
// fault of the server's own ends every import, for it may come back at every line,
// and is given back for the log.
func (s *Service) fail(ctx context.Context, job Job, failed *failure) (more bool, err error) {
	own := !refusable(failed.cause)
	err = s.Runner.Run(ctx, func(t tx.Tx) error {
		more = false
		i, found, err := s.Store.Lock(t, job.Vendor, job.UUID)
		if err != nil || !found || i.State != Running {
			return err
		}
		first, err := s.Store.Waiting(t, job.Vendor, i.ID, MaxAllOrNothing)
		if err != nil {
			return err
		}
		for _, l := range first {
			if l.Number != failed.line.Number {
				continue
			}
			l.State, l.Problems = LineFailed, s.explain(i, failed.cause)
			if err := s.Store.SaveLine(t, job.Vendor, i.ID, l); err != nil {
				return err
			}
			i.Failed++
		}
		more = i.Waiting() > 0
		switch {
		case i.AllOrNothing:
			more = false
			s.finish(t, job.Vendor, &i, Refused)
		case own:
			more = false
			s.finish(t, job.Vendor, &i, Stopped)
		case !more:
			s.finish(t, job.Vendor, &i, Finished)
		}
		return s.Store.Save(t, job.Vendor, i)
	})
	if err == nil && own {
		err = failed
	}
	return more, err
}

func (s *Service) finish(t tx.Tx, v ident.VendorID, i *Import, state State) {
	if i.State = state; state != Stopped {
		i.FinishedAt = t.Now()
	}
	s.journal(t, v, "import."+string(state), *i)
}

func (s *Service) bring(t tx.Tx, v ident.VendorID, i Import, l Line) (Result, error) {
	r, err := ReadAs(i.Kind, i.Columns)
	if err != nil {
		return Result{}, err
	}
	// A line that is tried again has not become right by it.
	if wrong := plain(i.Columns, r, l); len(wrong) > 0 {
		return Result{}, &unreadable{wrong}
	}
	if i.Kind == Cards || i.Kind == Devices {
		return s.bringPrepaid(t, v, i, r, l)
	}
	if i.Kind == Customers {
		c, wrong := customerLine(r, l)
		if err := wrong.Err(); err != nil {
			return Result{}, err
		}
		return s.Trade.CreateCustomer(t, v, c)
	}
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		return Result{}, fmt.Errorf("imports: the zone of an import: %w", err)
	}
	c, wrong := licenseLine(r, l, zone)
	if err := wrong.Err(); err != nil {
		return Result{}, err
	}
	return s.Trade.IssueLicense(t, v, c)
}

// unreadable is a line with cells that can't be taken as they are.
type unreadable struct{ problems []Problem }

func (u *unreadable) Error() string { return u.problems[0].Column + " " + u.problems[0].Text }

// Unwrap makes it a refusal.
func (u *unreadable) Unwrap() error {
	return fault.Wrong(fault.Field{Name: u.problems[0].Column, Message: u.problems[0].Text})
}

// refusable: a line's own fault, not the server's.
func refusable(err error) bool {
	switch fault.As(err).Kind {
	case fault.Invalid, fault.Conflict, fault.NotFound, fault.Unprocessable, fault.Forbidden, fault.TooLarge:
		return true
	default:
		return false
	}
}

// explain tells why a line failed by the columns of the file.
func (s *Service) explain(i Import, cause error) []Problem {
	if u, ok := errors.AsType[*unreadable](cause); ok {
		return u.problems
	}
	if !refusable(cause) {
		return []Problem{{Fault: true, Text: "The server failed at this line, and its log says why: try the line again, and if it fails again tell who runs the server."}}
	}
	r, err := ReadAs(i.Kind, i.Columns)
	if err != nil {
		return []Problem{{Text: fault.As(cause).Message}}
	}
	return refusedFor(i.Columns, r, cause)
}

// Forget removes drafts that nobody started, and imports that are long over.
func (s *Service) Forget(ctx context.Context) (int, error) {
	n, more := 0, true
	for more && ctx.Err() == nil {
		gone := 0
		if err := tx.Paced(ctx, func(ctx context.Context) error {
			return s.Runner.Run(ctx, func(t tx.Tx) (err error) {
				gone, more, err = s.forget(t)
				return err
			})
		}); err != nil {
			return n, err
		}
		n += gone
	}
	return n, nil
}

// forget removes lines, and imports without lines, for as long as the transaction has time.
func (s *Service) forget(t tx.Tx) (gone int, more bool, err error) {
	for range stepsOfForgetting {
		last, more, err := s.Store.Forget(t, t.Now().AddDate(0, 0, -DraftDays), t.Now().AddDate(0, 0, -KeptDays))
		if err != nil || !more {
			return gone, false, err
		}
		if last {
			gone++
		}
		if t.Spent() {
			break
		}
	}
	return gone, true, nil
}
