package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Prepaid is asked about devices that work only while they have paid days: a client's may be
// one of them, by its number. It is asked of nothing where there are none.
type Prepaid interface {
	// Heartbeat takes a heartbeat for a report of the device, and refuses it where the
	// device is blacklisted.
	Heartbeat(ctx context.Context, v ident.VendorID, number string) (*refusal.Refusal, error)

	// Refuse refuses another call of a blacklisted device; it is no report.
	Refuse(t tx.Tx, v ident.VendorID, number string) (*refusal.Refusal, error)
}

// noPrepaid is Prepaid where there are no such devices.
type noPrepaid struct{}

func (noPrepaid) Heartbeat(context.Context, ident.VendorID, string) (*refusal.Refusal, error) {
	return nil, nil
}
func (noPrepaid) Refuse(tx.Tx, ident.VendorID, string) (*refusal.Refusal, error) { return nil, nil }
