package catalog

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Product is what is licensed.
type Product struct {
	ID                  ident.ProductID
	UUID                ident.UUID
	Name                string
	Description         string
	MaximumInactiveDays *int   // silent clients are unassigned after it; nil: never
	PrintedKeys         bool   // licences get a grouped key that people can type
	AllowClientMoves    bool   // a client may move to another customer's licence by itself
	LatestRelease       string // the newest software release shipped; "" for none

	// HideKeysInHeartbeats keeps keys from whoever names a client in a heartbeat and
	// proves nothing more.
	HideKeysInHeartbeats bool

	ArchivedAt time.Time // zero while it is sold; else nothing new of it is issued

	Revision  int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Release is a software release of a product, by the text that clients send.
type Release struct {
	UUID            ident.UUID
	SoftwareRelease string
	Description     string
	CreatedAt       time.Time
}

// read returns p as it is stored; was is what it was before. The fault names what is wrong.
func (p Product) read(was Product) (Product, error) {
	var wrong fault.Fields
	p.Name = entry.Name(&wrong, "name", p.Name, was.Name, 1, 200)
	p.Description = entry.Lines(&wrong, "description", p.Description, 0, 4000)
	p.LatestRelease = entry.Release(&wrong, "latest_release", p.LatestRelease, was.LatestRelease)
	if d := p.MaximumInactiveDays; d != nil {
		wrong.Check(*d >= 1 && *d <= terms.MaxDays, "maximum_inactive_days", "must be between 1 and 36500 days, or null for never")
	}
	return p, wrong.Err()
}

// ProductChange is what to change of a product; nil leaves a field as it is.
type ProductChange struct {
	Name                *string
	Description         *string
	MaximumInactiveDays **int
	PrintedKeys         *bool
	AllowClientMoves    *bool
	LatestRelease       *string

	HideKeysInHeartbeats *bool
	Archived             *bool
}

func (c ProductChange) apply(p Product, now time.Time) Product {
	set(&p.Name, c.Name)
	set(&p.Description, c.Description)
	set(&p.MaximumInactiveDays, c.MaximumInactiveDays)
	set(&p.PrintedKeys, c.PrintedKeys)
	set(&p.AllowClientMoves, c.AllowClientMoves)
	set(&p.LatestRelease, c.LatestRelease)
	set(&p.HideKeysInHeartbeats, c.HideKeysInHeartbeats)
	archive(&p.ArchivedAt, c.Archived, now)
	return p
}

// showsInAnswers reports whether clients would see the difference.
func showsInAnswers(before, after Product) bool {
	return before.Name != after.Name || before.LatestRelease != after.LatestRelease ||
		before.HideKeysInHeartbeats != after.HideKeysInHeartbeats
}

// archive sets since when a thing is archived; nil leaves it as it is.
func archive(at *time.Time, archived *bool, now time.Time) {
	switch {
	case archived == nil || *archived == !at.IsZero():
	case *archived:
		*at = now
	default:
		*at = time.Time{}
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
