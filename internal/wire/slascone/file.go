package slascone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

const xmlType = "application/xml"

// licenseXML is what a licence file says: an answer's fields, and those that
// only files have in the protocol.
type licenseXML struct {
	licenseInfo

	LicenseTypeID   ident.UUID `json:"license_type_id"`
	LicenseTypeName string     `json:"license_type_name"`
	FloatingTokens  int64      `json:"floating_tokens"`
	ModifiedDate    instant    `json:"modified_date_utc"`
}

func licenseXMLOf(s licensing.State, meters []metering.Reading) licenseXML {
	info := infoOf(s, meters)
	return licenseXML{
		licenseInfo: info, LicenseTypeID: info.LicenseType.ID, LicenseTypeName: info.LicenseType.Name,
		FloatingTokens: info.FloatingTokenLimit, ModifiedDate: instant(s.License.UpdatedAt),
	}
}

// activationXML is what an activation file says.
type activationXML struct {
	LicenseKey     ident.UUID `json:"license_key"`
	TokenKey       ident.UUID `json:"token_key"`
	ClientID       string     `json:"client_id"`
	ActivationDate instant    `json:"activation_date_utc"`
}

// licenseFile is GET /licenses/{license_id}/xml. As with the other calls, a
// program presents a full key, and only the back office a licence's id.
func (a *API) licenseFile(w http.ResponseWriter, r *http.Request) error {
	if _, err := nonceOf(r); err != nil {
		return err
	}
	p := principal(r)
	c := licensing.FileCommand{Vendor: p.Vendor, ByID: p.May(identity.LookUpLicenses), Unsaid: r.Method == http.MethodHead}
	q := &request{Request: r, principal: p}
	id := entry.Key(r.PathValue("license_id")).UUID
	if id.IsZero() { // other keys are not for addresses, which are logged
		return a.sendRefusal(w, q, refusal.Refuse(refusal.InvalidKey))
	}
	c.License = id
	if text := r.URL.Query().Get("token_key"); text != "" {
		if c.TokenKey = entry.Key(text).UUID; c.TokenKey.IsZero() {
			return errNoKey
		}
	}
	p, err := a.signedFor(r, p)
	if err != nil {
		return err
	}
	body, no, err := a.LicenseXML(r.Context(), p, c)
	if err != nil {
		return err
	}
	if no != nil {
		return a.sendRefusal(w, q, no)
	}
	return a.sendFile(w, r, p, "license.xml", body)
}

// signedFor gives the principal with the RSA key that the address asks for, as
// signing_key: who fetches a file for a program knows which key that pins.
func (a *API) signedFor(r *http.Request, p identity.Principal) (identity.Principal, error) {
	kid := r.URL.Query().Get("signing_key")
	if kid == "" {
		return p, nil
	}
	key, err := a.Signer.RSAKey(r.Context(), p.Vendor, kid)
	if fault.Is(err, "signing_key_not_found") {
		return p, fault.Wrong(fault.Field{Name: "signing_key", Message: "must be the kid of an RSA key in use"})
	}
	p.RSAKey = key
	return p, err
}

// LicenseXML makes a signed licence file, with the key that answers the principal.
func (a *API) LicenseXML(ctx context.Context, p identity.Principal, c licensing.FileCommand) ([]byte, *refusal.Refusal, error) {
	var out licensing.Outcome
	c.XML = true
	if err := a.Runner.Run(ctx, func(t tx.Tx) (err error) {
		out, err = a.Licenses.LicenseFile(t, c)
		return err
	}); err != nil {
		return nil, nil, err
	}
	if out.Refusal != nil {
		return nil, out.Refusal, nil
	}
	meters, err := a.readings(ctx, out.State)
	if err != nil {
		return nil, nil, err
	}
	body, err := a.xmlFile(ctx, p, signed.XMLLicenseFile, licenseXMLOf(out.State, meters))
	if err == nil && !c.Unsaid {
		err = a.handed(ctx, HandedFile{Principal: p, State: out.State, Name: "license.xml", Content: body})
	}
	return body, nil, err
}

// HandedFile is an XML file that was handed out.
type HandedFile struct {
	Principal    identity.Principal // who has asked; without a kind for an owner, or a person with a code
	State        licensing.State
	IsActivation bool // an activation file, asked for with a device's code
	Name         string
	Content      []byte
}

// handed writes a file down that is about to be handed out.
func (a *API) handed(ctx context.Context, f HandedFile) error {
	if a.Handed == nil {
		return nil
	}
	return a.Handed(ctx, f)
}

// FileInfo is what a native licence file says of a state: LicenseInfo without keys.
func (a *API) FileInfo(ctx context.Context, s licensing.State) (json.RawMessage, error) {
	meters, err := a.readings(ctx, s)
	if err != nil {
		return nil, err
	}
	info := infoOf(s, meters)
	info.LicenseKey, info.TokenKey, info.LegacyLicenseKey = nil, nil, nil
	return json.Marshal(info)
}

// readings are those of the state's meters: where nothing is consumed there is
// nothing to read.
func (a *API) readings(ctx context.Context, s licensing.State) ([]metering.Reading, error) {
	all := s.Terms.Grants.Limitations
	if !metering.HasMeters(all) {
		return nil, nil
	}
	return a.Meters.Read(ctx, s.License.Vendor, s.License.ID, all)
}

// xmlFile makes a signed file of the fields.
func (a *API) xmlFile(ctx context.Context, p identity.Principal, root string, fields any) ([]byte, error) {
	object, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("slascone: a file: %w", err)
	}
	f, err := signed.NewXMLFile(root, object)
	if err != nil {
		return nil, fmt.Errorf("slascone: a file: %w", err)
	}
	signature, err := a.Signer.SignRSA(ctx, p.Vendor, p.RSAKey, f.SignedInfo())
	if err != nil {
		return nil, err
	}
	return f.Signed(signature), nil
}

// sendFile answers a file to be kept under a name: it is made for a full key only.
func (a *API) sendFile(w http.ResponseWriter, r *http.Request, p identity.Principal, name string, body []byte) error {
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return a.send(w, r, p, answer{status: http.StatusOK, contentType: xmlType, body: body, keyed: true})
}
