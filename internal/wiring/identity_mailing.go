package wiring

import (
	"context"
	"slices"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/mailing"
	mailstore "chancery/internal/store/mailing"
	"chancery/internal/tx"
)

// mayRead is for what is not an event, and holds what these permissions show.
func mayRead(ctx context.Context, all ...identity.Permission) error {
	if p, _ := edge.PrincipalFrom(ctx); !p.MayAll(all) {
		return errUnseen("staff")
	}
	return nil
}

// seenMails changes rules so that nobody has licences' mails sent to an address of
// their own choice who may not see licences.
type seenMails struct{ *mailing.Service }

// SetRule goes before that of the room.
func (m seenMails) SetRule(t tx.Tx, v ident.VendorID, r mailing.Rule) (mailing.Rule, error) {
	before, err := m.RuleOf(t, v, r.Kind)
	if err != nil {
		return mailing.Rule{}, err
	}
	if len(r.Staff) > 0 && !slices.Equal(r.Staff, before.Staff) {
		if err := mayRead(t.Context(), identity.ViewLicenses); err != nil {
			return mailing.Rule{}, err
		}
	}
	return m.Service.SetRule(t, v, r)
}

// seenMailLog shows the texts of mails, which hold license keys, to who may see licences.
type seenMailLog struct{ mailstore.Store }

// ByUUID goes before that of the store.
func (m seenMailLog) ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (mailing.Mail, error) {
	mail, err := m.Store.ByUUID(ctx, v, id)
	if err != nil {
		return mailing.Mail{}, err
	}
	tells := []identity.Permission{}
	switch {
	case mail.Kind == mailing.Event:
		tells = []identity.Permission{identity.ViewCustomers, identity.ViewLicenses, identity.ViewDevices, identity.ViewSessions}
	case !mail.License.IsZero():
		tells = []identity.Permission{identity.ViewLicenses}
	}
	if mayRead(ctx, tells...) != nil {
		mail.Body.Text, mail.Body.HTML = unseen, "<p>"+unseen+"</p>"
	}
	return mail, nil
}
