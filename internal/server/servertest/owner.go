package servertest

import (
	"testing"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// AsOwner makes a user as NewOwner does, and signs it in to the portal.
func (s *Server) AsOwner(t *testing.T, v wiring.NewVendor, email string, roles map[string]owners.Role) *Browser {
	t.Helper()
	password := s.NewOwner(t, v, email, roles)
	b := s.Browser(t, v).At("portal")
	b.Enter(t, email, password)
	b.Password = password
	return b
}

// NewOwner makes a user who is not of the vendor's staff, and gives its password. Of
// licences that name the address it is the licensee; roles are those at customers, by
// their ids.
func (s *Server) NewOwner(t *testing.T, v wiring.NewVendor, email string, roles map[string]owners.Role) (password string) {
	t.Helper()
	r := s.Program.Rooms()
	secret, err := r.Users.NewSecret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	vendor := s.RoomID(t, v)
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		u, err := r.Users.Create(x, identity.Operator(vendor), identity.NewUser{Email: email, Secret: &secret})
		if err != nil {
			return err
		}
		for customer, role := range roles {
			id, err := ident.ParseUUID(customer)
			if err != nil {
				return err
			}
			if _, err := r.Owners.Join(x, owners.ByStaff(vendor), id, u.UUID, u.ID, role); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return secret.Password
}
