package metering

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"

	"chancery/internal/budget"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// DefinitionKind is what a definition defines.
type DefinitionKind string

// The kinds.
const (
	FeatureDefinition DefinitionKind = "usage_feature"
	ModuleDefinition  DefinitionKind = "usage_module"
	FieldDefinition   DefinitionKind = "analytical_field"
)

// DefinitionID is the key of a definition inside the database, within its kind.
type DefinitionID int64

// Definition is something of a product that clients report values of.
type Definition struct {
	ID        DefinitionID
	UUID      ident.UUID
	Kind      DefinitionKind
	Product   ident.ProductID
	Name      string // unique among its kind in the product
	IsNumber  bool   // of an analytical field: other values are refused
	CreatedAt time.Time
}

// DefinitionSorts are what lists of definitions offer.
func DefinitionSorts() []string { return []string{"name"} }

// EntrySorts are what the ledger's list offers.
func EntrySorts() []string { return []string{"-created_at"} }

// maxByName bounds what programs can define by naming it: a provisioning key is public.
const maxByName = 1000

// UsageStore keeps definitions and values. "Not found" is nil.
type UsageStore interface {
	DefinitionByUUID(t tx.Tx, v ident.VendorID, kind DefinitionKind, id ident.UUID) (*Definition, error)
	DefinitionByName(t tx.Tx, v ident.VendorID, kind DefinitionKind, product ident.ProductID, name string) (*Definition, error)
	CountDefinitions(t tx.Tx, v ident.VendorID, kind DefinitionKind, product ident.ProductID) (int, error)

	// DefinitionsSince gives definitions of a product that were made since an instant.
	DefinitionsSince(t tx.Tx, v ident.VendorID, kind DefinitionKind, product ident.ProductID, since time.Time, limit int) ([]Definition, error)

	// EndDefinition hides a definition with what was reported of it, and frees its name.
	EndDefinition(t tx.Tx, v ident.VendorID, d Definition) error

	// InsertDefinition stores d, unless its name is taken.
	InsertDefinition(t tx.Tx, v ident.VendorID, d Definition) error

	// ProductID gives the key of a product; 0 when there is none.
	ProductID(t tx.Tx, v ident.VendorID, product ident.UUID) (ident.ProductID, error)

	// AddUsage adds a value to those of a client and day; module 0 is none.
	AddUsage(t tx.Tx, v ident.VendorID, feature, module DefinitionID, device ident.DeviceID, day, value int64) error

	// PutAnalytical stores the newest value of a client and day.
	PutAnalytical(t tx.Tx, v ident.VendorID, field DefinitionID, device ident.DeviceID, day int64, value string, at time.Time) error
}

// Ended clears away what was taken out.
type Ended interface {
	// ClearEnded works in short transactions, and tells how many reports it took out.
	ClearEnded(ctx context.Context) (int, error)
}

// UsageConfig is what the service needs; all of it but Names is required.
type UsageConfig struct {
	Store    UsageStore
	Ended    Ended
	Licenses Licenses
	IDs      ident.Source

	// Names bounds how many names a client, and an address, defines by reporting
	// them; nil for no bound.
	Names *budget.Budget
}

// Usage takes what clients report of their use.
type Usage struct{ c UsageConfig }

// NewUsage checks the configuration and makes the service.
func NewUsage(c UsageConfig) (*Usage, error) {
	if c.Store == nil || c.Ended == nil || c.Licenses == nil || c.IDs.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("metering: the configuration of usage is incomplete")
	}
	return &Usage{c}, nil
}

// Named is a definition as a report names it: by id or by name.
type Named struct {
	ID   ident.UUID
	Name string
}

func (n Named) none() bool { return n.ID.IsZero() && n.Name == "" }

// Report is one value that a client reports.
type Report struct {
	Feature Named
	Module  Named     // may be neither
	Value   int64     // millionths
	SaidAt  time.Time // zero: now
}

// Reporter is who reports.
type Reporter struct {
	Vendor   ident.VendorID
	ClientID string
	TokenKey ident.UUID
	Address  netip.Addr // the caller's; zero where it is not known
	Prove    Prove
}

