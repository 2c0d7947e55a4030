package prepaid

import (
	"context"
	"sync"

	"chancery/internal/ident"
	"chancery/internal/recheck"
	"chancery/internal/tx"
)

// Presence knows from memory which vendors have prepaid devices, so that the calls of all
// others' programs cost nothing here. A first device that another copy of the server has
// made is seen within a second, see recheck.
type Presence struct {
	known *recheck.Cache[ident.VendorID, bool]
	rows  Store
	made  sync.Map // vendors for which this copy has made a device
}

// NewPresence makes it.
func NewPresence(w *recheck.Watch, rows Store, reader Reader) *Presence {
	return &Presence{known: recheck.NewCache(w, reader.AnyDevice), rows: rows}
}

// of tells whether a vendor has prepaid devices.
func (p *Presence) of(ctx context.Context, v ident.VendorID) (bool, error) {
	if _, made := p.made.Load(v); made {
		return true, nil
	}
	return p.known.Get(ctx, v)
}

// within is of in a transaction.
func (p *Presence) within(t tx.Tx, v ident.VendorID) (bool, error) {
	if _, made := p.made.Load(v); made {
		return true, nil
	}
	return p.known.Within(v, func() (bool, error) { return p.rows.HasDevices(t, v) })
}

// note remembers that a vendor gets a device, also where that comes to nothing.
func (p *Presence) note(v ident.VendorID) {
	if p != nil {
		p.made.Store(v, true)
	}
}
