package wiring

import (
	"log/slog"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/wiring/pairs"
)

// letters are what must reach users, as mail.
type letters struct{ rooms *Rooms }

// Queue implements access.Post. Without an address of the server no link can
// be made; whoever invites gets the link to hand over in any case.
func (l letters) Queue(t tx.Tx, vendor ident.VendorID, letter access.Letter) error {
	user, err := pairs.UserOf(letter.Person)
	if err != nil {
		return err
	}
	v, found, err := l.rooms.VendorRows.Get(t, vendor)
	if err != nil || !found {
		return err
	}
	if l.rooms.publicURL == nil {
		l.rooms.log.Warn("a mail with a link was not sent: start the server with --public-url", slog.String("kind", string(letter.Kind)))
		return nil
	}
	good := letter.ExpiresAt.Sub(t.Now())
	page := "/reset"
	if letter.Kind == access.NewAddress {
		page = "/confirm-address"
	}
	message := mailing.Message{
		To: user.Email, KeepTrying: good,
		Data: mailing.Data{
			Recipient: user.Name, Role: user.Role.Name, Customer: letter.About.Customer, LinkExpires: good,
			Link: l.rooms.faceAt(string(letter.Face), v.Slug, v.LinksHost) + page + "?token=" + letter.Secret,
		},
	}
	if letter.About.Role != "" {
		message.Data.Role = letter.About.Role
	}
	switch letter.Kind {
	case access.Recovery:
		message.Kind = mailing.Recovery
	case access.Invitation:
		message.Kind = mailing.Invitation
	case access.NewAddress:
		message.Kind, message.To = mailing.AddressConfirm, letter.Address
		message.Person, message.Data.FormerAddress, message.Data.Address = user.Email, user.Email, letter.Address
	case access.Activation:
		return nil // it is shown to whoever makes it, and told by them
	}
	return l.rooms.Mails.Queue(t, vendor, message)
}

// Tell implements access.Post.
func (l letters) Tell(t tx.Tx, vendor ident.VendorID, n access.Notice) error {
	user, err := pairs.UserOf(n.Person)
	if err != nil {
		return err
	}
	v, found, err := l.rooms.VendorRows.Get(t, vendor)
	if err != nil || !found {
		return err
	}
	message := mailing.Message{
		Kind: mailing.AddressAsked, To: n.To, Data: mailing.Data{Recipient: user.Name, FormerAddress: n.Former, Address: n.Address},
	}
	if at := l.rooms.faceAt(string(n.Face), v.Slug, v.LinksHost); at != "" {
		message.Data.SignInLink = at + "/sign-in"
	}
	if n.ByStaff {
		message.Data.ByStaff = "yes"
	}
	switch {
	case n.Changed:
		message.Kind, message.Person = mailing.AddressChanged, n.Address // which is the account's by now
	case n.Taken:
		message.Kind = mailing.AddressTaken
	}
	return l.rooms.Mails.Queue(t, vendor, message)
}
