package licensing

import (
	"chancery/internal/fault"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// activateNew activates the client of a new licence: the one that was asked for,
// or the one that the edition makes of each licence, if it does.
func (s *Service) activateNew(t tx.Tx, l *License, asked string) (*License, error) {
	c := ActivateCommand{Vendor: l.Vendor, Product: l.Product.UUID, Key: Key{UUID: l.LicenseKey}, ClientID: asked}
	if asked == "" {
		if l.Edition.Policy.ActivationOnCreation == terms.ActivateNone || !l.IsActive || l.expired(l.Terms().Policy, t.Now()) != nil {
			return l, nil // what is issued switched off or over activates nobody
		}
		if err := s.nameClient(t, l, &c); err != nil {
			return nil, err
		}
	}
	out, err := s.Activate(t, c)
	if err != nil {
		return nil, err
	}
	if out.Refusal != nil {
		return nil, fault.Refused("activation_refused", "The client can't be activated at once: "+out.Refusal.Message, out.Refusal.Help)
	}
	return out.State.License, nil
}

// nameClient fills in the client that the edition makes of a new licence.
func (s *Service) nameClient(t tx.Tx, l *License, c *ActivateCommand) error {
	none := func(what, help string) error {
		return fault.Refused("activation_client_missing",
			"The edition activates the "+what+" as the client of each licence, and there is none.", help+" Or name the client in activate_client_id.")
	}
	switch l.Edition.Policy.ActivationOnCreation {
	case terms.ActivateNone:
	case terms.ActivateTokenKey:
		token, err := s.store.FreeToken(t, l.Vendor, l.ID, RoleContract)
		if err != nil {
			return err
		}
		if token == nil {
			return none("token key", "Give the licence at least one activation by contract.")
		}
		c.Key, c.ClientID = Key{UUID: token.Key}, token.Key.String()
	case terms.ActivateCustomerNumber:
		if c.ClientID = l.Customer.CustomerNumber; c.ClientID == "" {
			return none("customer's number", "Give the customer a number.")
		}
	case terms.ActivateCustomerEmail:
		if c.ClientID = l.Customer.Email; c.ClientID == "" {
			return none("customer's e-mail address", "Give the customer an e-mail address.")
		}
	}
	return nil
}
