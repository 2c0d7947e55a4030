package account

import (
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// setupPage asks for the first code of an authenticator app.
type setupPage struct {
	web.Page

	QR     string // path data of the QR code's dark squares
	Size   int    // of the QR code, with its margin
	Secret string
	Form   *web.Form
}

// codesPage shows recovery codes once.
type codesPage struct {
	web.Page

	Codes []string
}

type codes struct {
	Codes []string `json:"codes"`
}

func (p *Pages) factor() []edge.Route {
	own := web.Needs(identity.OwnAccount)
	begin := web.Act(p.Face, "/account/app", own, back, p.begin)
	routes := []edge.Route{begin}
	routes = append(routes, web.RevealWith(p.Face, "/account/app/confirm", own, "setup.html", p.askCode, p.proved, p.confirm, "codes.html", showCodes)...)
	routes = append(routes, web.RevealWith(p.Face, "/account/codes", own, "form.html", askCodes, p.proved, p.newCodes, "codes.html", showCodes)...)
	return append(routes, web.AskOwn(p.Face, "/account/app/remove", own, "form.html", askRemove, p.remove)...)
}

// proved lets on only who has just signed in, or gives the password: at an unattended
// browser nobody must get codes that stand in for the second factor, or make one of
// their own.
func (p *Pages) proved(q *web.Request, v web.Values) (web.Values, error) {
	return v, p.Proofs.Confirm(q.Context(), q.VendorID(), q.Person.Session, v.Get("password"))
}

func (p *Pages) begin(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	s := q.Person.Session
	_, err := p.Factors.BeginTOTP(t, q.VendorID(), s.Person, q.Vendor.Name)
	return web.Done{To: q.Href("/account/app/confirm")}, err
}

func (p *Pages) askCode(q *web.Request, form *web.Form) (*setupPage, error) {
	s := q.Person.Session
	page := &setupPage{Page: q.Page(q.T("Set up an authenticator app"), crumb(q)), Form: form}
	page.Sub = q.T("Scan the code with the app, then enter what it shows.")
	var setup access.Setup
	if err := p.Face.Changes.Runner.Run(q.Context(), func(t tx.Tx) (err error) {
		setup, err = p.Factors.PendingTOTP(t, q.VendorID(), s.Person, q.Vendor.Name)
		return err
	}); err != nil {
		return nil, err
	}
	var err error
	if page.QR, page.Size, err = drawQR(setup.URI); err != nil {
		return nil, err
	}
	page.Secret = inFours(setup.Secret)
	form.Submit, form.Cancel = q.T("Switch it on"), back(q)
	form.Add(web.Group{Fields: append([]web.Field{
		{
			Name: "code", Label: q.T("Code"), Required: true, Complete: "one-time-code", Mono: true, Focus: true,
			Hint: q.T("Six digits. All your other sessions end."),
		},
	}, proof(q)...)})
	return page, nil
}

func (p *Pages) confirm(t tx.Tx, q *web.Request, v web.Values) (codes, error) {
	all, err := p.Factors.ConfirmTOTP(t, q.VendorID(), q.Person.Session, v.Get("code"))
	return codes{all}, err
}

func showCodes(q *web.Request, made codes) (*codesPage, error) {
	page := &codesPage{Page: q.Page(q.T("Recovery codes"), crumb(q)), Codes: made.Codes}
	page.Sub = q.T("Each signs you in once when the app is not at hand. They are shown this once: print them, or keep them in a password manager.")
	return page, nil
}

func askCodes(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{
		Page: q.Page(q.T("New recovery codes"), crumb(q)), Form: form,
		Text: q.T("Ten new codes are made, and the old ones stop working."),
	}
	form.Submit, form.Cancel = q.T("Make new codes"), back(q)
	if fields := proof(q); fields != nil {
		form.Add(web.Group{Fields: fields})
	}
	return page, nil
}

func (p *Pages) newCodes(t tx.Tx, q *web.Request, _ web.Values) (codes, error) {
	all, err := p.Factors.NewCodes(t, q.VendorID(), q.Person.Session.Person)
	return codes{all}, err
}

func askRemove(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{
		Page: q.Page(q.T("Remove the authenticator app"), crumb(q)), Form: form,
		Text: q.T("The password alone signs you in afterwards, and the recovery codes stop working."),
	}
	form.Submit, form.Cancel, form.Danger = q.T("Remove it"), back(q), true
	form.Add(web.Group{Fields: []web.Field{
		{
			Name: "code", Label: q.T("Code"), Required: true, Complete: "one-time-code", Mono: true, Focus: true,
			Hint: q.T("What the app shows now, or a recovery code."),
		},
	}})
	return page, nil
}

func (p *Pages) remove(q *web.Request, v web.Values) (web.Done, error) {
	s := q.Person.Session
	if err := p.Factors.RemoveTOTP(q.Context(), q.VendorID(), s, v.Get("code")); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("The authenticator app is removed.")}}, nil
}

// drawQR gives the dark squares of a QR code as path data, and its size with a
// margin of four squares, which scanners need.
func drawQR(text string) (path string, size int, err error) {
	const margin = 4
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, err
	}
	n := code.Bounds().Dx()
	var b strings.Builder
	for y := range n {
		for x := range n {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				b.WriteString("M" + strconv.Itoa(x+margin) + " " + strconv.Itoa(y+margin) + "h1v1h-1z")
			}
		}
	}
	return b.String(), n + 2*margin, nil
}

// inFours parts a secret so that people can type it.
func inFours(s string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), " ")
}
