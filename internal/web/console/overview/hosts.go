package overview

import (
	"chancery/internal/vendors"
	"chancery/internal/web"
)

// hosts are the host names of the vendor's own that will stop serving, or have.
func (r *reading) hosts(page *web.Page) (all []todo) {
	hosts, err := r.p.Hosts.Hosts(r.q.Context(), r.q.VendorID())
	if err != nil {
		r.err = err
		return nil
	}
	href := r.q.Lead("/settings/vendor/hosts")
	for _, h := range hosts {
		t := todo{What: page.Cell(web.Cell{Text: h.Name, Href: href}), Who: "Your host name", Act: web.Link{Label: "See its record", Href: href}}
		switch h.Standing() {
		case vendors.Failing:
			t.Badge, t.Why, t.When = web.BadgeProofMissing, "stops", page.At(h.StopsAt())
		case vendors.Stopped:
			t.Badge, t.Why, t.When = web.BadgeStopped, "serves nobody since its proof was missing from", page.Ago(h.FailingAt)
		case vendors.Waiting, vendors.Serving:
			continue
		}
		all = append(all, t)
	}
	return all
}
