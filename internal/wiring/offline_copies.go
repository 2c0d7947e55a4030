package wiring

import (
	"strconv"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/offline"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// mostCopies is how many devices are told apart that ask under one client id.
const mostCopies = 16

// second activates a second machine under a client id: in a free place as a device of its
// own, or when the first one is gone.
func (o offlineLicenses) second(t tx.Tx, c licensing.ActivateCommand, of licensing.CopyOf) (offline.Place, *refusal.Refusal, error) {
	name := c.ClientID
	for n := 2; of.Room && n <= mostCopies; n++ {
		c.ClientID = name + "~" + strconv.Itoa(n)
		out, err := o.r.Licenses.Activate(t, c)
		switch {
		case err != nil:
			return offline.Place{}, nil, err
		case out.CopyOf != nil:
			continue // there is one of this name, too
		case out.Refusal != nil:
			return offline.Place{License: of.License}, out.Refusal, nil
		}
		p, err := o.rows.Place(t, c.Vendor, out.State.Activation.UUID)
		if err != nil || p == nil {
			return offline.Place{}, nil, err
		}
		p.Copy, p.Beside = n, of.Activation
		return *p, nil, nil
	}
	d, err := o.r.Licenses.Deactivate(t, licensing.DeactivateCommand{
		Vendor: c.Vendor, License: of.License, By: licensing.ByClient, Activations: []ident.UUID{of.Activation},
	})
	if err == nil && d.Waiting > 0 {
		err = o.r.Licenses.GiveWay(t, c.Vendor, of.Activation)
	}
	if err != nil {
		return offline.Place{}, nil, err
	}
	return offline.Place{License: of.License}, licensing.RefuseCopy(licensing.JudgeCopy(false, d), d.DueAt), nil
}

// Left implements offline.Meters.
func (o offlineMeters) Left(t tx.Tx, v ident.VendorID, p offline.Place) (map[ident.UUID]int64, error) {
	return o.meters.Left(t, metering.ReportedCommand{Vendor: v, License: p.License})
}
