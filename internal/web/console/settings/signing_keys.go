package settings

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/signed"
)

type signingKeysPage struct {
	web.Page

	List    web.List
	Ed25519 string // to pin, as the other keys for programs
	Files   []pinnedKey
	PEM     string
	JWKS    string
}

func (p *Pages) signingKeys() []edge.Route {
	needs := web.Needs(identity.ManageSigningKeys)
	routes := []edge.Route{
		web.Show(p.face, "/settings/signing-keys", needs, "signing_keys.html", p.showSigningKeys),
		web.Serve(p.face, http.MethodGet, "/settings/signing-keys/rsa.pem", needs, p.servePEM),
	}
	routes = append(routes, web.AskWith(p.face, "/settings/signing-keys/new", needs, "form.html", p.askRotate,
		func(_ *web.Request, v web.Values) (keyring.Material, error) {
			kind := keyring.Kind(v.Get("kind"))
			v.Check(slices.Contains(keyring.Kinds(), kind), "kind", "must be chosen from the list")
			if err := v.Err(); err != nil {
				return keyring.Material{}, err
			}
			return keyring.Generate(kind)
		}, p.rotate)...)
	return append(routes, web.Ask(p.face, "/settings/signing-keys/{kid}/retire", needs, "form.html", p.askRetire, p.retire)...)
}

