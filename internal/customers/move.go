package customers

import (
	"context"
	"time"

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
		if err := s.free(t, vendor); err != nil {
			return Customer{}, err
		}
		c.SuperiorID, c.SuperiorUUID, c.SuperiorName, c.SuperiorNumber = 0, ident.UUID{}, "", ""
		return c, s.hang(t, vendor, c)
	}
	if *to == c.SuperiorUUID {
		return c, nil
	}
	if err := s.free(t, vendor); err != nil {
		return Customer{}, err
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
	c.SuperiorID, c.SuperiorUUID, c.SuperiorName, c.SuperiorNumber = superior.ID, superior.UUID, superior.CompanyName, superior.Number
	return c, s.hang(t, vendor, c)
}

// free refuses a move while another one has yet to reach all of its branch: how deep a
// branch is can't be told before. The tree is locked.
func (s *Service) free(t tx.Tx, vendor ident.VendorID) error {
	_, _, noted, err := s.Store.NotedMove(t, vendor)
	if err == nil && noted {
		err = &fault.Error{
			Kind: fault.Unavailable, Code: "customer_move_under_way", Message: "A customer with many others below it is being moved.",
			Help: "Try again in a moment.", RetryAfter: time.Second,
		}
	}
	return err
}

const (
	movedAtOnce = 500 // customers of a branch that one transaction moves at most
	movedOfStep = 50  // of them, between two looks at the time that a portion may take
)

// hang puts c where its superior says. Those below it follow: a first portion of them
// at once, and what is left is noted.
func (s *Service) hang(t tx.Tx, vendor ident.VendorID, c Customer) error {
	if err := s.Store.Move(t, vendor, c.ID, c.SuperiorID); err != nil {
		return err
	}
	if err := s.Store.RehangOne(t, vendor, c.ID); err != nil {
		return err
	}
	_, err := s.follow(t, vendor, c.ID, 0)
	return err
}

// follow moves those below c behind after, as far as one portion reaches, and notes
// where to go on. It reports whether there are more.
func (s *Service) follow(t tx.Tx, vendor ident.VendorID, c, after ident.CustomerID) (more bool, err error) {
	for moved := 0; moved < movedAtOnce; moved += movedOfStep {
		if after, err = s.Store.Rehang(t, vendor, c, after, movedOfStep); err != nil || after == 0 {
			return false, err
		}
		if t.Spent() {
			break
		}
	}
	return true, s.Store.NoteMove(t, vendor, c, after)
}

// FinishMoves goes on with moves of large branches, a portion at a time, and tells how
// many portions that were.
func (s *Service) FinishMoves(ctx context.Context) (done int, err error) {
	moving, err := s.Reader.Moving(ctx)
	if err != nil {
		return 0, err
	}
	for _, vendor := range moving {
		n, err := tx.Portions(ctx, s.Runner, func(t tx.Tx) (bool, error) {
			if err := s.Store.LockTree(t, vendor); err != nil {
				return false, err
			}
			c, after, noted, err := s.Store.NotedMove(t, vendor)
			if err != nil || !noted {
				return false, err
			}
			more, err := s.follow(t, vendor, c, after)
			if err != nil || more {
				return more, err
			}
			return false, s.Store.EndMove(t, vendor)
		})
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
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
