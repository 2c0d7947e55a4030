package wiring

import (
	"context"
	"encoding/base64"

	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/signed"
)

// NewVendor is what is printed of a new vendor. The keys and the password are in
// nobody's hands but the reader's.
type NewVendor struct {
	VendorID         string `json:"vendor_id"`
	Slug             string `json:"slug"`
	Console          string `json:"console"` // where the owner signs in; without --public-url the path alone
	ProvisioningKey  string `json:"provisioning_key"`
	AdminKey         string `json:"admin_key"`
	Ed25519PublicKey string `json:"ed25519_public_key"` // base64url, 43 characters
	RSAPublicKeyPEM  string `json:"rsa_public_key_pem"`
	X25519PublicKey  string `json:"x25519_public_key"` // base64url, 43 characters

	DocumentsPublicKey string `json:"documents_public_key"`       // Ed25519, base64url, 43 characters: files are signed with it
	HybridPublicKey    string `json:"mlkem768_x25519_public_key"` // base64url, 1622 characters: files are sealed to it
	OwnerEmail         string `json:"owner_email"`
	OwnerPassword      string `json:"owner_password"`
}

// CreateVendor makes a vendor with all keys, an owner, a provisioning key and an admin key.
func (r *Rooms) CreateVendor(ctx context.Context, c vendors.Create, ownerEmail string) (NewVendor, error) {
	owner, err := r.Users.PrepareOwner(ctx, ownerEmail)
	if err != nil {
		return NewVendor{}, err
	}
	material, err := keyring.Generate()
	if err != nil {
		return NewVendor{}, err
	}
	var v vendors.Vendor
	var public keyring.Public
	var provisioning, admin string
	err = r.DB.Run(ctx, func(t tx.Tx) (err error) {
		if v, err = r.Vendors.Create(t, c); err != nil {
			return err
		}
		if public, err = r.Keyring.Create(t, v.ID, v.UUID, material); err != nil {
			return err
		}
		by := identity.Operator(v.ID)
		if _, provisioning, err = r.APIKeys.Create(t, by, identity.CreateAPIKey{
			Kind: identity.Provisioning, Name: "Provisioning", Ed25519Key: public.Ed25519Key, RSAKey: public.RSAKey,
		}); err != nil {
			return err
		}
		if _, admin, err = r.APIKeys.Create(t, by, identity.CreateAPIKey{Kind: identity.Admin, Name: "Admin"}); err != nil {
			return err
		}
		_, err = r.Users.CreateOwner(t, v.ID, owner)
		return err
	})
	if err != nil {
		return NewVendor{}, err
	}
	pem, err := public.PEM()
	if err != nil {
		return NewVendor{}, err
	}
	return NewVendor{
		VendorID: v.UUID.String(), Slug: v.Slug, Console: "/console/" + v.Slug, ProvisioningKey: provisioning, AdminKey: admin,
		Ed25519PublicKey: base64.RawURLEncoding.EncodeToString(public.Ed25519), RSAPublicKeyPEM: string(pem),
		X25519PublicKey:    base64.RawURLEncoding.EncodeToString(public.X25519.Bytes()),
		DocumentsPublicKey: signed.FormatKey(public.Documents), HybridPublicKey: public.Hybrid.String(),
		OwnerEmail: owner.Email, OwnerPassword: owner.Password,
	}, nil
}
