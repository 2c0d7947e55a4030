package entrance

import (
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/web"
)

// BackPath is where a provider sends the browser back to, below the console.
const BackPath = "/sign-in/provider/back"

func (p *Pages) provider() []edge.Route {
	who := web.Access{Public: signingIn}
	return []edge.Route{
		web.Serve(p.Face, http.MethodGet, "/sign-in/provider", who, p.depart),
		web.Serve(p.Face, http.MethodGet, BackPath, who, p.arrive),
	}
}

// depart sends the browser to the provider. It is a link and no form, because the
// pages' policy lets no form end at another host.
func (p *Pages) depart(w http.ResponseWriter, q *web.Request) error {
	address, err := p.Address(q)
	if err != nil {
		return err
	}
	token, to, err := p.Providers.Depart(q.Context(), q.VendorID(), identity.Journey{
		Redirect: address + BackPath, Next: q.Text("next"), Invitation: q.Text("invitation"),
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, q.Brief(providerCookie, token))
	http.Redirect(w, q.R, to, http.StatusSeeOther)
	return nil
}

func (p *Pages) arrive(w http.ResponseWriter, q *web.Request) error {
	back := identity.Return{
		Token: q.Cookie(providerCookie), State: q.Text("state"), Code: q.Text("code"), Error: q.Text("error"),
	}
	arrived, err := p.Providers.Arrive(q.Context(), q.VendorID(), back, p.visit(q))
	http.SetCookie(w, q.Brief(providerCookie, ""))
	if err != nil {
		return err
	}
	if token := arrived.SignedIn.Token; token != "" {
		http.SetCookie(w, p.Face.Cookie(q.Vendor.Slug, token, identity.MaxAge))
	}
	http.Redirect(w, q.R, p.Face.SafeNext(q.Vendor.Slug, arrived.Next), http.StatusSeeOther)
	return nil
}
