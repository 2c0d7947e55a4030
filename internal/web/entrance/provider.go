package entrance

import (
	"net/http"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/web"
)

// BackPath is where a provider sends the browser back to, below the face.
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
	next := q.Text("next")
	if q.SafeNext(next) != q.Base+next {
		next = "" // what leads nowhere is not carried through the journey
	}
	journey, err := p.Providers.Depart(q.Context(), q.VendorID(), access.Journey{
		Redirect: address + BackPath, Next: next, Invitation: q.Text("invitation"),
	})
	if err != nil {
		return err
	}
	for _, c := range q.BriefOf(providerCookie, web.Which(journey.State), journey.Token) {
		http.SetCookie(w, c)
	}
	http.Redirect(w, q.R, journey.Address, http.StatusSeeOther)
	return nil
}

func (p *Pages) arrive(w http.ResponseWriter, q *web.Request) error {
	back := access.Return{
		State: q.Text("state"), Code: q.Text("code"), Error: q.Text("error"),
	}
	back.Token = q.CookieOf(providerCookie, web.Which(back.State))
	visit := p.visit(q)
	arrived, err := p.Providers.Arrive(q.Context(), q.VendorID(), back, visit)
	if back.Token != "" { // it has ended; those that were begun beside it have not
		for _, c := range q.BriefOf(providerCookie, web.Which(back.State), "") {
			http.SetCookie(w, c)
		}
	}
	if err != nil {
		return err
	}
	if arrived.SignedIn.Token != "" {
		for _, c := range p.letIn(q, arrived.SignedIn, visit) {
			http.SetCookie(w, c)
		}
	}
	http.Redirect(w, q.R, q.SafeNext(arrived.Next), http.StatusSeeOther)
	return nil
}
