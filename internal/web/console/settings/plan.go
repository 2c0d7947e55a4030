package settings

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

type planPage struct {
	web.Page

	Facts   []web.ShownFact
	Command string
}

func (p *Pages) plan() []edge.Route {
	return []edge.Route{web.Show(p.face, "/settings/plan", web.Needs(identity.ManageVendor), "plan.html", func(q *web.Request) (*planPage, error) {
		page := &planPage{Page: q.Page("Plan")}
		page.Sub = "What this server's operator has set for you."
		facts := []web.Fact{
			{Label: "Plan", Cell: web.Cell{Text: planName(q.Vendor.Plan)}},
			{Label: "Vendor since", Cell: web.Cell{Day: q.Vendor.CreatedAt}},
		}
		if q.Vendor.Plan == vendors.Trial {
			facts = append(facts, web.Fact{Label: "The trial ends", Cell: web.Cell{Day: q.Vendor.TrialEnds()}, Hint: "After it the starter plan holds"})
		}
		page.Facts = page.Page.Facts(facts...)
		page.Command = "chancery vendor plan " + q.Vendor.UUID.String() + " enterprise"
		return page, nil
	})}
}

func planName(p vendors.Plan) string {
	switch p {
	case vendors.Trial:
		return "Trial, with everything"
	case vendors.Starter:
		return "Starter"
	case vendors.Pro:
		return "Pro"
	case vendors.Business:
		return "Business"
	case vendors.Enterprise:
		return "Enterprise"
	}
	return string(p)
}
