package wellknown

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/signed"
)

// Vendors finds a vendor by the id it is known by outside.
type Vendors interface {
	// VendorByUUID gives the vendor; zero when there is none.
	VendorByUUID(ctx context.Context, isv ident.UUID) (ident.VendorID, error)
}

// Keys gives public keys.
type Keys interface {
	Newest(ctx context.Context, vendor ident.VendorID) (keyring.Public, error)
	JWKS(ctx context.Context, vendor ident.VendorID) (signed.JWKSet, error)
}

// Config is what the routes need.
type Config struct {
	Vendors Vendors
	Keys    Keys
	Clock   ident.Clock

	SecurityContact string   // a URI; "" for none
	PublicURL       *url.URL // nil when it is not known
}

const public = "public keys are for everybody; they are found by an id that the vendor hands out"

// Routes gives the routes of this package.
func Routes(c Config) ([]edge.Route, error) {
	if c.Vendors == nil || c.Keys == nil || c.Clock == nil {
		return nil, errors.New("wellknown: Config needs Vendors, Keys and Clock")
	}
	s := &edge.Surface{Name: "wellknown"}
	route := func(file string, h edge.Handler) edge.Route {
		return edge.Route{Surface: s, Method: http.MethodGet, Path: "/.well-known/chancery/{isv_id}/" + file, Handler: h, Public: public}
	}
	return append(c.asked(s), route("jwks.json", c.jwks), route("rsa.pem", c.pem), route("rsa.xml", c.xml)), nil
}

func (c Config) jwks(w http.ResponseWriter, r *http.Request) error {
	vendor, err := c.vendor(r)
	if err != nil {
		return err
	}
	set, err := c.Keys.JWKS(r.Context(), vendor)
	if err != nil {
		return err
	}
	cacheable(w)
	return edge.WriteJSON(w, http.StatusOK, set)
}

func (c Config) pem(w http.ResponseWriter, r *http.Request) error {
	key, err := c.newest(r)
	if err != nil {
		return err
	}
	text, err := key.PEM()
	if err != nil {
		return err
	}
	return write(w, "application/x-pem-file", text)
}

func (c Config) xml(w http.ResponseWriter, r *http.Request) error {
	key, err := c.newest(r)
	if err != nil {
		return err
	}
	return write(w, "application/xml", key.XML())
}

func (c Config) vendor(r *http.Request) (ident.VendorID, error) {
	isv, err := ident.ParseUUID(r.PathValue("isv_id"))
	if err != nil {
		return ident.VendorID{}, fault.Missing("vendor").WithCause(err)
	}
	vendor, err := c.Vendors.VendorByUUID(r.Context(), isv)
	if err == nil && vendor.IsZero() {
		err = fault.Missing("vendor")
	}
	return vendor, err
}

func (c Config) newest(r *http.Request) (keyring.Public, error) {
	vendor, err := c.vendor(r)
	if err != nil {
		return keyring.Public{}, err
	}
	return c.Keys.Newest(r.Context(), vendor)
}

func write(w http.ResponseWriter, contentType string, body []byte) error {
	cacheable(w)
	w.Header().Set("Content-Type", contentType)
	_, err := w.Write(body) //nolint:gosec // a key that was encoded by us
	return err
}

// cacheable: a rotation announces itself long before the old key is retired.
func cacheable(w http.ResponseWriter) { w.Header().Set("Cache-Control", "public, max-age=300") }
