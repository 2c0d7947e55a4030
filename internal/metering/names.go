package metering

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// EndedAtOnce is how many names one request takes out: a transaction is short.
const EndedAtOnce = 500

// End takes a name out: nobody finds it or what was reported of it any more, and a
// program that reports it again defines it anew. Periodic work clears it away.
func (u *Usage) End(t tx.Tx, v ident.VendorID, kind DefinitionKind, id ident.UUID) error {
	d, err := u.c.Store.DefinitionByUUID(t, v, kind, id)
	if err != nil {
		return err
	}
	if d == nil {
		return fault.Missing(string(kind))
	}
	return u.end(t, v, *d)
}

// EndSince takes out the names of a product that were defined since an instant, at
// most EndedAtOnce, and tells how many and whether there are more: what somebody
// filled the list with.
func (u *Usage) EndSince(t tx.Tx, v ident.VendorID, kind DefinitionKind, product ident.UUID, since time.Time) (ended int, more bool, err error) {
	id, err := u.c.Store.ProductID(t, v, product)
	if err != nil {
		return 0, false, err
	}
	if id == 0 {
		return 0, false, fault.Missing("product")
	}
	all, err := u.c.Store.DefinitionsSince(t, v, kind, id, since, EndedAtOnce+1)
	if err != nil {
		return 0, false, err
	}
	for _, d := range all[:min(len(all), EndedAtOnce)] {
		if err := u.end(t, v, d); err != nil {
			return 0, false, err
		}
		ended++
	}
	return ended, len(all) > EndedAtOnce, nil
}

func (u *Usage) end(t tx.Tx, v ident.VendorID, d Definition) error {
	t.Journal(tx.Entry{
		Vendor: v, Action: string(d.Kind) + ".deleted", Subject: string(d.Kind), ID: d.UUID, Before: map[string]any{"name": d.Name},
	})
	return u.c.Store.EndDefinition(t, v, d)
}

// ClearEnded takes out what was reported of the names that were taken out, and then
// the names, in short transactions. It tells how many rows that were.
func (u *Usage) ClearEnded(ctx context.Context) (int, error) { return u.c.Ended.ClearEnded(ctx) }

// mayName slows down who defines ever new names: for each client, and for each
// address.
func (u *Usage) mayName(v ident.VendorID, client Client, address netip.Addr) error {
	if u.c.Names == nil {
		return nil
	}
	b := u.c.Names
	if err := b.Spend(b.Subject("client", fmt.Sprint(client.Device))); err != nil {
		return err
	}
	if !address.IsValid() {
		return nil
	}
	return b.Spend(b.From(address, fmt.Sprint(v)))
}