func (p *Pages) showSigningKeys(q *web.Request) (*signingKeysPage, error) {
	page := &signingKeysPage{Page: q.Page("Signing keys")}
	page.Sub = "Answers and files are signed with these; your programs pin the public halves."
	page.Actions = []web.Action{{Label: "Create a key", Href: q.Href("/settings/signing-keys/new"), Icon: "plus", Dialog: true}}
	keys, err := p.SigningKeys.Keys(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	newest, err := p.SigningKeys.Newest(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	pem, err := newest.PEM()
	if err != nil {
		return nil, err
	}
	page.Ed25519, page.PEM = pinned(newest), string(pem)
	page.Files = forFiles(newest)
	page.JWKS = "/.well-known/chancery/" + q.Vendor.UUID.String() + "/jwks.json"
	page.List = listKeys(q, &page.Page, keys)
	return page, nil
}

// pinnedKey is a key that programs pin for files.
type pinnedKey struct{ Label, Text string }

func forFiles(k keyring.Public) (keys []pinnedKey) {
	if k.Documents != nil {
		keys = append(keys, pinnedKey{"Ed25519 for licence files, pinned beside the one for answers", signed.FormatKey(k.Documents)})
	}
	keys = append(keys, pinnedKey{"X25519 that requests in QR codes are sealed to", signed.FormatSealingKey(k.X25519)})
	if k.Hybrid != nil {
		keys = append(keys, pinnedKey{"ML-KEM-768 with X25519 that requests in files are sealed to", k.Hybrid.String()})
	}
	return keys
}

// pinned is the Ed25519 key as signed.ParseKey reads it.
func pinned(k keyring.Public) string { return base64.RawURLEncoding.EncodeToString(k.Ed25519) }

func listKeys(q *web.Request, page *web.Page, keys []keyring.Key) web.List {
	l := web.List{Heads: []web.Head{{Label: "Key id"}, {Label: "Kind"}, {Label: "Created"}, {Label: "State"}, {Label: "Retire", Act: true}}}
	newest := map[keyring.Kind]string{}
	for _, k := range keys {
		if !k.Retired() {
			newest[k.Kind] = k.KID
		}
	}
	for _, k := range slices.Backward(keys) {
		cells := []web.Cell{
			{Text: k.KID, Mono: true}, {Text: kindName(k.Kind)}, {Day: k.CreatedAt}, {Badge: &web.BadgeActive, Text: "older"}, {},
		}
		switch {
		case k.Destroyed():
			cells[3] = web.Cell{Badge: &web.BadgeRetired, Text: "private part destroyed on " + page.Day(k.DestroyedAt).Text}
		case k.Retired():
			cells[3] = web.Cell{Badge: &web.BadgeRetired}
		case newest[k.Kind] == k.KID:
			cells[3] = web.Cell{Badge: &web.BadgeActive, Text: "newest"}
		default:
			cells[4] = web.Cell{Links: []web.Link{{Label: "Retire", Href: q.Href("/settings/signing-keys/" + k.KID + "/retire")}}}
		}
		row := web.Row{}
		for j, c := range cells {
			s := page.Cell(c)
			s.Label, s.Act = l.Heads[j].Label, l.Heads[j].Act
			row.Cells = append(row.Cells, s)
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func kindName(k keyring.Kind) string {
	switch k {
	case keyring.Ed25519:
		return "Ed25519 · native answers"
	case keyring.Documents:
		return "Ed25519 · licence files"
	case keyring.Hybrid:
		return "ML-KEM-768 with X25519 · requests sealed to you"
	case keyring.RSA:
		return "RSA-2048 · answers of the SLASCONE protocol"
	case keyring.X25519:
		return "X25519 · requests sealed to you, in QR codes"
	}
	return string(k)
}

func (p *Pages) servePEM(w http.ResponseWriter, q *web.Request) error {
	newest, err := p.SigningKeys.Newest(q.Context(), q.VendorID())
	if err != nil {
		return err
	}
	pem, err := newest.PEM()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	w.Header().Set("Content-Disposition", `attachment; filename="chancery-rsa.pem"`)
	_, _ = w.Write(pem) // the browser is gone: nothing left to tell it
	return nil
}

func signingLink(q *web.Request) web.Link {
	return web.Link{Label: "Signing keys", Href: q.Href("/settings/signing-keys")}
}

func (p *Pages) askRotate(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Create a signing key", signingLink(q)), Form: form}
	page.Text = "Programs that are out there go on with the pair that their provisioning key names. To move to the new one, create a provisioning key after it and ship both in your next release."
	form.Submit, form.Cancel = "Create the key", q.Href("/settings/signing-keys")
	form.Add(web.Group{Fields: []web.Field{{Name: "kind", Label: "Kind", Kind: web.RadioField, Value: string(keyring.Ed25519), Options: []web.Option{
		{Value: string(keyring.Ed25519), Label: "Ed25519", Hint: "Native answers, and files for programs that pin no other key."},
		{Value: string(keyring.Documents), Label: "Ed25519 for files", Hint: "Licence files, refresh files and receipts."},
		{Value: string(keyring.RSA), Label: "RSA-2048", Hint: "Answers of the SLASCONE protocol."},
		{Value: string(keyring.X25519), Label: "X25519", Hint: "Requests that are sealed to you, in QR codes."},
		{Value: string(keyring.Hybrid), Label: "ML-KEM-768 with X25519", Hint: "Requests that are sealed to you, in files."},
	}}}})
	return page, nil
}

func (p *Pages) rotate(t tx.Tx, q *web.Request, m keyring.Material) (web.Done, error) {
	_, err := p.SigningKeys.Create(t, q.VendorID(), q.Vendor.UUID, m)
	return web.Done{To: q.Href("/settings/signing-keys"), Say: web.Flash{Text: "The key was made. New provisioning keys name it."}}, err
}

func (p *Pages) askRetire(q *web.Request, form *web.Form) (*web.FormPage, error) {
	kid := q.R.PathValue("kid")
	keys, err := p.SigningKeys.Keys(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.KID == kid {
			page := &web.FormPage{Page: q.Page("Retire a key", signingLink(q)), Form: form}
			page.Text = "Nothing is signed with it any more, and it leaves the JWK set. Files that it signed stay good for whoever pins it. It can't be taken back: after some weeks the server destroys its private part."
			page.About(web.Fact{Label: "Key id", Cell: web.Cell{Text: kid, Mono: true}}, web.Fact{Label: "Kind", Cell: web.Cell{Text: kindName(k.Kind)}})
			form.Submit, form.Danger, form.Cancel = "Retire the key", true, q.Href("/settings/signing-keys")
			return page, nil
		}
	}
	return nil, fault.Missing("signing_key")
}

func (p *Pages) retire(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	err := p.SigningKeys.Retire(t, q.VendorID(), strings.TrimSpace(q.R.PathValue("kid")))
	return web.Done{To: q.Href("/settings/signing-keys"), Say: web.Flash{Text: "The key was retired."}}, err
}
