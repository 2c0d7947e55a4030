package slascone

import (
	"net/http"
	"strings"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

const (
	offlinePath   = "/provisioning/activations/offline"
	offlinePublic = "a person opens it on a phone, from a code that a device without internet shows; the license key in it is the proof"
)

// askOffline is GET /provisioning/activations/offline. What only looks gets the
// page and changes nothing: HEAD, a prefetch, and a person's browser, unless the
// vendor lets those activate at once.
func (a *API) askOffline(w http.ResponseWriter, r *http.Request) error {
	vendor, err := a.vendor(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead || ahead(r) {
		return a.writePage(w, http.StatusOK, askPage())
	}
	if browses(r) {
		v, err := a.VendorRows.ByID(r.Context(), vendor)
		if err != nil {
			return err
		}
		if !v.DirectActivationFiles {
			return a.writePage(w, http.StatusOK, askPage())
		}
	}
	return a.activateOffline(w, r)
}

// ahead reports whether a browser fetches what nobody has asked for yet.
func ahead(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		value := strings.ToLower(r.Header.Get(name))
		if strings.Contains(value, "prefetch") || strings.Contains(value, "prerender") || strings.Contains(value, "preview") {
			return true
		}
	}
	return false
}

// browses reports whether a person looks at the answer.
func browses(r *http.Request) bool {
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}

// activateOffline is POST to the same address, as the page's button does, and
// GET by programs. All refusals look alike: nobody has proven to be a client, and
// the address may have been seen by many.
func (a *API) activateOffline(w http.ResponseWriter, r *http.Request) error {
	if _, err := nonceOf(r); err != nil {
		return err
	}
	vendor, err := a.vendor(r)
	if err != nil {
		return err
	}
	c, err := offlineCommand(r)
	if err != nil {
		return err
	}
	c.Vendor = vendor
	p, err := a.signedFor(r, a.caller(r, vendor))
	if err != nil {
		return err
	}
	if err := a.boundFiles(r); err != nil {
		return err
	}
	var out licensing.Outcome
	if len(c.Key.Legacy) == 0 { // a legacy key, which could be guessed, leads nowhere
		if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
			out, err = a.Licenses.Activate(t, c)
			return err
		}); err != nil {
			return err
		}
	}
	if out.Refusal != nil || out.State.Activation == nil {
		return a.refuseOffline(w, r, p)
	}
	held := out.State.Activation
	body, err := a.xmlFile(r.Context(), p, signed.XMLActivationFile, activationXML{
		LicenseKey: out.State.License.LicenseKey, TokenKey: held.TokenKey, ClientID: held.Device.Number, ActivationDate: instant(held.ActivatedAt),
	})
	if err != nil {
		return err
	}
	if err := a.handed(r.Context(), HandedFile{
		Principal: p, State: out.State, IsActivation: true, Name: "activation.xml", Content: body,
	}); err != nil {
		return err
	}
	return a.sendFile(w, r, p, fileName(r.URL.Query().Get("file_name")), body)
}

// caller is who asks for a file. No API key is needed; a program that presents
// its own all the same, as some do with every call, is answered as elsewhere:
// with that key's signatures, of its nonce too. A wrong one is as good as none.
func (a *API) caller(r *http.Request, vendor ident.VendorID) identity.Principal {
	if credential(r) != "" {
		if p, err := a.authenticate(r); err == nil {
			return p
		}
	}
	return identity.Principal{Vendor: vendor}
}

// offlineCommand reads the address. Where the call comes from is not kept: it is
// the phone's place, not the machine's.
func offlineCommand(r *http.Request) (licensing.ActivateCommand, error) {
	query := r.URL.Query()
	q := &request{Request: r}
	product, err := ident.ParseUUID(query.Get("product_id"))
	q.wrong.Check(err == nil, "product_id", "must be a UUID")
	q.key("license_key", query.Get("license_key"))
	q.required("client_id", query.Get("client_id"), maxID)
	q.text("client_name", query.Get("client_name"), maxName)
	q.text("client_description", query.Get("client_description"), maxText)
	q.text("software_version", query.Get("software_version"), maxName)
	key := licensing.ParseKey(query.Get("license_key"))
	if !key.UUID.IsZero() || key.Printed != "" {
		key.Legacy = nil
	}
	return licensing.ActivateCommand{
		Product: product, Key: key, ClientID: query.Get("client_id"), Offline: true, XML: true,
		Client: licensing.Client{
			Name: query.Get("client_name"), Description: query.Get("client_description"), SoftwareVersion: query.Get("software_version"),
		},
	}, q.wrong.Err()
}

// boundFiles bounds what one address asks for: a file costs two RSA signatures.
func (a *API) boundFiles(r *http.Request) error {
	if a.Guesses != nil {
		if err := a.Guesses.Check(visitor(a.Guesses, r)); err != nil {
			return err
		}
	}
	if a.Files != nil {
		return a.Files.Spend(visitor(a.Files, r))
	}
	return nil
}

func visitor(b *budget.Budget, r *http.Request) budget.Subject {
	return b.From(edge.ClientAddress(r.Context()), "offline")
}

func (a *API) refuseOffline(w http.ResponseWriter, r *http.Request, p identity.Principal) error {
	if a.Guesses != nil {
		if err := a.Guesses.Spend(visitor(a.Guesses, r)); err != nil {
			return err
		}
	}
	no := refusal.NoOfflineFile()
	if browses(r) {
		return a.writePage(w, http.StatusConflict, page{Title: "No file", Lines: []string{no.Message, no.Help}})
	}
	return a.send(w, r, p, refused(no))
}

// offlineProblem answers a fault: a page to people, as everywhere to programs.
func (a *API) offlineProblem(w http.ResponseWriter, r *http.Request, err error) {
	if !browses(r) {
		a.problem(w, r, err)
		return
	}
	edge.RetryAfter(w.Header(), err)
	p := edge.ProblemOf(err, "")
	lines := []string{p.Detail}
	for _, f := range fault.As(err).Fields {
		lines = append(lines, "The "+f.Name+" in the address "+f.Message+".")
	}
	_ = a.writePage(w, p.Status, page{Title: "No file", Lines: append(lines, p.Help)}) // it has nothing that could fail
}

// fileName keeps a wished name to what is harmless wherever it is saved.
func fileName(wished string) string {
	name := wished
	if n := len(name) - len(".xml"); n >= 0 && strings.EqualFold(name[n:], ".xml") {
		name = name[:n]
	}
	clean := strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '.':
			return c
		}
		return '_'
	}, name)
	if clean = strings.TrimLeft(clean, "."); clean == "" || len(clean) > 100 {
		clean = "activation"
	}
	return clean + ".xml"
}
