package licensing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Deletion is what an owner wants of a device whose file is in force: it goes on by that,
// whatever is told to it, so its place is free when the file wants a refresh, when the
// device says by a file that it has given up, or when the vendor says so.
type Deletion struct {
	ID         int64
	UUID       ident.UUID
	Vendor     ident.VendorID
	License    ident.LicenseID
	Activation ident.ActivationID
	Reason     Reason
	Counted    Counting // for what it counts, from the beginning
	Actor      tx.Actor // who wants it; the audit log says so when it ends
	AskedAt    time.Time
	DueAt      time.Time // zero: the vendor decides
	ForCopy    bool      // a second device waits for the place, which has come under its name
}

// maxAsked is how many deletions one wish makes.
const maxAsked = 500

// askDeletions notes that an owner wants these devices gone, whose files are in force.
// Those that are wanted gone already stay as they are. It must be allowed, and counts them.
func (s *Service) askDeletions(t tx.Tx, l *License, kept []*Activation, by Reason) error {
	for _, a := range kept {
		d := &Deletion{
			UUID: s.ids.V7(), Vendor: l.Vendor, License: l.ID, Activation: a.ID, Reason: by, Counted: countingOf(by),
			Actor: tx.ActorFrom(t.Context()), AskedAt: t.Now(), DueAt: a.dueAt(),
		}
		if err := s.store.InsertDeletion(t, d); err != nil {
			return err
		}
		l.tally(d.Counted, 1)
		announceDeletion(t, l, a, d, "activation.deletion_asked")
	}
	return nil
}

// dueAt is when the place of a device is free that an owner has deleted: when its files
// have all ended; zero where one has no end, or none wants a refresh.
func (a *Activation) dueAt() time.Time {
	if a.RefreshBy.IsZero() {
		return time.Time{}
	}
	return a.FileSaid()
}

// notAsked leaves out those of which it is wanted already that they go.
func (s *Service) notAsked(t tx.Tx, v ident.VendorID, some []*Activation) (fresh []*Activation, err error) {
	for _, a := range some {
		d, err := s.store.DeletionOf(t, v, a.ID)
		if err != nil {
			return nil, err
		}
		if d == nil {
			fresh = append(fresh, a)
		}
	}
	return fresh, nil
}

// settleDeletion ends what an owner wanted of an activation that ends now, however that
// came: what it counted is given back, and the end counts for itself. It tells whether
// there was such a wish.
func (s *Service) settleDeletion(t tx.Tx, l *License, a *Activation) (bool, error) {
	if !a.IsOffline {
		return false, nil
	}
	d, err := s.store.DeletionOf(t, l.Vendor, a.ID)
	if err != nil || d == nil {
		return false, err
	}
	l.tally(d.Counted, -1)
	a.GaveWay = d.ForCopy
	return true, s.store.DeleteDeletion(t, d)
}

// GiveWay notes that a second device has come under the name of one that is to go, and
// waits for its place.
func (s *Service) GiveWay(t tx.Tx, v ident.VendorID, activation ident.UUID) error {
	_, _, d, err := s.deletion(t, v, activation)
	if err != nil || d == nil || d.ForCopy {
		return err
	}
	return s.store.SetForCopy(t, d)
}

// deletion brings a present activation and its licence, locked, with what its owner wants.
func (s *Service) deletion(t tx.Tx, v ident.VendorID, activation ident.UUID) (*Activation, *License, *Deletion, error) {
	a, l, err := s.locked(t, v, activation)
	if err != nil || a == nil {
		return nil, nil, nil, err
	}
	d, err := s.store.DeletionOf(t, v, a.ID)
	return a, l, d, err
}

// carryOut releases a device as its owner wanted.
func (s *Service) carryOut(t tx.Tx, l *License, a *Activation, d *Deletion) error {
	a.Counted, a.by = d.Counted, d.Actor
	l.tally(d.Counted, 1) // what the wish itself counted is given back
	return s.release(t, l, a, d.Reason)
}

