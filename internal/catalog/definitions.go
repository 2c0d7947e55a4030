package catalog

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Define gives the product's definition of this kind and name, making it when it is missing.
func (s *Service) Define(t tx.Tx, vendor ident.VendorID, product ident.UUID, d Definition) (Definition, error) {
	d, err := d.read(Definition{})
	if err != nil {
		return Definition{}, err
	}
	p, err := s.product(t, vendor, product)
	if err != nil {
		return Definition{}, err
	}
	return s.define(t, vendor, p, s.namesOf(vendor, p.ID, Named(d.Kind)), d.Name, d.Description)
}

func (s *Service) define(t tx.Tx, vendor ident.VendorID, p Product, of *names, name, description string) (Definition, error) {
	kind := Kind(of.kind)
	wanted := Definition{UUID: s.IDs.V7(), Kind: kind, Name: name, Description: description, CreatedAt: t.Now()}
	d, err := s.Store.PutDefinition(t, vendor, p.ID, wanted)
	if err != nil {
		return Definition{}, err
	}
	if d.UUID == wanted.UUID {
		if err := of.claim(t, d.UUID, name, ""); err != nil {
			return Definition{}, err
		}
		t.Journal(tx.Entry{
			Vendor: vendor, Action: string(kind) + ".created", Subject: string(kind), ID: d.UUID, After: definitionRecord(p.UUID, d),
		})
	}
	return d, nil
}

// Redefine changes name and description of a definition, and with it those of
// every edition of the product that grants it. nil leaves a field as it is.
func (s *Service) Redefine(t tx.Tx, vendor ident.VendorID, kind Kind, uuid ident.UUID, name, description *string) (Definition, error) {
	_, product, found, err := s.Store.Definition(t, vendor, kind, uuid)
	if err != nil {
		return Definition{}, err
	}
	if !found {
		return Definition{}, fault.Missing(string(kind))
	}
	p, err := s.product(t, vendor, product) // locked: what was read before may have changed
	if err != nil {
		return Definition{}, err
	}
	before, _, _, err := s.Store.Definition(t, vendor, kind, uuid)
	if err != nil {
		return Definition{}, err
	}
	after := before
	set(&after.Name, name)
	set(&after.Description, description)
	if after, err = after.read(before); err != nil {
		return Definition{}, err
	}
	if after == before {
		return before, nil
	}
	if err := s.namesOf(vendor, p.ID, Named(kind)).claim(t, uuid, after.Name, before.Name); err != nil {
		return Definition{}, err
	}
	free, err := s.Store.UpdateDefinition(t, vendor, p.ID, after)
	if err != nil {
		return Definition{}, err
	}
	if !free {
		return Definition{}, nameTaken(string(kind))
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: string(kind) + ".updated", Subject: string(kind), ID: uuid,
		Before: definitionRecord(p.UUID, before), After: definitionRecord(p.UUID, after),
	})
	return after, s.carryOver(t, vendor, p, after)
}

// carryOver writes d's name and description into the editions that grant it.
func (s *Service) carryOver(t tx.Tx, vendor ident.VendorID, p Product, d Definition) error {
	editions, err := s.Store.Editions(t, vendor, p.ID)
	if err != nil {
		return err
	}
	for _, before := range editions {
		after := before
		var touched bool
		after.Grants, touched = rename(before.Grants, d)
		if !touched {
			continue
		}
		if err := s.store(t, vendor, before, after); err != nil {
			return err
		}
	}
	return nil
}

// rename gives g with d's name and description wherever g grants d.
func rename(g terms.Grants, d Definition) (terms.Grants, bool) {
	touched := false
	g = cloneGrants(g)
	switch d.Kind {
	case FeatureKind:
		for i := range g.Features {
			if f := &g.Features[i]; f.ID == d.UUID {
				f.Name, f.Description, touched = d.Name, d.Description, true
			}
		}
	case LimitationKind:
		for i := range g.Limitations {
			if l := &g.Limitations[i]; l.ID == d.UUID {
				l.Name, l.Description, touched = d.Name, d.Description, true
			}
		}
	case VariableKind:
		for i := range g.Variables {
			if v := &g.Variables[i]; v.ID == d.UUID {
				v.Name, v.Description, touched = d.Name, d.Description, true
			}
		}
	}
	return g, touched
}
