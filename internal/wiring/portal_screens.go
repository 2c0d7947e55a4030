package wiring

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/offline"
	"chancery/internal/owners"
	"chancery/internal/refusal"
	ownerstore "chancery/internal/store/owners"
	"chancery/internal/tx"
	"chancery/internal/web/console/licenses"
)

// ownersMeters reads the meters of licences in reach.
type ownersMeters struct{ rooms *Rooms }

// Read implements the Meters of the portal's areas.
func (o ownersMeters) Read(ctx context.Context, r owners.Reach, l *licensing.License) ([]metering.Reading, error) {
	if !r.May(owners.See, ownerstore.Of(l)) {
		return nil, fault.Missing("license")
	}
	return o.rooms.Meters.Read(ctx, r.Vendor, l.ID, l.Terms().Grants.Shown().Limitations)
}

// ownersFiles makes files of licences that somebody in reach may manage.
type ownersFiles struct {
	rooms *Rooms
	files licenses.Files
	far   *offline.Service
}

// LicenseXML implements files.Files.
func (o ownersFiles) LicenseXML(ctx context.Context, r owners.Reach, license, activation ident.UUID) ([]byte, *refusal.Refusal, error) {
	l, err := o.rooms.OwnerRows.ByUUID(ctx, r, license)
	if err != nil {
		return nil, nil, err
	}
	if !r.May(owners.Manage, ownerstore.Of(l)) {
		return nil, nil, owners.RoleMissing()
	}
	c := licensing.FileCommand{Vendor: r.Vendor, License: l.UUID, ByID: true}
	if !activation.IsZero() {
		a, of, err := o.rooms.OwnerRows.Activation(ctx, r, activation)
		if err != nil {
			return nil, nil, err
		}
		if of.ID != l.ID {
			return nil, nil, fault.Missing("activation")
		}
		c.TokenKey = a.TokenKey
	}
	return o.files.LicenseXML(ctx, identity.Principal{Vendor: r.Vendor}, c)
}

// mine gives an activation in reach whose licence somebody may manage.
func (o ownersFiles) mine(ctx context.Context, r owners.Reach, activation ident.UUID) (*licensing.License, error) {
	_, l, err := o.rooms.OwnerRows.Activation(ctx, r, activation)
	if err != nil {
		return nil, err
	}
	if !r.May(owners.Manage, ownerstore.Of(l)) {
		return nil, owners.RoleMissing()
	}
	return l, nil
}

// Refresh implements files.Files.
func (o ownersFiles) Refresh(ctx context.Context, r owners.Reach, license, activation ident.UUID) (string, []byte, error) {
	l, err := o.mine(ctx, r, activation)
	if err != nil {
		return "", nil, err
	}
	if l.UUID != license {
		return "", nil, fault.Missing("activation")
	}
	v, err := o.rooms.VendorRows.ByID(ctx, r.Vendor)
	if err != nil {
		return "", nil, err
	}
	return refreshFile(o.far, offline.ViaDashboard)(ctx, r.Vendor, v.UUID, activation)
}

// Carried implements files.Files.
func (o ownersFiles) Carried(ctx context.Context, r owners.Reach, license ident.UUID, list listing.Request) (listing.Page[offline.File], error) {
	l, err := o.rooms.OwnerRows.ByUUID(ctx, r, license)
	if err != nil {
		return listing.Page[offline.File]{}, err
	}
	return o.rooms.OfflineRows.Files(ctx, r.Vendor, l.ID, list)
}

// Again implements files.Files.
func (o ownersFiles) Again(ctx context.Context, r owners.Reach, license, id ident.UUID) (string, []byte, error) {
	l, err := o.rooms.OwnerRows.ByUUID(ctx, r, license)
	if err != nil {
		return "", nil, err
	}
	if !r.May(owners.Manage, ownerstore.Of(l)) {
		return "", nil, owners.RoleMissing()
	}
	f, err := o.far.Again(ctx, r.Vendor, l.ID, id, offline.ViaDashboard)
	return f.Name, f.Content, err
}

// ownersHelp reads what a vendor tells the owners of its licences.
type ownersHelp struct{ rooms *Rooms }

// Help implements help.Texts.
func (o ownersHelp) Help(ctx context.Context, r owners.Reach) (map[string]string, error) {
	return o.rooms.VendorRows.Help(ctx, r.Vendor)
}

// ownersNames names devices for owners.
type ownersNames struct{ rooms *Rooms }

// SetDisplayName implements activations.Names.
func (o ownersNames) SetDisplayName(t tx.Tx, r owners.Reach, activation ident.UUID, name string) error {
	if _, err := o.rooms.Owners.Activation(t, r, activation, owners.NameDevices); err != nil {
		return err
	}
	return o.rooms.Licenses.SetDisplayName(t, r.Vendor, activation, name)
}

// ownersDeactivations deletes activations for owners, within their allowance.
type ownersDeactivations struct{ rooms *Rooms }

// Delete implements activations.Deactivations.
func (o ownersDeactivations) Delete(t tx.Tx, r owners.Reach, license ident.UUID, activations []ident.UUID) (licensing.Deactivation, error) {
	l, err := o.rooms.Owners.License(t, r, license, owners.DeleteDevices)
	if err != nil {
		return licensing.Deactivation{}, err
	}
	return o.rooms.Licenses.Deactivate(t, licensing.DeactivateCommand{
		Vendor: r.Vendor, License: l.ID, By: licensing.ByDashboard, Activations: activations,
	})
}

// Keep implements activations.Deactivations.
func (o ownersDeactivations) Keep(t tx.Tx, r owners.Reach, activation ident.UUID) error {
	if _, err := o.rooms.Owners.Activation(t, r, activation, owners.DeleteDevices); err != nil {
		return err
	}
	return o.rooms.Licenses.DropDeletion(t, r.Vendor, activation, false)
}
