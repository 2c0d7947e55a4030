package licenses

import (
	"strconv"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) change() []edge.Route {
	manage := web.Needs(identity.ManageLicenses)
	back := func(q *web.Request) string { return q.Href("/licenses/" + q.R.PathValue("id")) }
	routes := web.EditWith(p.Face, "/licenses/{id}/change", manage, "form.html", web.OfID("license"), p.askChange, p.prepareChange, p.doChange)
	routes = append(routes, web.Edit(p.Face, "/licenses/{id}/extend", manage, "form.html", web.OfID("license"), p.askExtend, p.doExtend)...)
	routes = append(routes, web.Ask(p.Face, "/licenses/{id}/add-tokens", manage, "form.html", p.askTokens, p.doTokens)...)
	routes = append(routes, web.Ask(p.Face, "/licenses/{id}/switch-off", manage, "form.html", p.askOff,
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) { return p.switchOne(t, q, v, false) })...)
	routes = append(routes, web.Ask(p.Face, "/licenses/{id}/end", manage, "form.html", p.askEnd, p.doEnd)...)
	routes = append(routes, web.Act(p.Face, "/licenses/{id}/mail", manage, back, p.mailAgain))
	return append(routes, web.Act(p.Face, "/licenses/{id}/switch-on", manage, back,
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) { return p.switchOne(t, q, v, true) }))
}

func (p *Pages) askChange(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Change the licence", "Save the changes")
	if err != nil {
		return nil, err
	}
	page.Text = "Clients are answered the change at their next heartbeat."
	isOf(form, l) // which says what is asked
	zone, own := q.VendorZone(), terms.Overrides{}
	if l.Overrides != nil {
		own = *l.Overrides
	}
	form.Add(web.Group{Title: "Licence", Fields: []web.Field{
		{Name: "name", Label: "Name", Value: l.Name, Hint: "What you and the customer call it."},
		{
			Name: "licensee_email", Label: "Licensee's e-mail", Kind: web.EmailField, Value: l.LicenseeEmail,
			Hint: "The user who gets the mail with the key. Empty: the customer's address.",
		},
		{Name: "legacy_license_key", Label: "Legacy key", Value: l.LegacyKey, Mono: true, Hint: "A key of an older system that shall go on working."},
	}})
	days := ""
	if l.ExpiresDays > 0 {
		days = strconv.Itoa(l.ExpiresDays)
	}
	form.Add(web.Group{Title: "When", Fields: append([]web.Field{
		{Name: "starts_at", Label: "Begins", Kind: web.DateField, Value: web.FirstDayValue(l.StartsAt, zone), Hint: "Empty: at once."},
	}, expiryFields("As the edition says: "+show.Ends(&page.Page, l.Edition.Policy), string(l.ExpiresMode), web.LastDayValue(l.ExpiresAt, zone), days)...)})
	addTerms(form, &page.Page, l.Edition.Mode, l.Edition.Policy, l.Edition.Grants, own, zone)
	return page, nil
}

// prepareChange reads a form by the terms of the licence's edition.
func (p *Pages) prepareChange(q *web.Request, v web.Values) (licensing.Change, error) {
	l, err := p.licence(q)
	if err != nil {
		return licensing.Change{}, err
	}
	name, email, legacy, start := v.Text("name"), v.Text("licensee_email"), v.Text("legacy_license_key"), time.Time{}
	if at := v.FirstDay("starts_at", l.StartsAt); at != nil {
		start = *at
	}
	c := licensing.Change{Name: &name, LicenseeEmail: &email, LegacyKey: &legacy, StartsAt: &start, Expiry: readExpiry(v, l.ExpiresAt)}
	if c.Expiry == nil && v.Has("expires_mode") {
		c.Expiry = &licensing.Expiry{}
	}
	own := readTerms(v, l.Edition.Mode, l.Edition.Policy, l.Edition.Grants, overridesOf(l))
	c.Overrides = func(terms.Overrides) terms.Overrides { return own }
	return c, v.Err()
}

func overridesOf(l *licensing.License) terms.Overrides {
	if l.Overrides == nil {
		return terms.Overrides{}
	}
	return *l.Overrides
}

