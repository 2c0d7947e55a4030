package catalog

import (
	"reflect"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// CreateProduct makes a product. Id, revision and times of p are set here.
func (s *Service) CreateProduct(t tx.Tx, vendor ident.VendorID, p Product) (Product, error) {
	p.UUID, p.Revision, p.CreatedAt, p.UpdatedAt = s.IDs.V7(), 1, t.Now(), t.Now()
	p, err := p.read(Product{})
	if err != nil {
		return Product{}, err
	}
	if err := s.namesOf(vendor, 0, NamedProduct).claim(t, p.UUID, p.Name, ""); err != nil {
		return Product{}, err
	}
	id, free, err := s.Store.InsertProduct(t, vendor, p)
	if err != nil {
		return Product{}, err
	}
	if !free {
		return Product{}, nameTaken("product")
	}
	p.ID = id
	if err := s.needReleases(t, vendor, p.ID, p.LatestRelease); err != nil {
		return Product{}, err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "product.created", Subject: "product", ID: p.UUID, After: productRecord(p)})
	return p, nil
}

// UpdateProduct changes a product, and raises the revision of its editions when
// clients would see the difference.
func (s *Service) UpdateProduct(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, c ProductChange) (Product, error) {
	before, err := s.product(t, vendor, uuid)
	if err != nil {
		return Product{}, err
	}
	after := c.apply(before, t.Now())
	if after, err = after.read(before); err != nil {
		return Product{}, err
	}
	if reflect.DeepEqual(before, after) {
		return before, nil
	}
	if err := s.namesOf(vendor, 0, NamedProduct).claim(t, uuid, after.Name, before.Name); err != nil {
		return Product{}, err
	}
	after.Revision, after.UpdatedAt = before.Revision+1, t.Now()
	free, err := s.Store.UpdateProduct(t, vendor, after)
	if err != nil {
		return Product{}, err
	}
	if !free {
		return Product{}, nameTaken("product")
	}
	if err := s.needReleases(t, vendor, after.ID, after.LatestRelease); err != nil {
		return Product{}, err
	}
	if showsInAnswers(before, after) {
		if err := s.Store.RaiseEditions(t, vendor, after.ID); err != nil {
			return Product{}, err
		}
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "product.updated", Subject: "product", ID: after.UUID,
		Before: productRecord(before), After: productRecord(after),
	})
	return after, nil
}

// PutRelease adds a software release to a product, or describes it anew.
func (s *Service) PutRelease(t tx.Tx, vendor ident.VendorID, product ident.UUID, release, description string) (Release, error) {
	p, err := s.product(t, vendor, product)
	if err != nil {
		return Release{}, err
	}
	var wrong fault.Fields
	release = entry.Name(&wrong, "software_release", release, "", 1, entry.MaxVersion)
	description = entry.Lines(&wrong, "description", description, 0, 4000)
	if err := wrong.Err(); err != nil {
		return Release{}, err
	}
	made := s.release(t, release, description)
	r, err := s.Store.PutRelease(t, vendor, p.ID, made, true)
	if err != nil {
		return Release{}, err
	}
	if r.UUID == made.UUID { // one that was there before can be described, whatever it is
		entry.Release(&wrong, "software_release", release, "")
	}
	if err := wrong.Err(); err != nil {
		return Release{}, err
	}
	if err := s.Store.RaiseEditions(t, vendor, p.ID); err != nil {
		return Release{}, err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "software_release.put", Subject: "software_release", ID: r.UUID,
		After: releaseRecord(p.UUID, r),
	})
	return r, nil
}

// needReleases adds the releases that are named somewhere, so that answers can give their ids.
func (s *Service) needReleases(t tx.Tx, vendor ident.VendorID, product ident.ProductID, releases ...string) error {
	for _, r := range releases {
		if r == "" {
			continue
		}
		if _, err := s.Store.PutRelease(t, vendor, product, s.release(t, r, ""), false); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) release(t tx.Tx, release, description string) Release {
	return Release{UUID: s.IDs.V7(), SoftwareRelease: release, Description: description, CreatedAt: t.Now()}
}

func (s *Service) product(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Product, error) {
	p, found, err := s.Store.Product(t, vendor, uuid)
	if err == nil && !found {
		err = fault.Missing("product")
	}
	return p, err
}
