package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// recoveryTakes is how long asking for a recovery takes, whoever is asked for:
// longer than the transaction that known users cost.
const recoveryTakes = 200 * time.Millisecond

// Named tells who is named by a licence.
type Named interface {
	// HasLicense reports whether a licence of the vendor names this address.
	HasLicense(t tx.Tx, vendor ident.VendorID, email string) (bool, error)
}

// Newcomers makes users (the room identity).
type Newcomers interface {
	// EnsureLicensee makes a licensee with this address, unless the vendor has a user
	// with it. Of two at once the second finds whom the first has made.
	EnsureLicensee(t tx.Tx, vendor ident.VendorID, email string) error
}

// LinksConfig is what the service needs.
type LinksConfig struct {
	Store     LinkStore
	People    People
	Newcomers Newcomers
	Sessions  *Sessions
	Attempts  *Attempts
	Passwords *Passwords
	Post      Post
	Named     Named
	Runner    tx.Runner
	IDs       ident.Source

	// After is time.After; it evens out how long an answer takes.
	After func(time.Duration) <-chan time.Time
}

// Links recovers passwords and invites users, by links that are sent to them.
type Links struct{ c LinksConfig }

// NewLinks makes the service.
func NewLinks(c LinksConfig) (*Links, error) {
	if c.Store == nil || c.People == nil || c.Newcomers == nil || c.Sessions == nil || c.Attempts == nil ||
		c.Passwords == nil || c.Post == nil || c.Named == nil || c.Runner == nil || c.IDs.Rand == nil || c.After == nil {
		return nil, errors.New("access: Links needs everything in its Config")
	}
	return &Links{c}, nil
}

// Forgot sends a recovery link to the user with this address, if there is one
// who may sign in. It leads to the face where it was asked for; from the console
// those who are not staff are led to the portal. Its answer, and the time it takes, tell nobody which it was.
func (r *Links) Forgot(ctx context.Context, vendor ident.VendorID, email string, v Visit) error {
	began, even := r.c.IDs.Clock.Now(), r.c.After
	err := r.forgot(ctx, vendor, email, v)
	select {
	case <-even(max(recoveryTakes-r.c.IDs.Clock.Now().Sub(began), 0)):
	case <-ctx.Done():
	}
	return err
}

func (r *Links) forgot(ctx context.Context, vendor ident.VendorID, text string, v Visit) error {
	email, ok := entry.Address(text)
	if !ok {
		return fault.Wrong(fault.Field{Name: emailField, Message: "must be one e-mail address such as anna@example.com"})
	}
	// What is counted is asking itself: nobody's mailbox is to be filled.
	if _, err := r.c.Attempts.begin(ctx, vendor, try{kind: "forgot", email: email, limit: forgotLimit, from: v}); err != nil {
		return err
	}
	return r.c.Runner.Run(ctx, func(t tx.Tx) error {
		person, found, err := r.licensee(t, vendor, email)
		if err != nil || !found || person.DisabledAt != nil {
			return err
		}
		face := v.Face
		if face == Console {
			face = person.home()
		}
		if _, err := r.send(t, vendor, Letter{Kind: Recovery, Person: person, Face: face, Secret: newLinkToken(r.c.IDs)}); err != nil {
			return err
		}
		t.Journal(tx.Entry{
			Vendor: vendor, Action: "user.recovery_requested", Subject: asUser, ID: person.UUID, After: map[string]string{emailField: person.Email},
		})
		return nil
	})
}

// Invite sends an invitation to a person who has no password yet. The letter is
// given too: where no mail is set up, the inviter hands its link over.
func (r *Links) Invite(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Letter, error) {
	person, _, found, err := r.c.People.Get(t, vendor, uuid)
	if err != nil || !found {
		return Letter{}, errors.Join(err, missing(found))
	}
	return r.send(t, vendor, Letter{Kind: Invitation, Person: person, Face: person.home(), Secret: newLinkToken(r.c.IDs)})
}

// InviteTo sends an invitation to look after a customer's licences, on the portal, to a
// person who has no password yet. Nobody but the person is given the link: an account may
// reach more than who invites to it.
func (r *Links) InviteTo(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, about About) error {
	person, _, found, err := r.c.People.Get(t, vendor, uuid)
	if err != nil || !found {
		return errors.Join(err, missing(found))
	}
	_, err = r.send(t, vendor, Letter{Kind: Invitation, Person: person, Face: Portal, Secret: newLinkToken(r.c.IDs), About: about})
	return err
}