// ConfirmDeletion frees the place of a device that its owner has deleted, for the vendor's
// staff: at once, although it may go on by its file.
func (s *Service) ConfirmDeletion(t tx.Tx, v ident.VendorID, activation ident.UUID) error {
	a, l, d, err := s.deletion(t, v, activation)
	if err != nil {
		return err
	}
	if a == nil {
		return fault.Missing("activation")
	}
	if d == nil {
		return errNoDeletion()
	}
	announceDeletion(t, l, a, d, "activation.deletion_confirmed")
	return s.carryOut(t, l, a, d)
}

// DropDeletion forgets what an owner wanted: for staff who decline it, or for the owner
// who keeps the device.
func (s *Service) DropDeletion(t tx.Tx, v ident.VendorID, activation ident.UUID, declined bool) error {
	a, l, d, err := s.deletion(t, v, activation)
	if err != nil {
		return err
	}
	if a == nil {
		return fault.Missing("activation")
	}
	if d == nil {
		return errNoDeletion()
	}
	action := "activation.deletion_withdrawn"
	if declined {
		action = "activation.deletion_declined"
	}
	announceDeletion(t, l, a, d, action)
	if _, err := s.settleDeletion(t, l, a); err != nil {
		return err
	}
	return s.store.SaveCounters(t, l)
}

func errNoDeletion() error {
	return &fault.Error{
		Kind: fault.Conflict, Code: "no_deletion", Message: "Nobody has asked for this device to be deleted, or it has been decided.",
		Help: "Look at the list again.",
	}
}

// EndDeletions frees the places of devices that their owners have deleted and whose files
// have ended, and tells how many. One that fails keeps no other waiting.
func (s *Service) EndDeletions(ctx context.Context) (total int, err error) {
	failed := map[Due]error{}
	for ctx.Err() == nil {
		found, err := s.reader.DeletionsDue(ctx, s.ids.Clock.Now(), endBatch+len(failed))
		if err != nil {
			return total, err
		}
		before := total
		for _, due := range found {
			if failed[due] != nil {
				continue
			}
			ended, err := s.endDeletion(ctx, due)
			switch {
			case err != nil:
				failed[due] = fmt.Errorf("activation %s: %w", due.Activation, err)
			case ended:
				total++
			}
		}
		if total == before {
			break
		}
	}
	return total, errors.Join(slices.Collect(maps.Values(failed))...)
}

// endDeletion frees one place, if its time has come still.
func (s *Service) endDeletion(ctx context.Context, due Due) (ended bool, err error) {
	err = s.runner.Run(ctx, func(t tx.Tx) error {
		ended = false
		a, l, d, err := s.deletion(t, due.Vendor, due.Activation)
		if err != nil || d == nil || d.DueAt.IsZero() || t.Now().Before(d.DueAt) {
			return err
		}
		ended = true
		return s.carryOut(t, l, a, d)
	})
	return ended && err == nil, err
}

// refuseDeleted refuses a file to a device that its owner has deleted: with it the device
// would go on for longer.
func refuseDeleted() *refusal.Refusal {
	r := refusal.Refuse(refusal.TokenNotAssigned)
	r.Message = "The owner of the licence has deleted this device, so it gets no more files."
	r.Help = "Keep the device in the licensing dashboard, or ask your vendor."
	return r
}

// leaving reports whether an owner wants an activation gone.
func (s *Service) leaving(t tx.Tx, v ident.VendorID, a *Activation) (bool, error) {
	if a == nil || !a.IsOffline {
		return false, nil
	}
	d, err := s.store.DeletionOf(t, v, a.ID)
	return d != nil, err
}

func announceDeletion(t tx.Tx, l *License, a *Activation, d *Deletion, action string) {
	said := struct {
		eventPayload

		DueAt *time.Time `json:"due_at"`
	}{eventPayload: eventOf(l, a, a.Device.Number, t.Now())}
	said.Reason = d.Reason
	if !d.DueAt.IsZero() {
		said.DueAt = &d.DueAt
	}
	t.Journal(tx.Entry{Vendor: l.Vendor, Action: action, Subject: activationNoun, ID: a.UUID, License: l.ID, After: said})
}
