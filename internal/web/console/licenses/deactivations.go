package licenses

import (
	"cmp"
	"slices"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) deactivations() []edge.Route {
	manage := web.Needs(identity.ManageLicenses)
	return append(
		web.Ask(p.Face, "/licenses/{id}/reset-deactivations", manage, "form.html", p.askReset, p.doReset),
		web.Ask(p.Face, "/licenses/{id}/allow-deactivations", manage, "form.html", p.askAllow, p.doAllow)...,
	)
}

// released are the facts of what the owner and its clients have released.
func released(l *licensing.License) []web.Fact {
	d := l.Deactivations()
	return []web.Fact{
		{
			Label: "Deactivations", Cell: ofAllowed(d.Used, d.Allowed),
			Hint: "Devices that the owner and its clients have released in the licence's life; what you release does not count",
		},
		{Label: "Of those, in the dashboard", Cell: ofAllowed(d.DashboardUsed, d.DashboardAllowed), Hint: "By the owner, in the licensing dashboard"},
	}
}

func ofAllowed(used int64, allowed *int64) web.Cell {
	switch {
	case allowed == nil:
		return web.Cell{Text: web.Number(used), Sub: "any number is allowed"}
	case *allowed == 0:
		return web.Cell{Text: web.Number(used) + " of 0"}
	}
	return web.Cell{Bar: &web.Bar{Used: used, Contract: *allowed, Allowed: *allowed, Unit: "deactivations"}}
}

// usedUp warns of deactivations that are used up, with what helps. An allowance of none
// is what was agreed, and no trouble.
func usedUp(q *web.Request, l *licensing.License) []web.Notice {
	d := l.Deactivations()
	var help []web.Action
	if q.May(identity.ManageLicenses) {
		href := show.LicenseHref(q, l.UUID)
		help = []web.Action{
			{Label: "Allow more", Href: href + "/allow-deactivations", Icon: "plus", Dialog: true},
			{Label: "Reset the count", Href: href + "/reset-deactivations", Icon: "refresh", Plain: true, Dialog: true},
		}
	}
	full := func(used int64, allowed *int64) bool { return allowed != nil && *allowed > 0 && used >= *allowed }
	switch {
	case full(d.Used, d.Allowed):
		help = slices.Concat(help, remediesOf(q, l).release)
		return []web.Notice{{
			Tone: web.Warning, Title: "Deactivations used up.",
			Text: web.Count(d.Used, "device was", "devices were") + " released, of " + web.Number(*d.Allowed) +
				" that the licence allows: neither its owner nor its clients can release another. You can.", Actions: help,
		}}
	case full(d.DashboardUsed, d.DashboardAllowed):
		return []web.Notice{{
			Tone: web.Warning, Title: "The dashboard's deactivations are used up.",
			Text: "The owner can release no other device there. Clients still give up their own activation.", Actions: help,
		}}
	}
	return nil
}

func (p *Pages) askReset(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Reset the deactivations", "Reset the count")
	if err != nil {
		return nil, err
	}
	d := l.Deactivations()
	page.Text = web.Count(d.Used, "deactivation is", "deactivations are") + " used now, " + web.Number(d.DashboardUsed) +
		" of them in the dashboard. The count begins again at 0: the owner and its clients have the whole allowance once more. " +
		"No device is released or activated by it, and it can't be taken back."
	return page, nil
}

func (p *Pages) doReset(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Licenses.ResetDeactivations(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.LicenseHref(q, l.UUID), Say: web.Flash{Text: "The count of deactivations begins again."}}, nil
}

func (p *Pages) askAllow(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Allow more deactivations", "Allow them")
	if err != nil {
		return nil, err
	}
	d := l.Deactivations()
	page.Text = "What is added holds for this licence alone, and at once."
	var g web.Group
	for _, f := range []struct {
		name, label string
		used        int64
		allowed     *int64
	}{{"more", "How many more", d.Used, d.Allowed}, {"dashboard", "How many more in the dashboard", d.DashboardUsed, d.DashboardAllowed}} {
		if f.allowed != nil {
			g.Fields = append(g.Fields, web.Field{
				Name: f.name, Label: f.label, Value: "0", Unit: "deactivations", Focus: len(g.Fields) == 0,
				Hint: web.Number(f.used) + " of " + web.Number(*f.allowed) + " are used. Less than 0 takes some away.",
			})
		}
	}
	if len(g.Fields) == 0 {
		page.Text = "The licence allows any number of deactivations: there is nothing to add. Change the licence to give it a limit."
		return page, nil
	}
	form.Add(g)
	return page, nil
}

func errAnyNumber() error {
	return fault.Refused("any_number", "The licence allows any number of deactivations: there is nothing to add.",
		"Change the licence to give it a limit.")
}

func (p *Pages) doAllow(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	d := l.Deactivations()
	if d.Allowed == nil && d.DashboardAllowed == nil {
		return web.Done{}, errAnyNumber()
	}
	all, share := raised(d.Allowed, v.Int("more")), raised(d.DashboardAllowed, v.Int("dashboard"))
	v.Check(all != nil || share != nil, "more", "must be a whole number other than 0, such as 5")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	var says []string
	if all != nil {
		says = append(says, "The licence now allows "+web.Count(*all, "deactivation", "deactivations")+".")
	}
	if share != nil {
		says = append(says, "In the dashboard it now allows "+web.Count(*share, "deactivation", "deactivations")+".")
	}
	done, err := p.update(t, q, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
		o.DeactivationAllowance = cmp.Or(all, o.DeactivationAllowance)
		o.DashboardDeactivationAllowance = cmp.Or(share, o.DashboardDeactivationAllowance)
		return o
	}}, strings.Join(says, " "))
	return done, fault.Renamed(fault.Renamed(err, "deactivation_allowance", "more"), "dashboard_deactivation_allowance", "dashboard")
}

// raised gives an allowance with n more; nil where there is no limit, or nothing is added.
func raised(allowed *int64, n int) *int64 {
	if allowed == nil || n == 0 {
		return nil
	}
	return new(*allowed + int64(n))
}
