package wiring

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/ident"
	"chancery/internal/observe"
	observestore "chancery/internal/store/observe"
	"chancery/internal/wire/beacon"
	"chancery/internal/wire/manage/observed"
	"chancery/internal/wire/manage/operation"
)

// furnishObserved makes the room of observed usage. It is joined with the catalogue by the
// names of products alone.
func (r *Rooms) furnishObserved() (err error) {
	r.ObservedRows, r.ObservedLists = observestore.Store{DB: r.DB}, observestore.NewLists(r.DB)
	if r.Intake, err = observe.NewIntake(observe.IntakeConfig{
		Store: r.ObservedRows, Runner: r.DB, Clock: r.Clock, Sold: func(ctx context.Context, v ident.VendorID, product string) (bool, error) {
			return r.CatalogRows.HasProduct(ctx, v, product)
		},
	}); err != nil {
		return err
	}
	if r.Folding, err = observe.NewFolding(observe.FoldingConfig{Store: r.ObservedRows, Runner: r.DB, Clock: r.Clock}); err != nil {
		return err
	}
	r.Keeping, err = observe.NewKeeping(observe.KeepingConfig{Store: r.ObservedRows, Runner: r.DB, Clock: r.Clock})
	return err
}

// newObserved makes the area of the management API on observed usage.
func newObserved(r *Rooms) (*observed.Area, error) {
	return observed.New(observed.Config{Lists: r.ObservedLists, Rows: r.ObservedRows, Vendors: r.VendorRows, Clock: r.Clock})
}

// newBeacon makes the addresses that programs send events to.
func newBeacon(r *Rooms) area {
	a, err := newObserved(r)
	if err != nil {
		return area{err: err}
	}
	m := &operation.Maker{Changes: r.Changes, Vendors: r.VendorRows, Registry: huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)}
	return listed(beacon.Routes(beacon.Config{Intake: r.Intake, Keys: r.Authenticator, Licenses: a.Licenses(m).Handler}))
}
