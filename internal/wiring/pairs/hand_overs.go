package pairs

import (
	"context"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/tx"
)

// HandOvers hands licences to other people: owners says who may, access proves who asks,
// licensing keeps what was asked and changes the licensee, identity makes the new user.
type HandOvers struct {
	*licensing.Service

	Owners *owners.Service
	Users  *identity.Users
	Links  *access.Links
	SignIn *access.SignIn
	Post   HandOverPost
	Runner tx.Runner
}

// HandOverPost tells people of hand-overs, in the transaction of what it tells.
type HandOverPost interface {
	// Allowed reports whether owners may hand licences over, and links can be mailed.
	Allowed(t tx.Tx, vendor ident.VendorID) error

	// Asked mails the link to the new person, and tells the present licensee. askedBy is
	// the address of who has asked.
	Asked(t tx.Tx, l *licensing.License, h licensing.HandOver, secret, askedBy string) error

	// Done tells both.
	Done(t tx.Tx, l *licensing.License, h licensing.HandOver) error
}

// Prove makes sure that who is signed in is who signed in, and counts that they have a
// mail sent to an address.
func (h HandOvers) Prove(ctx context.Context, r owners.Reach, own access.Session, address string, proof access.Proof) error {
	if err := h.SignIn.Prove(ctx, r.Vendor, own, proof); err != nil {
		return err
	}
	return h.Links.CountInvitation(ctx, r.Vendor, own.Person, address)
}

// Ask asks for another licensee of a licence that the user may hand over.
func (h HandOvers) Ask(t tx.Tx, r owners.Reach, license ident.UUID, address, name string) error {
	of, err := h.Owners.License(t, r, license, owners.HandOver)
	if err != nil {
		return err
	}
	if err := h.Post.Allowed(t, r.Vendor); err != nil {
		return err
	}
	l, asked, secret, err := h.AskHandOver(t, licensing.HandOverCommand{Vendor: r.Vendor, License: of.ID, By: r.User, Address: address, Name: name})
	if err != nil {
		return err
	}
	return h.Post.Asked(t, l, asked, secret, r.Email)
}

// Cancel takes the hand-over of a licence back that the user may hand over.
func (h HandOvers) Cancel(t tx.Tx, r owners.Reach, license ident.UUID) error {
	of, err := h.Owners.License(t, r, license, owners.HandOver)
	if err != nil {
		return err
	}
	return h.CancelHandOver(t, r.Vendor, of.ID)
}

// HandedOver is what a confirmed hand-over came to.
type HandedOver struct {
	License ident.UUID

	// Welcome is a link to set a password with, for who has no way to sign in yet.
	Welcome string
}

// Confirm uses a link up: its reader is the licensee from then on, and is made a user
// where they are none. It is link_unknown for one that is over.
func (h HandOvers) Confirm(ctx context.Context, vendor ident.VendorID, secret string) (done HandedOver, err error) {
	err = h.Runner.Run(ctx, func(t tx.Tx) (err error) {
		done, err = h.confirm(t, vendor, secret)
		return err
	})
	return done, err
}

func (h HandOvers) confirm(t tx.Tx, vendor ident.VendorID, secret string) (HandedOver, error) {
	if err := h.Post.Allowed(t, vendor); err != nil {
		return HandedOver{}, err
	}
	asked, err := h.HandOverBy(t, vendor, secret)
	if err != nil || asked == nil {
		return HandedOver{}, orOver(err)
	}
	// Who has asked must still be somebody who may.
	if _, err := h.Owners.License(t, owners.Reach{Vendor: vendor, User: asked.AskedBy}, asked.LicenseUUID, owners.HandOver); err != nil {
		return HandedOver{}, unlessRefused(err)
	}
	user, err := h.Users.Ensure(t, vendor, asked.Address, asked.Name) // people are locked before licences
	if err != nil {
		return HandedOver{}, err
	}
	if user.DisabledAt != nil {
		return HandedOver{}, fault.Refused("user_disabled", "The vendor has disabled the account of this address.", "Ask the vendor.")
	}
	l, used, err := h.ConfirmHandOver(t, vendor, asked, tx.Actor{Kind: "user", ID: user.UUID.String(), Name: user.Email})
	if err != nil || !used {
		return HandedOver{}, orOver(err) // which takes the user back that was made for it
	}
	made := HandedOver{License: l.UUID}
	if !user.HasPassword && user.SignedInAt == nil && !user.IsStaff() {
		if made.Welcome, err = h.Links.Welcome(t, vendor, user.UUID); err != nil {
			return HandedOver{}, err
		}
	}
	return made, h.Post.Done(t, l, *asked)
}

// unlessRefused is an error, or that a link is over where it says that somebody may no longer.
func unlessRefused(err error) error {
	if k := fault.As(err).Kind; k == fault.NotFound || k == fault.Forbidden {
		return access.LinkOver()
	}
	return err
}

// orOver is an error, or else that a link is over.
func orOver(err error) error {
	if err != nil {
		return err
	}
	return access.LinkOver()
}
