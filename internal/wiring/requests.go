package wiring

import (
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/owners"
	ownerstore "chancery/internal/store/owners"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web/console"
)

// leavers withdraws what is asked for a licence that gets another customer.
type leavers struct{ rooms *Rooms }

// Leaves implements licensing.Leavers.
func (l leavers) Leaves(t tx.Tx, v ident.VendorID, license ident.LicenseID) error {
	return l.rooms.Requests.Leaves(t, v, license)
}

// requestMails tells people of requests by mail.
type requestMails struct{ rooms *Rooms }

// Asked implements owners.RequestPost.
func (m requestMails) Asked(t tx.Tx, v ident.VendorID, q owners.Request) error {
	message, err := m.message(t, mailing.LicenseRequested, v, q)
	if err != nil {
		return err
	}
	at, _, err := m.rooms.VendorRows.Get(t, v)
	if err != nil {
		return err
	}
	message.Key, message.Data.AskedBy = "license_requested:"+q.UUID.String(), q.UserEmail
	if face := m.rooms.faceAt(console.Name, at.Slug, at.LinksHost); face != "" {
		message.Data.RequestsLink = face + "/requests/" + q.UUID.String()
	}
	return m.rooms.Mails.Tell(t, v, "", message)
}

// Answered implements owners.RequestPost. Who sees the licence no more is told nothing of it.
func (m requestMails) Answered(t tx.Tx, v ident.VendorID, q owners.Request) (told bool, err error) {
	if sees, err := m.sees(t, v, q); err != nil || !sees {
		return false, err
	}
	message, err := m.message(t, mailing.RequestAnswered, v, q)
	if err != nil {
		return false, err
	}
	message.To, message.Data.Answer = q.UserEmail, q.Answer
	if q.State == owners.RequestDeclined {
		message.Data.Declined = "yes"
	}
	return true, m.rooms.Mails.Queue(t, v, message)
}

// sees reports whether who has asked still sees the licence, of the customer of then.
func (m requestMails) sees(t tx.Tx, v ident.VendorID, q owners.Request) (bool, error) {
	l, err := m.license(t, v, q)
	if err != nil {
		return false, err
	}
	now, err := m.rooms.Owners.Now(t, v, q.User)
	return l.Customer.ID == q.Customer && now.May(owners.See, ownerstore.Of(l)), err
}

func (m requestMails) license(t tx.Tx, v ident.VendorID, q owners.Request) (*licensing.License, error) {
	l, err := m.rooms.LicenseRows.License(t, v, q.License)
	if err == nil && l == nil {
		err = fault.Missing("license")
	}
	return l, err
}

func (m requestMails) message(t tx.Tx, k mailing.Kind, v ident.VendorID, q owners.Request) (mailing.Message, error) {
	l, err := m.license(t, v, q)
	if err != nil {
		return mailing.Message{}, err
	}
	message, err := LicenceMails{m.rooms.Mails}.message(t, k, l)
	d := &message.Data
	d.Wish, d.Meter, d.Message = wishWord(l, q.Wish), q.MeterName, q.Message
	if q.Wish == owners.WishRenewal {
		d.Months = strconv.FormatInt(q.Quantity/terms.Unit, 10)
	} else if q.Quantity > 0 {
		d.Quantity = amount(q.Quantity)
	}
	return message, err
}

// wishWord is a wish in a mail, which says it in its language.
func wishWord(l *licensing.License, w owners.Wish) string {
	switch w {
	case owners.WishActivations:
		if l.AnyNumber() {
			return language.Mark("More sessions")
		}
		return language.Mark("More activations")
	case owners.WishMeter:
		return language.Mark("More of the meter")
	case owners.WishRenewal:
		return language.Mark("Renewal")
	case owners.WishOther:
	}
	return language.Mark("Something else")
}
