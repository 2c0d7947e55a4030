package wiring

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/owners"
	ownerstore "chancery/internal/store/owners"
	"chancery/internal/tx"
	"chancery/internal/web/portal"
	"chancery/internal/wiring/pairs"
)

// handOverMails tells people of hand-overs by mail.
type handOverMails struct{ rooms *Rooms }

var _ pairs.HandOverPost = handOverMails{}

// Allowed implements pairs.HandOverPost.
func (m handOverMails) Allowed(t tx.Tx, vendor ident.VendorID) error {
	v, _, err := m.rooms.VendorRows.Get(t, vendor)
	switch {
	case err != nil:
		return err
	case v.NoHandOver:
		return owners.HandOverOff()
	case m.rooms.publicURL == nil:
		return fault.Refused("no_links", "This server mails no links, so nobody could confirm it.", "Ask the vendor to name another licensee.")
	}
	return nil
}

// Asked implements pairs.HandOverPost.
func (m handOverMails) Asked(t tx.Tx, l *licensing.License, h licensing.HandOver, secret, askedBy string) error {
	mails := LicenceMails{m.rooms.Mails}
	confirm, err := mails.message(t, mailing.HandOverConfirm, l)
	if err != nil {
		return err
	}
	at, err := m.portal(t, l.Vendor)
	if err != nil {
		return err
	}
	good := h.ExpiresAt.Sub(t.Now())
	confirm.To, confirm.Licensee, confirm.KeepTrying = h.Address, true, good
	confirm.Data.Recipient, confirm.Data.FormerAddress = h.Name, h.Former
	confirm.Data.Link, confirm.Data.LinkExpires = at+portal.HandOverPath+"?token="+secret, good
	told, err := mails.message(t, mailing.HandOverAsked, l)
	if err != nil {
		return err
	}
	told.Data.Address, told.Data.DashboardLink = h.Address, at+"/licenses/"+l.UUID.String()
	if former, _ := entry.Address(h.Former); former != askedBy {
		confirm.Data.AskedBy, told.Data.AskedBy = askedBy, askedBy
	}
	if err := m.rooms.Mails.Queue(t, l.Vendor, confirm); err != nil {
		return err
	}
	return m.tell(t, l.Vendor, h.Former, told)
}

// Done implements pairs.HandOverPost.
func (m handOverMails) Done(t tx.Tx, l *licensing.License, h licensing.HandOver) error {
	told, err := LicenceMails{m.rooms.Mails}.message(t, mailing.HandedOver, l)
	if err != nil {
		return err
	}
	told.Data.FormerAddress, told.Data.Address = h.Former, h.Address
	for _, to := range []string{h.Former, h.Address} {
		if err := m.tell(t, l.Vendor, to, told); err != nil {
			return err
		}
	}
	return nil
}

// tell queues a mail to a licensee; a licence of somebody erased has none.
func (m handOverMails) tell(t tx.Tx, v ident.VendorID, to string, message mailing.Message) error {
	address, ok := entry.Address(to)
	if !ok {
		return nil
	}
	message.To, message.Licensee = address, true
	return m.rooms.Mails.Queue(t, v, message)
}

func (m handOverMails) portal(t tx.Tx, vendor ident.VendorID) (string, error) {
	v, _, err := m.rooms.VendorRows.Get(t, vendor)
	return m.rooms.faceAt(portal.Name, v.Slug, v.LinksHost), err
}

// confirmHandOver uses a link of a hand-over up.
func (r *Rooms) confirmHandOver(ctx context.Context, v ident.VendorID, secret string) (license ident.UUID, welcome string, err error) {
	done, err := r.HandOvers().Confirm(ctx, v, secret)
	return done.License, done.Welcome, err
}

// lookAtHandOver tells what a link of a hand-over would change. It is good while the vendor lets
// owners hand licences over, and who has asked for it may still do so.
func (r *Rooms) lookAtHandOver(
	ctx context.Context, v ident.VendorID, secret string,
) (h *licensing.HandOver, l *licensing.License, good bool, err error) {
	h, l, good, err = r.Licenses.HandOverLink(ctx, v, secret)
	if err != nil || !good {
		return h, l, false, err
	}
	vendor, err := r.VendorRows.ByID(ctx, v)
	if err != nil || vendor.NoHandOver {
		return h, l, false, err
	}
	asker, err := r.OwnerRows.ByUser(ctx, v, h.AskedBy)
	return h, l, asker.May(owners.HandOver, ownerstore.Of(l)), err
}
