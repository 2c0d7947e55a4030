package catalog

import (
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

const archiveInstead = "Archive it instead: nothing new is issued of it, and what there is goes on."

// DeleteProduct deletes a product that nothing refers to. What it defines goes with it.
func (s *Service) DeleteProduct(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	p, err := s.product(t, vendor, uuid)
	if err != nil {
		return err
	}
	editions, names, err := s.Store.ProductUses(t, vendor, p.ID)
	if err != nil {
		return err
	}
	if err := fault.InUse("product", archiveInstead, fault.Use{N: editions, One: "edition", Many: "editions"},
		fault.Use{N: names, One: "name that clients report values of", Many: "names that clients report values of"}); err != nil {
		return err
	}
	if err := s.Store.DeleteProduct(t, vendor, p.ID); err != nil {
		return err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "product.deleted", Subject: "product", ID: p.UUID, Before: productRecord(p)})
	return nil
}

// DeleteEdition deletes an edition that no licence is of.
func (s *Service) DeleteEdition(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	_, e, err := s.editionWithProduct(t, vendor, uuid)
	if err != nil {
		return err
	}
	licenses, err := s.Store.EditionUses(t, vendor, e.ID)
	if err != nil {
		return err
	}
	if err := fault.InUse("edition", archiveInstead, fault.Use{N: licenses, One: "licence", Many: "licences"}); err != nil {
		return err
	}
	if err := s.Store.DeleteEdition(t, vendor, e.ID); err != nil {
		return err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "edition.deleted", Subject: "edition", ID: e.UUID, Before: editionRecord(e)})
	return nil
}

// Undefine deletes a definition that no edition of the product grants.
func (s *Service) Undefine(t tx.Tx, vendor ident.VendorID, kind Kind, uuid ident.UUID) error {
	d, product, found, err := s.Store.Definition(t, vendor, kind, uuid)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing(string(kind))
	}
	granting, p, err := s.editionsThat(t, vendor, product, func(e Edition) bool { return grants(e.Grants, d) })
	if err != nil {
		return err
	}
	if err := fault.InUse(string(kind), "Take it out of them first.",
		fault.Use{N: granting, One: "edition that grants it", Many: "editions that grant it"}); err != nil {
		return err
	}
	if err := s.Store.DeleteDefinition(t, vendor, kind, uuid); err != nil {
		return err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: string(kind) + ".deleted", Subject: string(kind), ID: uuid, Before: definitionRecord(p.UUID, d)})
	return nil
}

func grants(g terms.Grants, d Definition) bool {
	switch d.Kind { // editions grant nothing else
	case FeatureKind:
		return slices.ContainsFunc(g.Features, func(f terms.Feature) bool { return f.ID == d.UUID })
	case LimitationKind:
		return slices.ContainsFunc(g.Limitations, func(l terms.Limitation) bool { return l.ID == d.UUID })
	case VariableKind:
		return slices.ContainsFunc(g.Variables, func(v terms.Variable) bool { return v.ID == d.UUID })
	}
	return false
}

// DeleteRelease deletes a software release that neither its product nor an edition names.
func (s *Service) DeleteRelease(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	r, product, found, err := s.Store.Release(t, vendor, uuid)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("software_release")
	}
	naming, p, err := s.editionsThat(t, vendor, product, func(e Edition) bool {
		return e.Policy.ReleaseLimit == r.SoftwareRelease || e.Policy.MinimumRelease == r.SoftwareRelease
	})
	if err != nil {
		return err
	}
	latest := int64(0)
	if p.LatestRelease == r.SoftwareRelease {
		latest = 1
	}
	if err := fault.InUse("release", "Name another release there first.", fault.Use{N: naming, One: "edition that names it", Many: "editions that name it"},
		fault.Use{N: latest, One: "product of which it is the latest"}); err != nil {
		return err
	}
	if err := s.Store.DeleteRelease(t, vendor, uuid); err != nil {
		return err
	}
	if err := s.Store.RaiseEditions(t, vendor, p.ID); err != nil { // answers name the releases
		return err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "software_release.deleted", Subject: "software_release", ID: uuid, Before: releaseRecord(p.UUID, r),
	})
	return nil
}

// editionsThat counts the editions of a product for which that holds. It locks the product.
func (s *Service) editionsThat(t tx.Tx, vendor ident.VendorID, product ident.UUID, that func(Edition) bool) (n int64, p Product, err error) {
	if p, err = s.product(t, vendor, product); err != nil {
		return 0, p, err
	}
	all, err := s.Store.Editions(t, vendor, p.ID)
	for _, e := range all {
		if that(e) {
			n++
		}
	}
	return n, p, err
}
