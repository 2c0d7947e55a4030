package slascone

import (
	"net/http"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

type activationBody struct {
	ProductID         ident.UUID        `json:"product_id"`
	LicenseKey        string            `json:"license_key"`
	ClientID          string            `json:"client_id"`
	ClientName        string            `json:"client_name"`
	ClientDescription string            `json:"client_description"`
	SoftwareVersion   string            `json:"software_version"`
	Tags              []string          `json:"tags"`
	Hostname          string            `json:"hostname"`
	Platform          string            `json:"platform"`
	OperatingSystem   string            `json:"operating_system"`
	DeviceVariables   map[string]string `json:"device_variables"`
	ClientPublicKey   string            `json:"client_public_key"`

	// Instead of a key: the licence's user.
	UserEmail    string `json:"user_email"`
	UserPassword string `json:"user_password"`
	UserCode     string `json:"user_code"`
}

func (b *activationBody) check(r *request) (client licensing.Client, err error) {
	r.uuid("product_id", b.ProductID)
	if b.UserEmail == "" {
		r.key("license_key", b.LicenseKey)
		r.wrong.Check(b.UserPassword == "" && b.UserCode == "", "user_email", "is required with user_password or user_code")
	} else {
		r.text("user_email", b.UserEmail, maxID)
		r.wrong.Check(b.LicenseKey == "", "license_key", "must be left out where user_email is sent")
		r.wrong.Check((b.UserPassword == "") != (b.UserCode == ""), "user_password", "or user_code is required with user_email, and not both")
	}
	b.ClientID = r.id("client_id", b.ClientID)
	r.text("client_name", b.ClientName, maxName)
	r.text("client_description", b.ClientDescription, maxText)
	r.text("software_version", b.SoftwareVersion, maxName)
	r.list("tags", len(b.Tags), maxTags)
	for _, tag := range b.Tags {
		r.text("tags", tag, maxName)
	}
	client = r.machine(b.Hostname, b.Platform, b.OperatingSystem, b.DeviceVariables)
	client.Name, client.Description, client.Tags, client.SoftwareVersion = b.ClientName, b.ClientDescription, b.Tags, b.SoftwareVersion
	if b.ClientPublicKey != "" {
		key, err := signed.ParseKey(b.ClientPublicKey)
		good := err == nil && signed.FormatKey(key) == b.ClientPublicKey
		r.wrong.Check(good, "client_public_key", "must be an Ed25519 public key, 32 bytes in base64url without padding, and no point of small order")
		r.wrong.Check(!good || r.proof().Proves(key), "client_public_key", "must come with a Chancery-Client-Signature by that key over this call")
		client.PublicKey = key
	}
	return client, r.bad()
}

// machine checks what activations and heartbeats share.
func (r *request) machine(hostname, platform, system string, variables map[string]string) licensing.Client {
	r.text("hostname", hostname, maxName)
	r.text("platform", platform, maxName)
	r.text("operating_system", system, maxName)
	r.list("device_variables", len(variables), licensing.MaxVariables)
	for name, value := range variables {
		r.text("device_variables", name, maxName)
		r.text("device_variables", value, maxText)
	}
	return licensing.Client{Hostname: hostname, Platform: platform, OperatingSystem: system, Variables: variables}
}

// locate adds where the call came from.
func (a *API) locate(r *http.Request, v ident.VendorID, c *licensing.Client) (err error) {
	address := edge.ClientAddress(r.Context())
	if !address.IsValid() {
		return nil
	}
	c.Address = address.String()
	if a.Places != nil {
		c.Country, c.City, err = a.Places.Locate(r.Context(), v, address)
	}
	return err
}

// activate is POST /provisioning/activations.
func (a *API) activate(w http.ResponseWriter, r *http.Request) error {
	var b activationBody
	q, err := read(r, &b)
	if err != nil {
		return err
	}
	client, err := b.check(q)
	if err != nil {
		return err
	}
	if err := a.locate(r, q.principal.Vendor, &client); err != nil {
		return err
	}
	if b.UserEmail != "" {
		return a.activateUser(w, q, &b, client)
	}
	presented, err := a.presented(q, b.LicenseKey)
	if err != nil {
		return err
	}
	if err := a.asks(q, &b, presented.UUID.String()+presented.Printed+strings.Join(presented.Legacy, "")); err != nil {
		return err
	}
	command := licensing.ActivateCommand{
		Vendor: q.principal.Vendor, Product: b.ProductID, Key: presented, ClientID: b.ClientID, Client: client, Proof: q.proof(),
	}
	var out licensing.Outcome
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		out, err = a.Licenses.Activate(t, command)
		return err
	}); err != nil {
		return err
	}
	return a.sendActivation(w, q, &b, out)
}

