package settings

import (
	"strings"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) apiKeys() []edge.Route {
	needs := web.Needs(identity.ManageAPIKeys)
	routes := []edge.Route{web.Lists(p.face, "/settings/api-keys", needs, p.apiKeyTable, func(q *web.Request) (web.Page, error) {
		page := q.Page("API keys")
		page.Sub = "Programs call with a provisioning key, which is public; your back office with an admin key, which is secret. Usage events come with an ingest key, which is public too."
		page.Actions = []web.Action{{Label: "Create a key", Href: q.Href("/settings/api-keys/new"), Icon: "plus"}}
		return page, nil
	})}
	routes = append(routes, web.RevealWith(p.face, "/settings/api-keys/new", needs, "form.html", p.askAPIKey, p.prepareAPIKey, p.createAPIKey,
		"api_key.html", p.showAPIKey)...)
	return append(routes, web.Ask(p.face, "/settings/api-keys/{id}/revoke", needs, "form.html", p.askRevoke, p.revoke)...)
}

func (p *Pages) apiKeyTable(q *web.Request) (web.Table[identity.APIKey], error) {
	return web.Table[identity.APIKey]{
		Name: "api-keys", Sorts: []string{"created_at"},
		Empty: web.Empty{Icon: "key", Title: "No API keys", Text: "Without one neither programs nor scripts can call the server."},
		Columns: []web.Column[identity.APIKey]{
			{Name: "name", Label: "Name", Cell: func(k identity.APIKey) web.Cell { return web.Cell{Text: k.Name, Sub: keyKind(k.Kind)} }},
			{Name: "hint", Label: "Begins with", Cell: func(k identity.APIKey) web.Cell {
				return web.Cell{Text: strings.TrimRight(k.Hint, "…") + "…", Mono: true}
			}},
			{Name: "permissions", Label: "May", Cell: func(k identity.APIKey) web.Cell {
				return web.Cell{Text: web.Count(int64(len(k.Permissions)), "permission", "permissions"), Quiet: true}
			}},
			{Name: "created", Label: "Created", Cell: func(k identity.APIKey) web.Cell { return web.Cell{When: k.CreatedAt} }},
			{Name: "state", Label: "State", Cell: func(k identity.APIKey) web.Cell {
				if k.RevokedAt != nil {
					return web.Cell{Badge: &web.BadgeRevoked}
				}
				return web.Cell{Badge: &web.BadgeActive}
			}},
			{Name: "act", Label: "Revoke", Act: true, Cell: func(k identity.APIKey) web.Cell {
				if k.RevokedAt != nil {
					return web.Cell{}
				}
				return web.Cell{Links: []web.Link{{Label: "Revoke", Href: q.Href("/settings/api-keys/" + k.UUID.String() + "/revoke")}}}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[identity.APIKey], error) {
			return p.APIKeyRows.List(q.Context(), q.VendorID(), r)
		},
	}, nil
}

// keyKind is what a key is for, in words.
func keyKind(k identity.KeyKind) string {
	switch k {
	case identity.Admin:
		return "For the back office"
	case identity.Ingest:
		return "For programs that send usage events"
	case identity.Read:
		return "For reading what was observed"
	case identity.Provisioning:
	}
	return "For programs"
}

func keysLink(q *web.Request) web.Link {
	return web.Link{Label: "API keys", Href: q.Href("/settings/api-keys")}
}

func (p *Pages) askAPIKey(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Create an API key", keysLink(q)), Form: form}
	form.Submit, form.Cancel = "Create the key", q.Href("/settings/api-keys")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "name", Label: "Name", Required: true, Focus: true, Placeholder: "Billing system", Hint: "So that you know later who uses it."},
		{Name: "kind", Label: "Kind", Kind: web.RadioField, Value: string(identity.Provisioning), Options: []web.Option{
			{Value: string(identity.Provisioning), Label: "Provisioning", Hint: "Embedded in your programs, so public: activates, heartbeats, meters. Answers are signed with the newest signing keys."},
			{Value: string(identity.Admin), Label: "Admin", Hint: "Secret, for your back office: the management API."},
			{Value: string(identity.Ingest), Label: "Ingest", Hint: "Embedded in programs that send usage events, so public: it sends, and reads nothing."},
			{Value: string(identity.Read), Label: "Read", Hint: "Secret: reads observed licences, accounts and events, and nothing else."},
		}},
	}})
	var options []web.Option
	for _, d := range identity.Descriptions() {
		if q.May(d.Permission) {
			options = append(options, web.Option{Value: string(d.Permission), Label: d.Name, Hint: d.Sentence})
		}
	}
	var all []string
	for _, wanted := range identity.Admin.Default() {
		if q.May(wanted) {
			all = append(all, string(wanted))
		}
	}
	form.Add(web.Group{Title: "What it may do", Text: "Of an admin key. Take away what the program does not need.", Fields: []web.Field{
		{Name: "permissions", Label: "Permissions", Kind: web.ChecksField, Values: all, Options: options, When: "kind=" + string(identity.Admin)},
	}})
	return page, nil
}

