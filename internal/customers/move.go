package customers

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// move puts c under another superior, or under none. The tree is locked.
func (s *Service) move(t tx.Tx, vendor ident.VendorID, c Customer, to *ident.UUID) (Customer, error) {
	if to == nil {
		if c.SuperiorID == 0 {
			return c, nil
		}
		c.SuperiorID, c.SuperiorUUID, c.SuperiorName = 0, ident.UUID{}, ""
		return c, s.Store.Move(t, vendor, c.ID, 0)
	}
	if *to == c.SuperiorUUID {
		return c, nil
	}
	_, below, err := s.Store.Levels(t, vendor, c.ID)
	if err != nil {
		return Customer{}, err
	}
	superior, err := s.superior(t, vendor, *to, below)
	if err != nil {
		return Customer{}, err
	}
	within, err := s.Store.Within(t, vendor, c.ID, superior.ID)
	if err != nil {
		return Customer{}, err
	}
	if within {
		return Customer{}, fault.Refused("customer_cycle", "A customer can't be placed under itself or one of its own sub-customers.",
			"Choose a superior outside this customer's own tree, or move that one out first.")
	}
	c.SuperiorID, c.SuperiorUUID, c.SuperiorName = superior.ID, superior.UUID, superior.CompanyName
	return c, s.Store.Move(t, vendor, c.ID, superior.ID)
}

// superior finds the superior for a customer with so many levels below it, under the tree's lock.
func (s *Service) superior(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, below int) (Customer, error) {
	if err := s.Store.LockTree(t, vendor); err != nil {
		return Customer{}, err
	}
	c, found, err := s.Store.Get(t, vendor, uuid)
	if err != nil {
		return Customer{}, err
	}
	if !found {
		return Customer{}, fault.Wrong(fault.Field{Name: "superior_id", Message: "must be the id of a customer of this vendor"})
	}
	above, _, err := s.Store.Levels(t, vendor, c.ID)
	if err != nil {
		return Customer{}, err
	}
	if above+1+below > MaxDepth {
		return Customer{}, fault.Refused("customer_tree_too_deep", "The customer tree would have more than 50 levels.",
			"Place the customer nearer to the top.")
	}
	return c, nil
}
