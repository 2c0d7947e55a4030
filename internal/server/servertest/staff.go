package servertest

import (
	"testing"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// SignInAs makes a user of a role and signs it in.
func (s *Server) SignInAs(t *testing.T, v wiring.NewVendor, role string) *Browser {
	t.Helper()
	r := s.Program.Rooms()
	secret, err := r.Users.NewSecret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := identity.Operator(s.RoomID(t, v))
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		_, err := r.Users.Create(x, by, identity.NewUser{Email: role + "@example.com", Role: role, Secret: &secret})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	v.OwnerEmail, v.OwnerPassword = role+"@example.com", secret.Password
	return s.SignIn(t, v)
}

// RoomID gives the vendor's id as the rooms know it.
func (s *Server) RoomID(t *testing.T, v wiring.NewVendor) ident.VendorID {
	t.Helper()
	id, err := ident.ParseUUID(v.VendorID)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Program.Rooms().VendorRows.ByUUID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found.ID
}
