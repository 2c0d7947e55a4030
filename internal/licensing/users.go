package licensing

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// MaxUsers bounds the user ids of a floating licence; a named one has as many as
// its token limit. UsersAnswered is how many of them a client's answer carries.
const (
	MaxUsers      = 10_000
	UsersAnswered = 1000
)

// User is a user id on a licence of client type users.
type User struct {
	ID     int64
	UserID string // as the vendor's programs send it; compared byte by byte
}

// IsOfUsers reports whether users hold the licence's tokens, not devices.
func (l *License) IsOfUsers() bool { return l.Edition.ClientType == terms.Users }

// AddUser puts a user id on a licence; one that is there already is no change.
func (s *Service) AddUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error {
	var wrong fault.Fields
	user = entry.Identifier(&wrong, "user_id", user, "", 1, maxText)
	wrong.Check(len(user) <= maxText, "user_id", "must be at most 256 bytes long")
	if err := wrong.Err(); err != nil {
		return err
	}
	l, err := s.ofUsers(t, v, id)
	if err != nil {
		return err
	}
	added, err := s.store.InsertUser(t, v, id, user)
	if err != nil || !added {
		return err
	}
	n, err := s.store.CountUsers(t, v, id)
	if err != nil {
		return err
	}
	if n > maxUsersOf(l) {
		return fault.Refused("users_used_up", "The licence has as many users as it may have.", "Remove one, or raise the number of activations.")
	}
	return s.usersChanged(t, l, tx.Entry{Action: "license_user.added", After: map[string]string{"user_id": user}})
}

// RemoveUser takes a user id off a licence. A session that the user has open is
// not renewed any more.
func (s *Service) RemoveUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error {
	l, err := s.ofUsers(t, v, id)
	if err != nil {
		return err
	}
	removed, err := s.store.DeleteUser(t, v, id, user)
	if err != nil {
		return err
	}
	if !removed {
		return fault.Missing("license_user")
	}
	return s.usersChanged(t, l, tx.Entry{Action: "license_user.removed", Before: map[string]string{"user_id": user}})
}

// UserLimit is how many users a licence may name; 0 where devices hold it.
func (l *License) UserLimit() int64 {
	if !l.IsOfUsers() {
		return 0
	}
	return maxUsersOf(l)
}

func maxUsersOf(l *License) int64 {
	if !l.limitsHeld() {
		return MaxUsers
	}
	return min(l.Terms().Policy.TokenLimit, MaxUsers)
}

func (s *Service) ofUsers(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*License, error) {
	locked, err := s.store.LockLicenses(t, v, id)
	if err != nil {
		return nil, err
	}
	l := locked[id]
	if l == nil {
		return nil, fault.Missing("license")
	}
	if !l.IsOfUsers() {
		return nil, fault.Refused("license_of_devices", "The licence is of client type devices: it has no users.", "Issue a licence of an edition for users.")
	}
	return l, nil
}

// usersChanged raises the serial: clients are answered the users.
func (s *Service) usersChanged(t tx.Tx, l *License, e tx.Entry) error {
	l.Revision++
	l.UpdatedAt = t.Now()
	if err := s.store.SaveLicense(t, l); err != nil {
		return err
	}
	e.Vendor, e.Subject, e.ID, e.License = l.Vendor, licenseSubject, l.UUID, l.ID
	t.Journal(e)
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventChanged, Stream: l.UUID, Payload: viewOf(l, t.Now())})
	return nil
}

// KnowsUser reports whether a user may use a licence: one that names no users
// takes any.
func (s *Service) KnowsUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) (bool, error) {
	listed, err := s.store.HasUser(t, v, id, user)
	if composed := entry.Composed(user); err == nil && !listed && composed != user { // as AddUser has read it
		listed, err = s.store.HasUser(t, v, id, composed)
	}
	if err != nil || listed {
		return listed, err
	}
	n, err := s.store.CountUsers(t, v, id)
	return n == 0, err
}

// nameUsers brings the users that an answer names.
func (s *Service) nameUsers(t tx.Tx, l *License) (err error) {
	if l.IsOfUsers() {
		l.Users, err = s.store.Users(t, l.Vendor, l.ID, UsersAnswered)
	}
	return err
}

func (s *Service) readUsers(ctx context.Context, l *License) (err error) {
	if l.IsOfUsers() {
		l.Users, err = s.reader.UsersOf(ctx, l.Vendor, l.ID, UsersAnswered)
	}
	return err
}
