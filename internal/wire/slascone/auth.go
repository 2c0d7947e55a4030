package slascone

import (
	"net/http"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
)

// The headers that present a key.
const (
	provisioningHeader = "Provisioningkey" // canonical form of ProvisioningKey
	adminHeader        = "Adminkey"
)

// credential gives the key that a call presents.
func credential(r *http.Request) string {
	secret, _ := presented(r)
	return secret
}

// presented gives the key and the kind that its header says it is of. An admin
// key goes before a provisioning key, which a program may send with everything;
// an empty header presents nothing.
func presented(r *http.Request) (secret string, kind identity.KeyKind) {
	if secret = r.Header.Get(adminHeader); secret != "" {
		return secret, identity.Admin
	}
	return r.Header.Get(provisioningHeader), identity.Provisioning
}

// authenticate finds the principal: the vendor of the path must exist, and the
// key must be that vendor's and of the header's kind.
func (a *API) authenticate(r *http.Request) (identity.Principal, error) {
	vendor, err := a.vendor(r)
	if err != nil {
		return identity.Principal{}, err
	}
	secret, kind := presented(r)
	if secret == "" {
		return identity.Principal{}, &fault.Error{
			Kind: fault.Unauthenticated, Code: "key_missing", Message: "The call presents no key.",
			Help: "Send the ProvisioningKey header with the key that the vendor created for this program.",
		}
	}
	p, err := a.Keys.Authenticate(r.Context(), secret)
	if err != nil && fault.As(err).Kind != fault.Unauthenticated {
		return identity.Principal{}, err
	}
	if err != nil || p.Vendor != vendor || p.KeyKind != kind {
		return identity.Principal{}, &fault.Error{
			Kind: fault.Forbidden, Code: "key_wrong", Message: "This key is not valid here.",
			Help: "Check the key and the vendor id (isv_id) in the program's configuration.",
		}
	}
	return p, nil
}

func (a *API) vendor(r *http.Request) (ident.VendorID, error) {
	isv, err := ident.ParseUUID(r.PathValue("isv_id"))
	if err != nil {
		return ident.VendorID{}, fault.Missing("vendor")
	}
	v, err := a.Vendors.VendorByUUID(r.Context(), isv)
	if err == nil && v.IsZero() {
		err = fault.Missing("vendor")
	}
	return v, err
}
