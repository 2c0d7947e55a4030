package pairs

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/prepaid"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// PaidDays tells licensing which devices have no paid day left.
type PaidDays struct{ Heartbeats *prepaid.Heartbeats }

var _ licensing.Prepaid = PaidDays{}

// Heartbeat implements licensing.Prepaid.
func (p PaidDays) Heartbeat(ctx context.Context, v ident.VendorID, number string) (*refusal.Refusal, error) {
	dark, err := p.Heartbeats.Heartbeat(ctx, v, number)
	return refuseDark(dark), err
}

// Refuse implements licensing.Prepaid.
func (p PaidDays) Refuse(t tx.Tx, v ident.VendorID, number string) (*refusal.Refusal, error) {
	dark, err := p.Heartbeats.Blacklisted(t, v, number)
	return refuseDark(dark), err
}

func refuseDark(d prepaid.Dark) *refusal.Refusal {
	switch d {
	case prepaid.DarkNoCard:
		return refusal.NoCard()
	case prepaid.DarkNoDays:
		return refusal.Refuse(refusal.Blacklisted)
	case prepaid.NotDark:
	}
	return nil
}