func (p *Pages) doChange(t tx.Tx, q *web.Request, c licensing.Change) (web.Done, error) {
	return p.update(t, q, c, "The licence was changed.")
}

// update changes the licence of the address and goes back to its page.
func (p *Pages) update(t tx.Tx, q *web.Request, c licensing.Change, say string) (web.Done, error) {
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Licenses.Update(t, q.VendorID(), id, c)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.LicenseHref(q, l.UUID), Say: web.Flash{Text: say}}, nil
}

func (p *Pages) askTokens(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Add activations", "Add them")
	if err != nil {
		return nil, err
	}
	limit := l.Terms().Policy.TokenLimit
	page.Text = "The contract says " + web.Count(limit, "activation", "activations") + " now, and " +
		web.Number(l.Held()) + " are used. What is added turns goodwill into regular activations, the oldest first."
	hint := "Less than 0 takes some away, down to what is in use."
	if l.CountsMonths() {
		page.Text = "The contract says " + web.Count(limit, "device", "devices") + " a month now, and this month " +
			web.Number(l.UsedInMonth(page.Now)) + " were used. What is added holds at once, for this month too."
		hint = "Less than 0 takes some away: devices that were used this month keep their place of it."
	}
	form.Cancel = show.LicenseHref(q, l.UUID) + "/devices"
	form.Add(web.Group{Fields: []web.Field{
		{Name: "tokens", Label: "How many more", Value: "1", Required: true, Unit: "tokens", Hint: hint},
	}})
	return page, nil
}

func (p *Pages) doTokens(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	n := int64(v.Int("tokens"))
	v.Check(n != 0 && n <= terms.MaxTokens && n >= -terms.MaxTokens, "tokens", "must be a whole number other than 0, such as 5")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	if l.AnyNumber() {
		return web.Done{}, fault.Refused("any_number", "A floating licence takes any number of devices: there is nothing to add.",
			"Change how many sessions may be open at once instead.")
	}
	limit := l.Terms().Policy.TokenLimit + n
	done, err := p.update(t, q, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
		o.TokenLimit = &limit
		return o
	}}, "The contract now says "+web.Count(limit, "activation", "activations")+".")
	done.To += "/devices"
	return done, fault.Renamed(err, "token_limit", "tokens")
}

func (p *Pages) askOff(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Switch the licence off", "Switch it off")
	if err != nil {
		return nil, err
	}
	form.Danger = true
	page.Text = "Nothing can be activated with it any more. "
	if used := l.Held(); used > 0 {
		page.Text += web.Count(used, "activated client is", "activated clients are") + " told at the next heartbeat that the licence is not " +
			"valid; what the program does then is yours to say. "
	}
	page.Text += "Nothing is lost: switch it on again at any time."
	return page, nil
}

func (p *Pages) switchOne(t tx.Tx, q *web.Request, v web.Values, on bool) (web.Done, error) {
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	was, is, err := p.switchTo(t, q, id, on)
	if err != nil {
		return web.Done{}, err
	}
	if err := v.As(revision(was)); err != nil {
		return web.Done{}, err
	}
	done := web.Done{To: show.LicenseHref(q, is.UUID), Say: web.Flash{Text: "The licence was switched " + word(on) + "."}}
	if was.IsActive && !on {
		done.Say.Undo = web.UndoLeft(done.To+"/switch-on", nil, revision(is))
	}
	return done, nil
}

func (p *Pages) askEnd(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "End the licence now", "End it now")
	if err != nil {
		return nil, err
	}
	form.Danger = true
	page.Text = "Its end is set to this moment: it counts as expired from now on. "
	if used := l.Held(); used > 0 {
		page.Text += web.Count(used, "activated client is", "activated clients are") + " told so at the next heartbeat. "
	}
	page.Text += "Its record, its devices and its history stay, and a later end can be set again."
	return page, nil
}

func (p *Pages) doEnd(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return p.update(t, q, licensing.Change{Expiry: &licensing.Expiry{Mode: terms.ExpiresAt, At: t.Now()}}, "The licence has ended.")
}

func (p *Pages) mailAgain(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Licenses.MailAgain(t, q.VendorID(), id); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.LicenseHref(q, id), Say: web.Flash{Text: "The mail with the key is on its way to the licensee again."}}, nil
}
