package owners

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/owners"
)

// Clients lists the activations of a licence in reach: see licensing.OwnClientSorts.
func (s Store) Clients(
	ctx context.Context, r owners.Reach, license ident.UUID, f licensing.ClientFilter, list listing.Request,
) (listing.Page[*licensing.Activation], error) {
	l, err := s.ByUUID(ctx, r, license)
	if err != nil {
		return listing.Page[*licensing.Activation]{}, err
	}
	return s.Licenses.OfLicense(ctx, r.Vendor, l.ID, f, list)
}

// Places counts the devices of a licence in reach by where they called from last: see
// licensing.PlacedAtOnce.
func (s Store) Places(ctx context.Context, r owners.Reach, license ident.UUID) ([]licensing.PlaceCount, error) {
	l, err := s.ByUUID(ctx, r, license)
	if err != nil {
		return nil, err
	}
	return s.Licenses.PlacesOfLicense(ctx, r.Vendor, l.ID)
}

// Versions gives the software versions that a device in reach ran, the newest first.
func (s Store) Versions(ctx context.Context, r owners.Reach, activation ident.UUID) ([]licensing.VersionSeen, error) {
	a, _, err := s.Activation(ctx, r, activation)
	if err != nil {
		return nil, err
	}
	return s.Licenses.Versions(ctx, r.Vendor, a.ID)
}

// Heartbeats lists what was recorded of the heartbeats of a device in reach.
func (s Store) Heartbeats(ctx context.Context, r owners.Reach, activation ident.UUID, list listing.Request) (listing.Page[licensing.Heartbeat], error) {
	a, _, err := s.Activation(ctx, r, activation)
	if err != nil {
		return listing.Page[licensing.Heartbeat]{}, err
	}
	return s.Licenses.Heartbeats(ctx, r.Vendor, a.ID, list)
}

// Deletion gives what an owner wants of an activation in reach; nil for nothing.
func (s Store) Deletion(ctx context.Context, r owners.Reach, activation ident.UUID) (*licensing.Deletion, error) {
	a, _, err := s.Activation(ctx, r, activation)
	if err != nil {
		return nil, err
	}
	return s.Licenses.DeletionOfSeat(ctx, r.Vendor, a.ID)
}

// Hours gives what a meter of a licence in reach counted, by the hour, the oldest first;
// more tells that it does not reach back to since.
func (s Store) Hours(
	ctx context.Context, r owners.Reach, license, limitation ident.UUID, since time.Time,
) (hours []metering.Hour, more bool, err error) {
	l, err := s.ByUUID(ctx, r, license)
	if err != nil {
		return nil, false, err
	}
	return s.Meters.Hours(ctx, r.Vendor, l.ID, limitation, since)
}