// madeKey is a new key with its secret.
type madeKey struct {
	Name, Kind, Secret string
}

// prepareAPIKey reads the form, and the keys that a provisioning key will name, before
// the transaction.
func (p *Pages) prepareAPIKey(q *web.Request, in web.Values) (identity.CreateAPIKey, error) {
	c := identity.CreateAPIKey{Kind: identity.KeyKind(in.Get("kind")), Name: in.Text("name")}
	switch c.Kind {
	case identity.Admin:
		for _, wanted := range in.Values["permissions"] {
			c.Permissions = append(c.Permissions, identity.Permission(wanted))
		}
		in.Check(len(c.Permissions) > 0, "permissions", "must be at least one")
	case identity.Provisioning:
		newest, err := p.SigningKeys.Newest(q.Context(), q.VendorID())
		if err != nil {
			return c, err
		}
		c.Ed25519Key, c.RSAKey = newest.Ed25519Key, newest.RSAKey
	case identity.Ingest, identity.Read: // what they may is their kind's
	default:
		in.Check(false, "kind", "must be provisioning, admin, ingest or read")
	}
	return c, in.Err()
}

func (p *Pages) createAPIKey(t tx.Tx, q *web.Request, c identity.CreateAPIKey) (madeKey, error) {
	k, secret, err := p.APIKeys.Create(t, q.Principal, c)
	return madeKey{k.Name, string(k.Kind), secret}, err
}

type apiKeyPage struct {
	web.Page

	Secret string
	Facts  []web.ShownFact
}

func (p *Pages) showAPIKey(q *web.Request, made madeKey) (*apiKeyPage, error) {
	page := &apiKeyPage{Page: q.Page("The key was created", keysLink(q)), Secret: made.Secret}
	page.Facts = page.Page.Facts(
		web.Fact{Label: "Name", Cell: web.Cell{Text: made.Name}}, web.Fact{Label: "Kind", Cell: web.Cell{Text: made.Kind}},
		web.Fact{Label: "Vendor id (isv_id)", Cell: web.Cell{Text: q.Vendor.UUID.String(), Mono: true, Copy: q.Vendor.UUID.String()}},
	)
	if made.Kind == string(identity.Provisioning) {
		newest, err := p.SigningKeys.Newest(q.Context(), q.VendorID())
		if err != nil {
			return nil, err
		}
		key := pinned(newest)
		page.Facts = append(page.Facts, page.Page.Facts(web.Fact{
			Label: "Public key to pin", Cell: web.Cell{Text: key, Mono: true, Copy: key}, Hint: "The Ed25519 key that answers this API key; other forms are under Signing keys",
		})...)
	}
	return page, nil
}

func (p *Pages) askRevoke(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	k, err := p.APIKeyRows.ByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page("Revoke “"+k.Name+"”", keysLink(q)), Form: form}
	page.Text = "It stops working everywhere within a second, and it can't be taken back."
	if k.Kind == identity.Provisioning {
		page.Text += " Programs that hold it can no longer activate or heartbeat; they go on for as long as their freeride lasts."
	}
	form.Submit, form.Danger, form.Cancel = "Revoke the key", true, q.Href("/settings/api-keys")
	return page, nil
}

func (p *Pages) revoke(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	k, err := p.APIKeys.Revoke(t, q.Principal, id)
	return web.Done{To: q.Href("/settings/api-keys"), Say: web.Flash{Text: "The key “" + k.Name + "” was revoked."}}, err
}