// sendActivation is sendOutcome for an activation.
func (a *API) sendActivation(w http.ResponseWriter, q *request, b *activationBody, out licensing.Outcome) error {
	if out.Refusal == nil {
		q.guess = named(q, b.ProductID, b.ClientID)
	}
	return a.sendOutcome(w, q, out)
}

type heartbeatBody struct {
	ProductID       ident.UUID        `json:"product_id"`
	ClientID        string            `json:"client_id"`
	SoftwareVersion string            `json:"software_version"`
	OperatingSystem string            `json:"operating_system"`
	TokenKey        sentKey           `json:"token_key"`
	UserID          string            `json:"user_id"`
	GroupID         string            `json:"group_id"`
	HeartbeatTypeID *ident.UUID       `json:"heartbeat_type_id"`
	Hostname        string            `json:"hostname"`
	Platform        string            `json:"platform"`
	DeviceVariables map[string]string `json:"device_variables"`
}

func (b *heartbeatBody) check(r *request) (licensing.HeartbeatCommand, error) {
	r.uuid("product_id", b.ProductID)
	b.ClientID = r.id("client_id", b.ClientID)
	r.required("software_version", b.SoftwareVersion, maxName)
	r.wrong.Check(b.OperatingSystem != "", "operating_system", "is required")
	b.UserID = r.id("user_id", b.UserID)
	b.GroupID = r.id("group_id", b.GroupID)
	c := licensing.HeartbeatCommand{
		Vendor: r.principal.Vendor, Product: b.ProductID, ClientID: b.ClientID, UserID: b.UserID, GroupID: b.GroupID,
		Client: r.machine(b.Hostname, b.Platform, b.OperatingSystem, b.DeviceVariables), Proof: r.proof(),
	}
	c.Client.SoftwareVersion = b.SoftwareVersion
	c.TokenKey = b.TokenKey.UUID
	return c, r.refuse(b.TokenKey)
}

// heartbeat is POST /provisioning/heartbeats.
func (a *API) heartbeat(w http.ResponseWriter, r *http.Request) error {
	var b heartbeatBody
	q, err := read(r, &b)
	if err != nil {
		return err
	}
	command, err := b.check(q)
	if err != nil {
		return err
	}
	if b.HeartbeatTypeID != nil && !b.HeartbeatTypeID.IsZero() {
		return a.send(w, r, q.principal, refused(refusal.Refuse(refusal.UnknownHeartbeat)))
	}
	if err := a.names(q, command.Product, command.ClientID, command.TokenKey); err != nil {
		return err
	}
	if err := a.locate(r, command.Vendor, &command.Client); err != nil {
		return err
	}
	out, err := a.Licenses.Heartbeat(r.Context(), command)
	if err != nil {
		return err
	}
	return a.sendOutcome(w, q, out)
}

// sendOutcome answers the licence, or the refusal.
func (a *API) sendOutcome(w http.ResponseWriter, q *request, out licensing.Outcome) error {
	if out.Refusal != nil {
		return a.sendRefusal(w, q, out.Refusal)
	}
	a.served(q)
	meters, err := a.readings(q.Context(), out.State)
	if err != nil {
		return err
	}
	info := infoOf(out.State, meters)
	if out.NoKeys {
		info.LicenseKey, info.TokenKey, info.LegacyLicenseKey = nil, nil, nil
	}
	info.VariablesDropped = out.Dropped[:min(len(out.Dropped), licensing.MaxVariables)]
	return a.sendJSON(w, q, info)
}

// sendRefusal answers a refusal; too many wrong guesses are answered 429 instead.
func (a *API) sendRefusal(w http.ResponseWriter, q *request, no *refusal.Refusal) error {
	if err := a.guessed(q, no); err != nil {
		return err
	}
	return a.send(w, q.Request, q.principal, refused(no))
}

// unassign is POST /provisioning/unassign.
func (a *API) unassign(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		TokenKey sentKey `json:"token_key"`
		ClientID string  `json:"client_id"`
	}
	q, err := read(r, &b)
	if err != nil {
		return err
	}
	q.wrong.Check(b.TokenKey.sent, "token_key", "is required")
	b.ClientID = q.id("client_id", b.ClientID)
	if err := q.refuse(b.TokenKey); err != nil {
		return err
	}
	var refused *refusal.Refusal
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		refused, err = a.Licenses.Unassign(t, licensing.UnassignCommand{
			Vendor: q.principal.Vendor, TokenKey: b.TokenKey.UUID, ClientID: b.ClientID, Proof: q.proof(),
		})
		return err
	}); err != nil {
		return err
	}
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	return a.send(w, r, q.principal, answer{
		status: http.StatusOK, contentType: jsonType, body: []byte(`"Successfully deactivated License."`), constant: true,
	})
}
