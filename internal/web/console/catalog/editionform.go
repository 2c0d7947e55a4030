package catalog

import (
	"encoding"
	"slices"
	"strconv"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type editionFormPage struct {
	web.Page

	Form    *web.Form
	Summary []string // what a licence may do as it is now; empty for a new edition
	Reach   *web.Notice
	Starts  []web.Link // of a new edition: what it may begin as
	Grants  []grantGroup
}

// wanted is what the form asks for, ready for the service.
type wanted struct {
	product ident.UUID
	edition ident.UUID // zero for a new one
	given   catalog.Edition
	names   grantNames
}

func (p *Pages) editionForms() []edge.Route {
	routes := web.AskWith(p.Face, "/products/{id}/editions/new", web.Needs(identity.ManageCatalog), "edition_form.html",
		p.askNew, p.prepareNew,
		func(t tx.Tx, q *web.Request, w wanted) (web.Done, error) {
			made, err := p.Catalog.CreateEdition(t, q.VendorID(), w.given)
			if err != nil {
				return web.Done{}, w.beside(err)
			}
			return web.Done{To: show.EditionHref(q, made.UUID), Say: web.Flash{
				Text: "The edition " + made.Name + " was created.",
				Link: &web.Link{Label: "Issue a licence of it", Href: q.Href("/licenses/new?edition=" + made.UUID.String())},
			}}, nil
		})
	return append(routes, web.EditWith(p.Face, "/editions/{id}/edit", web.Needs(identity.ManageCatalog), "edition_form.html", web.OfID("edition"),
		p.askEdit, p.prepareEdit,
		func(t tx.Tx, q *web.Request, w wanted) (web.Done, error) {
			g := w.given
			changed, err := p.Catalog.UpdateEdition(t, q.VendorID(), w.edition, catalog.EditionChange{
				Name: &g.Name, Description: &g.Description, LicenseType: &g.LicenseType,
				Policy:   func(terms.Policy) terms.Policy { return g.Policy },
				Features: &g.Grants.Features, Limitations: &g.Grants.Limitations, Variables: &g.Grants.Variables,
			})
			if err != nil {
				return web.Done{}, w.beside(err)
			}
			return web.Done{To: show.EditionHref(q, changed.UUID), Say: web.Flash{Text: "The edition was saved. Its licences have the change."}}, nil
		})...)
}

// beside puts a refusal beside the field that it is about.
func (w wanted) beside(err error) error {
	return w.names.beside(beside(beside(err, "edition_name_taken", "name"), "tokens_in_use", "token_limit"))
}

func (p *Pages) askNew(q *web.Request, form *web.Form) (*editionFormPage, error) {
	product, err := p.found(q)
	if err != nil {
		return nil, err
	}
	page := &editionFormPage{Page: q.Page("New edition", productsCrumb(q), productCrumb(q, product)), Form: form}
	start := catalog.Edition{Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: terms.Defaults()}
	start.Policy.FloatingTokenLimit = 5 // shown only where the mode is floating
	if text := q.Text("copy"); text != "" {
		id, err := ident.ParseUUID(text)
		if err != nil {
			return nil, fault.Missing("edition")
		}
		if start, err = p.Rows.EditionByUUID(q.Context(), q.VendorID(), id); err != nil {
			return nil, err
		}
		if start.ProductUUID != product.UUID {
			return nil, fault.Missing("edition")
		}
		page.Title = "Copy of " + start.Name
		page.Sub = "Everything is filled in as it is in " + start.Name + ". Give the copy a name of its own."
		start.Name = ""
	}
	if key := q.Text("start"); key != "" {
		point, known := catalog.StartingPointOf(key)
		if !known {
			return nil, fault.Missing("starting point")
		}
		start = point.Edition
		page.Sub = "It begins as " + start.Name + ": " + point.Means + ". Change what differs with you."
	}
	if q.Text("copy") == "" {
		page.Starts = starts(q, product)
	}
	form.Submit, form.Cancel = "Create the edition", show.ProductHref(q, product.UUID)
	return page, p.editionForm(q, page, product, start, true)
}

// starts offers the starting points.
func starts(q *web.Request, product catalog.Product) []web.Link {
	all := catalog.StartingPoints()
	links := make([]web.Link, len(all))
	for i, s := range all {
		links[i] = web.Link{Label: s.Edition.Name, Href: show.ProductHref(q, product.UUID) + "/editions/new?start=" + s.Key}
	}
	return links
}

func (p *Pages) askEdit(q *web.Request, form *web.Form) (*editionFormPage, error) {
	e, product, err := p.foundEdition(q)
	if err != nil {
		return nil, err
	}
	page := &editionFormPage{
		Page: q.Page("Edit the edition", productsCrumb(q), productCrumb(q, product), web.Link{Label: e.Name, Href: show.EditionHref(q, e.UUID)}),
		Form: form,
	}
	page.Summary = show.Summary(&page.Page, e.Mode, e.ClientType, e.Policy)
	n, text, err := p.reach(q, e)
	if err != nil {
		return nil, err
	}
	page.Reach = &web.Notice{Tone: web.Info, Text: "No licence of this edition exists yet."}
	if n > 0 {
		page.Reach = &web.Notice{
			Tone: web.Info, Title: "A change reaches " + text + " licences at once,",
			Text: "except where a licence has a value of its own.",
		}
		if n == 1 {
			page.Reach.Title = "A change reaches 1 licence at once,"
		}
	}
	if forever, is := show.OfflineForever(e.Policy); is {
		page.Notices = append(page.Notices, forever)
	}
	form.Cancel = show.EditionHref(q, e.UUID)
	return page, p.editionForm(q, page, product, e, false)
}

// editionForm fills the form. What is fixed after creation is asked for once.
func (p *Pages) editionForm(q *web.Request, page *editionFormPage, product catalog.Product, e catalog.Edition, create bool) error {
	releases, err := p.releaseOptions(q, product.ID)
	if err != nil {
		return err
	}
	form := page.Form
	form.Add(sells(e, create))
	form.Add(many(e, create))
	form.Add(calls(e.Policy))
	form.Add(frees(e.Policy))
	form.Add(lasts(e.Policy, q.VendorZone()))
	form.Add(runs(e.Policy, releases))
	page.Grants, err = p.grantForm(q, form, product, e.Grants)
	return err
}

func sells(e catalog.Edition, create bool) web.Group {
	g := web.Group{Title: "What it sells", Text: "How people speak of it, and what kind of licence it makes.", Fields: []web.Field{
		{Name: "name", Label: "Name", Value: e.Name, Required: true, Focus: create, Hint: "Such as Standard, Professional or Trial. Unique in the product."},
		{Name: "license_type", Label: "Kind of licence", Kind: web.SelectField, Value: string(e.LicenseType), Options: licenseTypes(), Hint: "Clients are told. It does not set an end by itself: “How long” below does."},
		{Name: "description", Label: "Description", Kind: web.AreaField, Rows: 2, Value: e.Description, Hint: "For your staff."},
	}}
	if !create {
		g.Text = show.HowUsed(e.Mode, e.Policy) + ", for " + lowerFirst(show.ClientType(e.ClientType)) + ": this is fixed. To sell it otherwise, make another edition."
		return g
	}
	g.Fields = append(g.Fields,
		web.Field{Name: "provisioning_mode", Label: "How it is used", Kind: web.RadioField, Value: string(e.Mode), Options: []web.Option{
			{Value: string(terms.Named), Label: "Named", Hint: "Each device takes an activation and keeps it until it is released. It can't be changed later."},
			{Value: string(terms.Floating), Label: "Floating", Hint: "Any number of clients share a limited number of sessions. It can't be changed later."},
		}},
		web.Field{Name: "client_type", Label: "Who activates", Kind: web.RadioField, Value: string(e.ClientType), Options: []web.Option{
			{Value: string(terms.Devices), Label: "Devices", Hint: "An activation is for a device or an installation."},
			{Value: string(terms.Users), Label: "Users", Hint: "An activation is for a person, on whichever device."},
		}})
	return g
}

func licenseTypes() []web.Option {
	all := []terms.LicenseType{terms.Perpetual, terms.TimeLimited, terms.Subscription, terms.Consumption}
	options := make([]web.Option, len(all))
	for i, l := range all {
		options[i] = web.Option{Value: string(l), Label: show.LicenseType(l)}
	}
	return options
}

// asked asks for one field of the policy.
func asked(name string, p terms.Policy) web.Field {
	t, _ := terms.FieldOf(name) // a test asks for all
	f := web.Field{Name: name, Label: t.Label, Hint: t.Hint, Unit: t.Unit, Placeholder: t.Without}
	if t.IsNumber() {
		f.Kind, f.Min = web.NumberField, strconv.FormatInt(t.Least, 10)
	}
	switch value := t.Value(p).(type) {
	case int64:
		f.Value = strconv.FormatInt(value, 10)
	case bool:
		f.Kind, f.Value = web.CheckField, on(value)
	case string:
		f.Value = value
	}
	return f
}

// many asks how many; a new edition shows what its mode needs.
func many(e catalog.Edition, create bool) web.Group {
	unit := "devices"
	if e.ClientType == terms.Users {
		unit = "users"
	}
	if create {
		unit = "clients"
	}
	p := e.Policy
	var named, floating []web.Field
	if create {
		named = append(named, counting(p))
	}
	for _, name := range []string{"token_limit", "activation_buffer", "goodwill_token_limit"} {
		f := asked(name, p)
		f.Unit = unit
		named = append(named, f)
	}
	goodwill := asked("goodwill_days", p)
	if create {
		goodwill.When = "provisioning_mode=named&activation_counting=" + written(terms.CountHeld)
	}
	if create || p.ActivationCounting == terms.CountHeld {
		named = append(named, goodwill)
	}
	if create || e.ClientType == terms.Devices {
		first := asked("activation_on_creation", p)
		first.Kind, first.Value, first.Options = web.SelectField, written(p.ActivationOnCreation), activations()
		named = append(named, first)
	}
	for _, t := range terms.Fields() {
		if t.Mode == terms.Floating {
			floating = append(floating, asked(t.Name, p))
		}
	}
	g := web.Group{Title: "How many", Text: "The limit holds exactly, however many clients call at once."}
	switch {
	case create:
		for i := range named {
			if named[i].When == "" {
				named[i].When = "provisioning_mode=named"
			}
		}
		for i := range floating {
			floating[i].When = "provisioning_mode=floating"
		}
		g.Fields = slices.Concat(named, floating)
	case e.Mode == terms.Floating:
		g.Fields = floating
	default:
		g.Fields = named
	}
	return g
}

// counting asks what counts, once.
func counting(p terms.Policy) web.Field {
	f := asked("activation_counting", p)
	f.Kind, f.Value = web.RadioField, written(p.ActivationCounting)
	f.Options = []web.Option{
		{Value: written(terms.CountHeld), Label: "Activated devices", Hint: "A device counts from its activation until it is released."},
		{
			Value: written(terms.CountMonthly), Label: "Devices used in a month",
			Hint: "A device counts once in each calendar month in which it is used. There are no token keys and no offline use.",
		},
	}
	return f
}

func activations() []web.Option {
	all := []terms.ActivationOnCreation{terms.ActivateNone, terms.ActivateTokenKey, terms.ActivateCustomerNumber, terms.ActivateCustomerEmail}
	options := make([]web.Option, len(all))
	for i, a := range all {
		options[i] = web.Option{Value: written(a), Label: show.Activation(a)}
	}
	return options
}

// written is a value of the policy as its field has it.
func written(v encoding.TextMarshaler) string {
	text, _ := v.MarshalText() // it can't fail
	return string(text)
}

func calls(p terms.Policy) web.Group {
	offline, good, xml := asked("offline_allowed", p), asked("offline_days", p), asked("xml_files_allowed", p)
	offline.When, good.When, xml.When = notSubscription(), notSubscription(), notSubscription()
	return web.Group{Title: "Offline & heartbeats", Text: "How often clients call, and how long they work without you.", Fields: []web.Field{
		asked("heartbeat_period_days", p), asked("freeride_days", p), asked("strict_heartbeats", p), offline, good, xml,
	}}
}

// frees asks who may release devices, and how many.
func frees(p terms.Policy) web.Group {
	g := web.Group{Title: "Releasing devices", Text: "What the customer may do without you. You can always release a device, and that never counts."}
	for _, t := range terms.Fields() {
		if t.Frees {
			g.Fields = append(g.Fields, asked(t.Name, p))
		}
	}
	return g
}

// notSubscription is when a licence may be used offline at all.
func notSubscription() string {
	return "license_type=" + string(terms.Perpetual) + "|" + string(terms.TimeLimited) + "|" + string(terms.Consumption)
}

func lasts(p terms.Policy, zone *time.Location) web.Group {
	ends, at, days := asked("expires_mode", p), asked("expires_at", p), asked("expires_days", p)
	ends.Kind, ends.Value = web.RadioField, string(p.ExpiresMode)
	ends.Options = []web.Option{
		{Value: string(terms.ExpiresNever), Label: "Never", Hint: "Until you switch the licence off."},
		{Value: string(terms.ExpiresAt), Label: "With a day", Hint: "The same day for all its licences."},
		{Value: string(terms.ExpiresDaysActivated), Label: "Days after activation", Hint: "Each licence counts from its first activation."},
	}
	at.Kind, at.When = web.DateField, "expires_mode=at"
	if p.ExpiresAt != nil {
		at.Value = web.LastDayValue(*p.ExpiresAt, zone)
	}
	days.When = "expires_mode=days_after_activation"
	return web.Group{Title: "How long", Text: "A licence can have its own end.", Fields: []web.Field{ends, at, days, asked("trial_days", p)}}
}

func runs(p terms.Policy, releases []web.Option) web.Group {
	limit, minimum := asked("release_limit", p), asked("minimum_release", p)
	limit.Placeholder, minimum.Placeholder = "any", "any"
	if len(releases) > 0 {
		limit.Kind, limit.Options, limit.Placeholder = web.SelectField, releases, "Any"
		minimum.Kind, minimum.Options, minimum.Placeholder = web.SelectField, releases, "Any"
	}
	return web.Group{Title: "Which versions", Fields: []web.Field{limit, minimum, asked("enforce_upgrade", p)}}
}
