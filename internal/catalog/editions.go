package catalog

import (
	"reflect"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// CreateEdition makes an edition of the product e.ProductUUID. Its grants name
// features, limitations and variables by name; those that the product does not
// define yet are defined. Ids, revision and times of e are set here.
func (s *Service) CreateEdition(t tx.Tx, vendor ident.VendorID, e Edition) (Edition, error) {
	e.Grants = cloneGrants(e.Grants)
	e = e.withDefaults()
	e, err := e.read(Edition{})
	if err != nil {
		return Edition{}, err
	}
	p, err := s.product(t, vendor, e.ProductUUID)
	if err != nil {
		return Edition{}, err
	}
	if !p.ArchivedAt.IsZero() {
		return Edition{}, fault.Refused("product_archived", "This product is archived: it gets no new editions.", "Take it back from the archive first.")
	}
	e.UUID, e.ProductID, e.Revision, e.CreatedAt, e.UpdatedAt = s.IDs.V7(), p.ID, 1, t.Now(), t.Now()
	if err := s.namesOf(vendor, p.ID, NamedEdition).claim(t, e.UUID, e.Name, ""); err != nil {
		return Edition{}, err
	}
	if e.Grants, err = s.grant(t, vendor, p, e); err != nil {
		return Edition{}, err
	}
	id, free, err := s.Store.InsertEdition(t, vendor, e)
	if err != nil {
		return Edition{}, err
	}
	if !free {
		return Edition{}, nameTaken("edition")
	}
	e.ID = id
	t.Journal(tx.Entry{Vendor: vendor, Action: "edition.created", Subject: "edition", ID: e.UUID, After: editionRecord(e)})
	return e, nil
}

// UpdateEdition changes an edition and raises its revision. All its licences
// have the change at once.
func (s *Service) UpdateEdition(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, c EditionChange) (Edition, error) {
	p, before, err := s.editionWithProduct(t, vendor, uuid)
	if err != nil {
		return Edition{}, err
	}
	after := before
	after.Grants = cloneGrants(before.Grants)
	after = c.apply(after, t.Now())
	after.Grants = cloneGrants(after.Grants)
	after = after.withDefaults()
	if after, err = after.read(before); err != nil {
		return Edition{}, err
	}
	if after.Policy.ActivationCounting != before.Policy.ActivationCounting {
		return Edition{}, fault.Wrong(fault.Field{
			Name: "activation_counting", Message: "is fixed when an edition is made: make another edition to count otherwise",
		})
	}
	if err := s.namesOf(vendor, p.ID, NamedEdition).claim(t, after.UUID, after.Name, before.Name); err != nil {
		return Edition{}, err
	}
	if after.Grants, err = s.grant(t, vendor, p, after); err != nil {
		return Edition{}, err
	}
	if reflect.DeepEqual(before, after) {
		return before, nil
	}
	if err := s.store(t, vendor, before, after); err != nil {
		return Edition{}, err
	}
	return s.edition(t, vendor, uuid)
}

// editionWithProduct gives an edition and its product, both locked.
func (s *Service) editionWithProduct(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Product, Edition, error) {
	product, found, err := s.Store.ProductOf(t, vendor, uuid)
	if err != nil {
		return Product{}, Edition{}, err
	}
	if !found {
		return Product{}, Edition{}, fault.Missing("edition")
	}
	p, err := s.product(t, vendor, product) // its lock comes first everywhere
	if err != nil {
		return Product{}, Edition{}, err
	}
	e, err := s.edition(t, vendor, uuid)
	return p, e, err
}

// store writes a changed edition, raises its revision, and tells the followers.
func (s *Service) store(t tx.Tx, vendor ident.VendorID, before, after Edition) error {
	after.Revision, after.UpdatedAt = before.Revision+1, t.Now()
	free, err := s.Store.UpdateEdition(t, vendor, after)
	if err != nil {
		return err
	}
	if !free {
		return nameTaken("edition")
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "edition.updated", Subject: "edition", ID: after.UUID,
		Before: editionRecord(before), After: editionRecord(after),
	})
	if s.Followers == nil {
		return nil
	}
	return s.Followers.EditionChanged(t, vendor, before, after)
}

// grant gives e's grants with the ids and descriptions of the product's
// definitions, which it makes where they are missing.
func (s *Service) grant(t tx.Tx, vendor ident.VendorID, p Product, e Edition) (terms.Grants, error) {
	g := e.Grants
	if err := s.needReleases(t, vendor, p.ID, e.Policy.ReleaseLimit, e.Policy.MinimumRelease); err != nil {
		return g, err
	}
	features := s.namesOf(vendor, p.ID, Named(FeatureKind))
	limitations := s.namesOf(vendor, p.ID, Named(LimitationKind))
	variables := s.namesOf(vendor, p.ID, Named(VariableKind))
	for i := range g.Features {
		f := &g.Features[i]
		d, err := s.define(t, vendor, p, features, f.Name, f.Description)
		if err != nil {
			return g, err
		}
		f.ID, f.Description = d.UUID, d.Description
	}
	for i := range g.Limitations {
		l := &g.Limitations[i]
		d, err := s.define(t, vendor, p, limitations, l.Name, l.Description)
		if err != nil {
			return g, err
		}
		l.ID, l.Description = d.UUID, d.Description
	}
	for i := range g.Variables {
		v := &g.Variables[i]
		d, err := s.define(t, vendor, p, variables, v.Name, v.Description)
		if err != nil {
			return g, err
		}
		v.ID, v.Description = d.UUID, d.Description
	}
	return g, nil
}

func (s *Service) edition(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Edition, error) {
	e, found, err := s.Store.Edition(t, vendor, uuid)
	if err == nil && !found {
		err = fault.Missing("edition")
	}
	return e, err
}

// cloneGrants gives grants that share nothing with g and hold no nil list.
func cloneGrants(g terms.Grants) terms.Grants {
	return terms.Grants{
		Features:    append([]terms.Feature{}, g.Features...),
		Limitations: append([]terms.Limitation{}, g.Limitations...),
		Variables:   append([]terms.Variable{}, g.Variables...),
	}
}
