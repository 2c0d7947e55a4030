package catalog

import (
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
	return append(routes, web.AskWith(p.Face, "/editions/{id}/edit", web.Needs(identity.ManageCatalog), "edition_form.html",
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
	form.Submit, form.Cancel = "Create the edition", show.ProductHref(q, product.UUID)
	return page, p.editionForm(q, page, product, start, true)
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
	page.Summary = show.Summary(e.Mode, e.ClientType, e.Policy, q.Vendor.Location())
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
	form.Add(lasts(e.Policy, q.Vendor.Location()))
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
		g.Fields = append(g.Fields, web.Field{Name: "revision", Kind: web.HiddenField, Value: strconv.FormatInt(e.Revision, 10)})
		g.Text = show.Mode(e.Mode) + ", for " + lowerFirst(show.ClientType(e.ClientType)) + ": these two are fixed. To sell it otherwise, make another edition."
		return g
	}
	g.Fields = append(g.Fields,
		web.Field{Name: "provisioning_mode", Label: "How it is used", Kind: web.RadioField, Value: string(e.Mode), Options: []web.Option{
			{Value: string(terms.Named), Label: "Named", Hint: "Each client takes a token and keeps it until it is released. It can't be changed later."},
			{Value: string(terms.Floating), Label: "Floating", Hint: "Any number of clients share a limited number of sessions. It can't be changed later."},
		}},
		web.Field{Name: "client_type", Label: "Who activates", Kind: web.RadioField, Value: string(e.ClientType), Options: []web.Option{
			{Value: string(terms.Devices), Label: "Devices", Hint: "A client is a machine or an installation."},
			{Value: string(terms.Users), Label: "Users", Hint: "A client is a person, on whichever machine."},
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

func number(name, label string, value int64, unit, hint string) web.Field {
	return web.Field{Name: name, Label: label, Kind: web.NumberField, Value: strconv.FormatInt(value, 10), Unit: unit, Min: "0", Hint: hint}
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
	goodwillDays := ""
	if p.GoodwillDays != nil {
		goodwillDays = strconv.Itoa(*p.GoodwillDays)
	}
	named := []web.Field{
		number("token_limit", "By contract", p.TokenLimit, unit, "How many a licence activates. A licence can have its own number."),
		number("activation_buffer", "Buffer", p.ActivationBuffer, "more", "More than the contract says, without a word to anybody. 0 for none."),
		number("goodwill_token_limit", "Goodwill", p.GoodwillTokenLimit, "more", "Activations above both: they work, and you see the licence in the yellow zone. 0 for none."),
		{Name: "goodwill_days", Label: "Goodwill ends after", Kind: web.NumberField, Value: goodwillDays, Unit: "days", Min: "1", Placeholder: "when a token frees", Hint: "Empty: a goodwill activation stays until a regular token is free for it."},
	}
	if create || e.ClientType == terms.Devices {
		named = append(named, web.Field{
			Name: "activation_on_creation", Label: "Activate a client with each licence", Kind: web.SelectField, Value: activation(p.ActivationOnCreation),
			Options: activations(), Hint: "The client that is activated when a licence is issued, where nobody names another. Devices only.",
		})
	}
	floating := []web.Field{
		number("floating_token_limit", "Sessions open at once", p.FloatingTokenLimit, "sessions", "How many clients may work at the same moment."),
		number("session_period_minutes", "A session lapses after", int64(p.SessionPeriodMinutes), "minutes", "A client that does not renew its session within this time gives it up. 10 works well."),
		number("max_sessions_per_client", "For each client", p.MaxSessionsPerClient, "sessions", "0: no limit of its own."),
		number("checkout_period_minutes", "Longest check-out", int64(p.CheckoutPeriodMinutes), "minutes", "How long a client may take a session along, away from the network. 0: not at all."),
		{Name: "enforce_floating_limit", Label: "Refuse sessions above the limit", Kind: web.CheckField, Value: on(p.EnforceFloatingLimit), Hint: "Off: they are let in and recorded as overuse, so that nobody's work stops."},
	}
	g := web.Group{Title: "How many", Text: "The limit holds exactly, however many clients call at once."}
	switch {
	case create:
		for i := range named {
			named[i].When = "provisioning_mode=named"
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

func activations() []web.Option {
	all := []terms.ActivationOnCreation{terms.ActivateNone, terms.ActivateTokenKey, terms.ActivateCustomerNumber, terms.ActivateCustomerEmail}
	options := make([]web.Option, len(all))
	for i, a := range all {
		options[i] = web.Option{Value: activation(a), Label: show.Activation(a)}
	}
	return options
}

func activation(a terms.ActivationOnCreation) string {
	text, _ := a.MarshalText() // it can't fail
	return string(text)
}

func calls(p terms.Policy) web.Group {
	return web.Group{Title: "Offline & heartbeats", Text: "How often clients call, and how long they work without you.", Fields: []web.Field{
		number("heartbeat_period_days", "A client calls every", int64(p.HeartbeatPeriodDays), "days", "Daily is a good start: changes of a licence reach it within a day."),
		number("freeride_days", "It runs without an answer for", int64(p.FreerideDays), "days", "So long a network or server may be away before work stops. 7 is a good start."),
		{Name: "strict_heartbeats", Label: "Refuse heartbeats of a software version that is not allowed", Kind: web.CheckField, Value: on(p.StrictHeartbeats), Hint: "Off: they are answered, and the answer says that the version is not valid."},
		{Name: "offline_allowed", Label: "Offline use by files", Kind: web.CheckField, Value: on(p.OfflineAllowed), When: notSubscription(), Hint: "A machine without a network is activated by a file, and renewed by the next. Off: clients must reach the server. Not for subscriptions: they end elsewhere, and a file would not hear of it."},
		{Name: "client_may_unassign", Label: "Clients may give their activation up", Kind: web.CheckField, Value: on(p.ClientMayUnassign), Hint: "So that people move to a new machine without asking you. Off: only you can release it."},
	}}
}

// notSubscription is when a licence may be used offline at all.
func notSubscription() string {
	return "license_type=" + string(terms.Perpetual) + "|" + string(terms.TimeLimited) + "|" + string(terms.Consumption)
}

func lasts(p terms.Policy, zone *time.Location) web.Group {
	at, days := "", ""
	if p.ExpiresAt != nil {
		at = show.LastDay(*p.ExpiresAt, zone).Format(time.DateOnly)
	}
	if p.ExpiresDays != nil {
		days = strconv.Itoa(*p.ExpiresDays)
	}
	return web.Group{Title: "How long", Text: "A licence can have its own end.", Fields: []web.Field{
		{Name: "expires_mode", Label: "It ends", Kind: web.RadioField, Value: string(p.ExpiresMode), Options: []web.Option{
			{Value: string(terms.ExpiresNever), Label: "Never", Hint: "Until you switch the licence off."},
			{Value: string(terms.ExpiresAt), Label: "With a day", Hint: "The same day for all its licences."},
			{Value: string(terms.ExpiresDaysActivated), Label: "Days after activation", Hint: "Each licence counts from its first activation."},
		}},
		{Name: "expires_at", Label: "Last day", Kind: web.DateField, Value: at, When: "expires_mode=at", Hint: "The licences hold until this day is over in your time zone."},
		{
			Name: "expires_days", Label: "After", Kind: web.NumberField, Value: days, Unit: "days", Min: "1", When: "expires_mode=days_after_activation",
			Hint: "Of 24 hours each.",
		},
		number("trial_days", "Trial", int64(p.TrialDays), "days", "Above 0 the licence is a trial, and over so many days after its first activation. 0: no trial."),
	}}
}

func runs(p terms.Policy, releases []web.Option) web.Group {
	limit := web.Field{Name: "release_limit", Label: "Newest release that may run", Value: p.ReleaseLimit, Placeholder: "any", Hint: "A client with a newer one is refused when it activates. Maintenance that ended, for example."}
	minimum := web.Field{Name: "minimum_release", Label: "Oldest release that may run", Value: p.MinimumRelease, Placeholder: "any", Hint: "A client with an older one is refused when it activates."}
	if len(releases) > 0 {
		limit.Kind, limit.Options, limit.Placeholder = web.SelectField, releases, "Any"
		minimum.Kind, minimum.Options, minimum.Placeholder = web.SelectField, releases, "Any"
	}
	return web.Group{Title: "Which versions", Fields: []web.Field{
		limit, minimum,
		{Name: "enforce_upgrade", Label: "Tell clients to upgrade", Kind: web.CheckField, Value: on(p.EnforceUpgrade), Hint: "Answers ask the program to take the newer release. What it does about it is the program's own."},
	}}
}