// Welcome makes a link to set a password with, for a person who has none yet and has just
// shown, by another link, that they read mail at their address.
func (r *Links) Welcome(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (token string, err error) {
	person, _, found, err := r.c.People.Get(t, vendor, uuid)
	if err != nil || !found {
		return "", errors.Join(err, missing(found))
	}
	token = newLinkToken(r.c.IDs)
	l := Link{Kind: Invitation, Person: person, Hash: sha256.Sum256([]byte(token)), ExpiresAt: t.Now().Add(Recovery.life())}
	return token, r.c.Store.Put(t, vendor, l)
}

// inviteLimit bounds how many people somebody who is not staff has written to.
var inviteLimit = Limit{Free: 20, Wait: 15 * time.Minute, Most: time.Hour, Forget: time.Hour} //nolint:gochecknoglobals // as if const

// CountInvitation counts that somebody has an invitation mailed to an address, and
// refuses too many: nobody's mailbox is to be filled.
func (r *Links) CountInvitation(ctx context.Context, vendor ident.VendorID, own Person, to string) error {
	email, ok := entry.Address(to)
	if !ok {
		return fault.Wrong(fault.Field{Name: emailField, Message: "must be one e-mail address such as anna@example.com"})
	}
	for _, y := range []try{{kind: "invite", email: own.Email, limit: inviteLimit}, {kind: "forgot", email: email, limit: forgotLimit}} {
		_, err := r.c.Attempts.begin(ctx, vendor, y)
		if fault.Is(err, "locked_out") {
			return &fault.Error{
				Kind: fault.Throttled, Code: "too_many_invitations", Message: "Too many mails were sent lately, by you or to this address.",
				Help: "Wait before the next one.", RetryAfter: fault.As(err).RetryAfter,
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// InviteAgain sends a new invitation to a person who has not come yet; the older
// one ends.
func (r *Links) InviteAgain(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Letter, error) {
	person, _, found, err := r.c.People.Get(t, vendor, uuid)
	if err != nil || !found {
		return Letter{}, errors.Join(err, missing(found))
	}
	if person.HasPassword || person.SignedInAt != nil {
		return Letter{}, fault.Refused("user_has_come", "This user has accepted the invitation.",
			"Forgot password on the sign-in page sends a new link.")
	}
	letter, err := r.send(t, vendor, Letter{Kind: Invitation, Person: person, Face: person.home(), Secret: newLinkToken(r.c.IDs)})
	if err == nil {
		t.Journal(tx.Entry{Vendor: vendor, Action: "user.invited_again", Subject: asUser, ID: person.UUID})
	}
	return letter, err
}

// Look tells whose link this is, without using it. Whatever can't be used has one answer;
// of one that a newer link has replaced, the link that is given says when that was sent.
func (r *Links) Look(ctx context.Context, vendor ident.VendorID, token string) (Link, error) {
	return look(ctx, r.c.Store, vendor, token, r.c.IDs.Clock.Now(), Recovery, Invitation) // codes are not links
}

// Reset uses a link up: it sets the password, ends all sessions, and every other
// link of the user. The user signs in afterwards, with a second factor if there
// is one: who can read the mail has not thereby the phone.
func (r *Links) Reset(ctx context.Context, vendor ident.VendorID, token, password string, v Visit) (Person, error) {
	l, err := r.Look(ctx, vendor, token)
	if err != nil {
		return Person{}, err
	}
	if err := CheckPassword("password", password, l.Person); err != nil {
		return Person{}, err
	}
	fresh, err := r.c.Passwords.Hash(ctx, password)
	if err != nil {
		return Person{}, err
	}
	var person Person
	err = r.c.Runner.Run(ctx, func(t tx.Tx) error {
		taken, found, err := r.c.Store.Take(t, vendor, sha256.Sum256([]byte(token)), Recovery, Invitation)
		if err != nil {
			return err
		}
		if !found || !taken.good(t.Now(), Recovery, Invitation) {
			return errLink()
		}
		person = taken.Person
		if err := r.c.People.SetPassword(t, vendor, person.ID, fresh); err != nil {
			return err
		}
		if err := r.c.Attempts.clear(t, vendor, try{kind: asAccount, email: person.Email, from: v}); err != nil {
			return err
		}
		action := "user.password_recovered"
		if taken.Kind == Invitation {
			action = "user.invitation_accepted"
		}
		t.Journal(tx.Entry{Vendor: vendor, Action: action, Subject: asUser, ID: person.UUID, By: person.actor()})
		return r.c.Sessions.EndAll(t, vendor, person.ID)
	})
	return person, err
}

// Forget removes links that have run out: periodic work.
func (r *Links) Forget(t tx.Tx) error { return r.c.Store.Forget(t, t.Now()) }