// Report adds values to their client's day. What is named and unknown is defined
// by that; an unknown id is refused, and nothing is stored.
func (u *Usage) Report(t tx.Tx, who Reporter, all []Report) (*refusal.Refusal, error) {
	client, refused, err := u.c.Licenses.Client(t, who.Vendor, who.ClientID, who.TokenKey, who.Prove)
	if err != nil || refused != nil {
		return refused, err
	}
	type found struct{ feature, module DefinitionID }
	resolved := make([]found, len(all))
	for i, r := range all {
		for _, part := range []struct {
			kind  DefinitionKind
			named Named
			to    *DefinitionID
		}{{FeatureDefinition, r.Feature, &resolved[i].feature}, {ModuleDefinition, r.Module, &resolved[i].module}} {
			if part.kind == ModuleDefinition && part.named.none() {
				continue
			}
			d, err := u.resolve(t, who, client, part.kind, part.named)
			if err != nil {
				return nil, err
			}
			if d == nil {
				return refuseDefinition(part.kind, part.named), nil
			}
			*part.to = d.ID
		}
	}
	for i, r := range all {
		if err := u.c.Store.AddUsage(t, who.Vendor, resolved[i].feature, resolved[i].module, client.Device, dayFor(t, r.SaidAt), r.Value); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// dayFor gives the UTC day a value counts in: the one that the client says, but
// no day to come.
func dayFor(t tx.Tx, said time.Time) int64 {
	if said.IsZero() || said.After(t.Now()) {
		said = t.Now()
	}
	return said.Unix() / 86_400
}

// resolve finds a definition of one of the client's products; nil when there is
// none and none may be made.
func (u *Usage) resolve(t tx.Tx, who Reporter, client Client, kind DefinitionKind, n Named) (*Definition, error) {
	v := who.Vendor
	if !n.ID.IsZero() {
		d, err := u.c.Store.DefinitionByUUID(t, v, kind, n.ID)
		if err != nil || d == nil {
			return nil, err
		}
		for _, l := range client.Licenses {
			if l.ProductID == d.Product {
				return d, nil
			}
		}
		return nil, nil
	}
	if n.Name == "" || len(client.Licenses) == 0 {
		return nil, nil
	}
	product := client.Licenses[0].ProductID
	d, err := u.c.Store.DefinitionByName(t, v, kind, product, n.Name)
	if err != nil || d != nil {
		return d, err
	}
	count, err := u.c.Store.CountDefinitions(t, v, kind, product)
	if err != nil || count >= maxByName {
		return nil, err
	}
	if err := u.mayName(v, client, who.Address); err != nil {
		return nil, err
	}
	return u.define(t, v, Definition{Kind: kind, Product: product, Name: n.Name, IsNumber: true})
}

func (u *Usage) define(t tx.Tx, v ident.VendorID, d Definition) (*Definition, error) {
	d.UUID, d.CreatedAt = u.c.IDs.V7(), t.Now()
	if err := u.c.Store.InsertDefinition(t, v, d); err != nil {
		return nil, err
	}
	return u.c.Store.DefinitionByName(t, v, d.Kind, d.Product, d.Name)
}

// Analytical is one value of an analytical field.
type Analytical struct {
	Field    ident.UUID
	Value    string
	IsNumber bool // the value is one
}

// Analyse stores values as the newest ones of their client's day.
func (u *Usage) Analyse(t tx.Tx, who Reporter, all []Analytical) (*refusal.Refusal, error) {
	client, refused, err := u.c.Licenses.Client(t, who.Vendor, who.ClientID, who.TokenKey, who.Prove)
	if err != nil || refused != nil {
		return refused, err
	}
	fields := make([]DefinitionID, len(all))
	for i, a := range all {
		d, err := u.resolve(t, who, client, FieldDefinition, Named{ID: a.Field})
		switch {
		case err != nil:
			return nil, err
		case d == nil:
			return refuseDefinition(FieldDefinition, Named{ID: a.Field}), nil
		case d.IsNumber && !a.IsNumber:
			return refusal.Refuse(refusal.NotANumber), nil
		}
		fields[i] = d.ID
	}
	for i, a := range all {
		if err := u.c.Store.PutAnalytical(t, who.Vendor, fields[i], client.Device, dayFor(t, time.Time{}), a.Value, t.Now()); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// Define gives the product's definition of this kind and name, making it when it is missing.
func (u *Usage) Define(t tx.Tx, v ident.VendorID, product ident.UUID, d Definition) (Definition, error) {
	var wrong fault.Fields
	d.Name = entry.Name(&wrong, "name", d.Name, "", 1, 200)
	if err := wrong.Err(); err != nil {
		return Definition{}, err
	}
	id, err := u.c.Store.ProductID(t, v, product)
	if err != nil {
		return Definition{}, err
	}
	if id == 0 {
		return Definition{}, fault.Missing("product")
	}
	d.Product = id
	made, err := u.c.Store.DefinitionByName(t, v, d.Kind, id, d.Name)
	if err == nil && made == nil {
		if made, err = u.define(t, v, d); err == nil && made != nil {
			t.Journal(tx.Entry{
				Vendor: v, Action: string(d.Kind) + ".created", Subject: string(d.Kind), ID: made.UUID,
				After: map[string]any{"name": d.Name, "product_id": product},
			})
		}
	}
	if err != nil || made == nil {
		return Definition{}, cmp.Or(err, errors.New("metering: a definition that was just made is missing"))
	}
	return *made, nil
}
