package catalog

import (
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store keeps the catalogue. A name that is taken is reported, not raised as an
// error: on PostgreSQL an SQL error would end the transaction.
type Store interface { //nolint:interfacebloat // one room, one contract: parts of it would be used together anyway
	// InsertProduct gives free false when the name is taken.
	InsertProduct(t tx.Tx, vendor ident.VendorID, p Product) (id ident.ProductID, free bool, err error)

	// UpdateProduct gives free false when the name is taken.
	UpdateProduct(t tx.Tx, vendor ident.VendorID, p Product) (free bool, err error)

	// Product locks the product until the transaction ends; whatever changes the
	// catalogue of a product asks for it first.
	Product(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (p Product, found bool, err error)

	// Names gives the names of a kind, by id: of a vendor's products, or of a product's
	// editions or definitions. It locks what they are of, so that nobody takes one meanwhile.
	Names(t tx.Tx, vendor ident.VendorID, product ident.ProductID, kind Named) (map[ident.UUID]string, error)

	// RaiseEditions raises the revision of all editions of a product.
	RaiseEditions(t tx.Tx, vendor ident.VendorID, product ident.ProductID) error

	// PutRelease stores r unless the product has that release; with describe its
	// description is stored in any case. It gives the release as stored.
	PutRelease(t tx.Tx, vendor ident.VendorID, product ident.ProductID, r Release, describe bool) (Release, error)

	// PutDefinition stores d unless the product has one of its kind and name, and
	// gives the one stored.
	PutDefinition(t tx.Tx, vendor ident.VendorID, product ident.ProductID, d Definition) (Definition, error)

	// Definition finds a definition and its product, unlocked.
	Definition(t tx.Tx, vendor ident.VendorID, kind Kind, uuid ident.UUID) (d Definition, product ident.UUID, found bool, err error)

	// UpdateDefinition gives free false when the name is taken.
	UpdateDefinition(t tx.Tx, vendor ident.VendorID, product ident.ProductID, d Definition) (free bool, err error)

	// InsertEdition gives free false when the product has an edition of that name.
	InsertEdition(t tx.Tx, vendor ident.VendorID, e Edition) (id ident.EditionID, free bool, err error)

	// UpdateEdition gives free false when the product has another edition of that name.
	UpdateEdition(t tx.Tx, vendor ident.VendorID, e Edition) (free bool, err error)

	// ProductOf gives the product of an edition, unlocked: it never changes.
	ProductOf(t tx.Tx, vendor ident.VendorID, edition ident.UUID) (product ident.UUID, found bool, err error)

	// Edition locks the edition until the transaction ends.
	Edition(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (e Edition, found bool, err error)

	// ProductUses tells what a product has, EditionUses how many licences are of an edition.
	ProductUses(t tx.Tx, vendor ident.VendorID, product ident.ProductID) (editions, usageNames int64, err error)
	EditionUses(t tx.Tx, vendor ident.VendorID, edition ident.EditionID) (licenses int64, err error)

	// DeleteProduct deletes a product that has no editions, with its releases, its
	// definitions and its figures; the others what nothing refers to.
	DeleteProduct(t tx.Tx, vendor ident.VendorID, product ident.ProductID) error
	DeleteEdition(t tx.Tx, vendor ident.VendorID, edition ident.EditionID) error
	DeleteDefinition(t tx.Tx, vendor ident.VendorID, kind Kind, uuid ident.UUID) error
	DeleteRelease(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error

	// Release finds a software release and its product, unlocked.
	Release(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (r Release, product ident.UUID, found bool, err error)

	// EditionAfter gives the next edition behind after in the order of the ids, and its
	// product, unlocked.
	EditionAfter(t tx.Tx, vendor ident.VendorID, after ident.EditionID) (product, edition ident.UUID, found bool, err error)

	// Editions gives all editions of a product.
	Editions(t tx.Tx, vendor ident.VendorID, product ident.ProductID) ([]Edition, error)
}

// Followers hears of a changed edition in the transaction that changes it.
type Followers interface {
	// EditionChanged brings what licences keep about their edition up to date.
	// A fault rolls the change back.
	EditionChanged(t tx.Tx, vendor ident.VendorID, before, after Edition) error
}

// Config is what the service needs.
type Config struct {
	Store     Store
	IDs       ident.Source
	Followers Followers // nil for none
}

// Service changes the catalogue.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.IDs.Rand == nil {
		return nil, errors.New("catalog: Store and IDs are needed")
	}
	return &Service{c}, nil
}

// namesOf are the names that are taken of a kind.
func (s *Service) namesOf(vendor ident.VendorID, product ident.ProductID, kind Named) *names {
	return &names{store: s.Store, vendor: vendor, product: product, kind: kind}
}

func nameTaken(what string) *fault.Error {
	return fault.Refused(what+"_name_taken", "There is another "+what+" of this name.", "Choose a name that differs by more than case, accents and blanks.")
}
