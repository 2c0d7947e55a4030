package licensing

import (
	"time"

	"chancery/internal/fault"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// activateNew activates the client of a new licence: the one that was asked for,
// or the one that the edition makes of each licence, if it does.
func (s *Service) activateNew(t tx.Tx, l *License, asked string) (*License, error) {
	c := ActivateCommand{Vendor: l.Vendor, Product: l.Product.UUID, Key: Key{UUID: l.LicenseKey}, ClientID: asked}
	if asked == "" {
		if !l.activatesNew(asked, t.Now()) {
			return l, nil
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

// activatesNew reports whether the edition makes a client of the new licence. What is
// issued switched off or over activates nobody.
func (l *License) activatesNew(asked string, now time.Time) bool {
	return asked == "" && l.Edition.Policy.ActivationOnCreation != terms.ActivateNone && l.IsActive && l.expired(l.Terms().Policy, now) == nil
}

// nameClient fills in the client that the edition makes of a new licence.
func (s *Service) nameClient(t tx.Tx, l *License, c *ActivateCommand) (err error) {
	if l.Edition.Policy.ActivationOnCreation != terms.ActivateTokenKey {
		c.ClientID, err = l.newClient()
		return err
	}
	token, err := s.store.FreeToken(t, l.Vendor, l.ID, RoleContract)
	if err != nil {
		return err
	}
	if token == nil {
		return noNewClient("token key", "Give the licence at least one activation by contract.")
	}
	c.Key, c.ClientID = Key{UUID: token.Key}, token.Key.String()
	return nil
}

// newClient gives the client that the edition makes of the licence's customer, if it does.
func (l *License) newClient() (string, error) {
	switch l.Edition.Policy.ActivationOnCreation {
	case terms.ActivateNone, terms.ActivateTokenKey:
	case terms.ActivateCustomerNumber:
		if l.Customer.CustomerNumber == "" {
			return "", noNewClient("customer's number", "Give the customer a number.")
		}
		return l.Customer.CustomerNumber, nil
	case terms.ActivateCustomerEmail:
		if l.Customer.Email == "" {
			return "", noNewClient("customer's e-mail address", "Give the customer an e-mail address.")
		}
		return l.Customer.Email, nil
	}
	return "", nil
}

func noNewClient(what, help string) error {
	return fault.Refused("activation_client_missing",
		"The edition activates the "+what+" as the client of each licence, and there is none.", help+" Or name the client in activate_client_id.")
}
