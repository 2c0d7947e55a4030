package licenses

import (
	"cmp"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// maxMatches is how many customers are offered where a text fits several.
const maxMatches = 8

func (p *Pages) issue() []edge.Route {
	return web.AskWith(p.Face, "/licenses/new", web.Needs(identity.ManageLicenses), "issue.html", p.askIssue, p.prepareIssue, p.doIssue)
}

type issuePage struct {
	web.Page

	Form    *web.Form
	Nothing *web.Empty // what is missing before a licence can be issued
	Letter  *letter    // the mail as it will be; nil until edition and licensee are known
	Facts   []web.ShownFact
}

// letter is a preview of the mail.
type letter struct{ To, Subject, Text string }

func (p *Pages) askIssue(q *web.Request, form *web.Form) (*issuePage, error) {
	page := &issuePage{Page: q.Page("Issue a licence", web.Link{Label: "Licences", Href: q.Href("/licenses")}), Form: form}
	page.Sub = "One grant to one customer: choose both, set what differs from the edition, and send the key."
	products, editions, err := p.sold(q.Context(), q.VendorID())
	editions = onSale(products, editions)
	if err != nil {
		return nil, err
	}
	if len(editions) == 0 {
		page.Nothing = &web.Empty{
			Icon: "package", Title: "There is no edition yet",
			Text: "A licence starts from an edition: what it allows, for how long, and what it grants. Make a product and its first edition.",
		}
		if q.May(identity.ManageCatalog) {
			page.Nothing.Action = &web.Action{Label: "To the products", Href: q.Href("/products"), Icon: "package"}
		}
		return page, nil
	}
	chosen := p.chosenEdition(q, form, editions)
	form.Submit, form.Cancel, form.Look = "Issue the licence", q.Href("/licenses"), "Look up"
	if err := p.addWho(q, form); err != nil {
		return nil, err
	}
	addWhat(form, products, editions, chosen)
	if chosen != nil {
		if page.Letter, err = p.preview(q, form, products, chosen); err != nil {
			return nil, err
		}
		page.Facts = editionFacts(&page.Page, chosen)
	}
	form.Add(web.Group{Part: "edition-terms"}) // where they stand, before there are any
	if chosen != nil {
		first := len(form.Groups)
		addTerms(form, &page.Page, chosen.Mode, chosen.Policy, chosen.Grants, terms.Overrides{}, q.VendorZone())
		for i := range form.Groups[first:] {
			form.Groups[first+i].Part = "edition-terms"
		}
	}
	form.Add(web.Group{Title: "Seldom needed", Folded: true, Fields: []web.Field{
		{Name: "legacy_license_key", Label: "Legacy key", Mono: true, Hint: "A key of an older system that shall go on working."},
		{Name: "activate_client_id", Label: "Activate this client at once", Mono: true, Hint: "Its client id, where you know it. Empty: as the edition says."},
		{Name: "is_temporary", Label: "Temporary (guest) licence", Kind: web.CheckField, Hint: "A client may hold it beside another one, and it goes first."},
		{Name: "is_inactive", Label: "Issue it switched off", Kind: web.CheckField, Hint: "Nothing can be activated until you switch it on."},
	}})
	return page, nil
}

// chosenEdition is the edition of the form, or the only one there is.
func (p *Pages) chosenEdition(q *web.Request, form *web.Form, editions []catalog.Edition) *catalog.Edition {
	text, given := form.Given("edition_id")
	if !given {
		text = q.Text("edition")
	}
	for i := range editions {
		if editions[i].UUID.String() == text || text == "" && len(editions) == 1 {
			return &editions[i]
		}
	}
	return nil
}

// addWho asks for the customer: one who is there, found by what was typed, or a new one.
func (p *Pages) addWho(q *web.Request, form *web.Form) error {
	text := p.customerText(q, form)
	g := web.Group{Title: "Customer"}
	if q.May(identity.ManageCustomers) {
		g.Fields = append(g.Fields, web.Field{
			Name: "who", Label: "Who", Kind: web.RadioField, Value: "there", Look: true, Options: []web.Option{
				{Value: "there", Label: "An existing customer"}, {Value: "new", Label: "A new customer"},
			},
		})
	}
	customer := show.CustomerField(q, "customer", "Customer", text)
	customer.Required, customer.Focus, customer.Look, customer.When = true, text == "", true, "who=there"
	g.Fields = append(g.Fields, customer)
	if q.May(identity.ManageCustomers) {
		g.Fields = append(g.Fields,
			web.Field{Name: "company_name", Label: "Company or person", Look: true, When: "who=new"},
			web.Field{Name: "email", Label: "E-mail", Kind: web.EmailField, Look: true, When: "who=new"},
			web.Field{Name: "customer_number", Label: "Customer number", When: "who=new", Placeholder: "made for you", Hint: "Empty: one is made."},
		)
	}
	form.Add(g)
	which, err := p.whichOf(q, text)
	form.Add(which)
	return err
}

// customerText is what names the customer: what was typed, or the one that the address
// brought.
func (p *Pages) customerText(q *web.Request, form *web.Form) string {
	text, given := form.Given("customer")
	if given {
		return text
	}
	id, err := ident.ParseUUID(q.Text("customer"))
	if err != nil {
		return ""
	}
	c, err := p.CustomerRows.ByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return "" // it is gone: the field stays empty
	}
	return show.CustomerLabel(c)
}

// whichOf asks which customer is meant where a text fits several.
func (p *Pages) whichOf(q *web.Request, text string) (web.Group, error) {
	g := web.Group{Part: "which-customer"}
	if text == "" {
		return g, nil
	}
	one, more, err := show.LabelledCustomer(q.Context(), p.CustomerRows, q.VendorID(), text, maxMatches)
	if err != nil || one != nil || len(more) == 0 {
		return g, err
	}
	choose := web.Field{Name: "customer_id", Label: "Which of them", Kind: web.RadioField, Look: true, When: "who=there"}
	if !q.May(identity.ManageCustomers) {
		choose.When = "" // nobody is asked who
	}
	for _, c := range more {
		choose.Options = append(choose.Options, web.Option{Value: c.UUID.String(), Label: c.CompanyName, Hint: c.Number + " " + c.Email})
	}
	g.Fields = append(g.Fields, choose)
	return g, nil
}

// addWhat asks for the edition, the licensee, the name and the dates.
func addWhat(form *web.Form, products []catalog.Product, editions []catalog.Edition, chosen *catalog.Edition) {
	edition := web.Field{
		Name: "edition_id", Label: "Edition", Kind: web.SelectField, Required: true, Placeholder: "Choose an edition", Look: true,
		Hint: "What the licence starts from. A later change of the edition reaches it, too.",
	}
	for _, e := range editions {
		edition.Options = append(edition.Options, web.Option{Value: e.UUID.String(), Label: editionLabel(products, e)})
	}
	if chosen != nil {
		edition.Value = chosen.UUID.String()
	}
	form.Add(web.Group{Title: "Licence", Fields: []web.Field{
		edition,
		{
			Name: "licensee_email", Label: "Licensee's e-mail", Kind: web.EmailField, Placeholder: "the customer's", Look: true,
			Hint: "The user who gets the mail with the key.",
		},
		{Name: "name", Label: "Name", Placeholder: "none", Look: true, Hint: "What you and the customer call it, such as a site or an order."},
	}})
	form.Add(web.Group{Title: "When", Fields: append([]web.Field{
		{Name: "starts_at", Label: "Begins", Kind: web.DateField, Hint: "Empty: at once."},
	}, expiryFields("As the edition says", "", "", "")...)})
}

func expiryFields(edition, mode, at, days string) []web.Field {
	return []web.Field{
		{Name: "expires_mode", Label: "Ends", Kind: web.SelectField, Value: mode, Placeholder: edition, Options: []web.Option{
			{Value: string(terms.ExpiresNever), Label: "Never"},
			{Value: string(terms.ExpiresAt), Label: "At the end of a day"},
			{Value: string(terms.ExpiresDaysActivated), Label: "Days after the first activation"},
		}},
		{Name: "expires_at", Label: "Last day", Kind: web.DateField, Value: at, When: "expires_mode=" + string(terms.ExpiresAt)},
		{Name: "expires_days", Label: "Days", Unit: "days", Value: days, When: "expires_mode=" + string(terms.ExpiresDaysActivated)},
	}
}

// readExpiry reads what expiryFields asked for, which showed an end that was; nil is the
// edition's end.
func readExpiry(v web.Values, was time.Time) *licensing.Expiry {
	switch mode := terms.ExpiresMode(v.Text("expires_mode")); mode {
	case terms.ExpiresNever:
		return &licensing.Expiry{Mode: mode}
	case terms.ExpiresAt:
		end := v.LastDay("expires_at", was)
		if end == nil {
			v.Check(v.Text("expires_at") != "", "expires_at", "is needed: the last day on which the licence holds")
			return &licensing.Expiry{Mode: mode}
		}
		return &licensing.Expiry{Mode: mode, At: *end}
	case terms.ExpiresDaysActivated:
		return &licensing.Expiry{Mode: mode, Days: v.Int("expires_days")}
	}
	return nil
}

// order is what a form asks to be issued.
type order struct {
	newCustomer *customers.Create
	command     licensing.IssueCommand
}

// prepareIssue finds customer and edition before the transaction.
func (p *Pages) prepareIssue(q *web.Request, v web.Values) (order, error) {
	var o order
	edition := v.UUID("edition_id")
	v.Check(!edition.IsZero() || v.Text("edition_id") != "", "edition_id", "must be chosen")
	o.command = licensing.IssueCommand{
		Vendor: q.VendorID(), Edition: edition, Name: v.Text("name"), LicenseeEmail: v.Text("licensee_email"),
		LegacyKey: v.Text("legacy_license_key"), ActivateFor: v.Text("activate_client_id"),
		IsTemporary: v.Flag("is_temporary"), IsInactive: v.Flag("is_inactive"), Expiry: readExpiry(v, time.Time{}),
	}
	if start := v.FirstDay("starts_at", time.Time{}); start != nil {
		o.command.StartsAt = *start
	}
	if !edition.IsZero() {
		e, err := p.Catalog.EditionByUUID(q.Context(), q.VendorID(), edition)
		switch {
		case err != nil && fault.As(err).Kind == fault.NotFound:
			v.Check(false, "edition_id", "must be chosen from the list")
		case err != nil:
			return o, err
		default:
			own := readTerms(v, e.Mode, e.Policy, e.Grants, terms.Overrides{})
			o.command.Overrides = &own
		}
	}
	if err := p.whose(q, v, &o); err != nil {
		return o, err
	}
	return o, v.Err()
}

// whose finds the customer of an order, or what a new one is to be.
func (p *Pages) whose(q *web.Request, v web.Values, o *order) error {
	if v.Text("who") == "new" && q.May(identity.ManageCustomers) {
		v.Check(v.Text("company_name") != "", "company_name", "is needed for a new customer")
		o.newCustomer = &customers.Create{CompanyName: v.Text("company_name"), Email: v.Text("email"), Number: v.Text("customer_number")}
		return nil
	}
	chosen := v.UUID("customer_id")
	if !chosen.IsZero() && v.Text("customer") == "" {
		o.command.Customer = chosen
		return nil
	}
	one, more, err := show.LabelledCustomer(q.Context(), p.CustomerRows, q.VendorID(), v.Text("customer"), maxMatches)
	if err != nil {
		return err
	}
	for _, c := range more {
		if c.UUID == chosen { // only of those that the text means: it may have been changed since
			one = &c
		}
	}
	switch {
	case one != nil:
		o.command.Customer = one.UUID
	case len(more) > 0:
		v.Check(false, "customer", "is meant by several customers: choose one of them")
	default:
		v.Check(false, "customer", "is needed: type the beginning of a name, number or e-mail address of one who is there")
	}
	return nil
}

func (p *Pages) doIssue(t tx.Tx, q *web.Request, o order) (web.Done, error) {
	if o.newCustomer != nil {
		c, err := p.Customers.Create(t, q.VendorID(), *o.newCustomer)
		if err != nil {
			return web.Done{}, err
		}
		o.command.Customer = c.UUID
	}
	l, err := p.Licenses.Issue(t, o.command)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{
		To: show.LicenseHref(q, l.UUID),
		Say: web.Flash{
			Text: "The licence was issued to " + l.Customer.CompanyName + ". Its key is below.",
			Link: &web.Link{Label: "Issue another", Href: q.Href("/licenses/new")},
		},
	}, nil
}

// editionFacts says what the chosen edition begins with.
func editionFacts(page *web.Page, e *catalog.Edition) []web.ShownFact {
	count := func(n int64, one, many string) web.Cell { return web.Cell{Text: web.Count(n, one, many)} }
	facts := []web.Fact{{Label: "Mode", Cell: web.Cell{Text: show.HowUsed(e.Mode, e.Policy)}}}
	if e.Mode == terms.Floating {
		facts = append(facts, web.Fact{Label: "Sessions at once", Cell: count(e.Policy.FloatingTokenLimit, "session", "sessions")})
	} else {
		facts = append(facts,
			web.Fact{Label: "By contract", Cell: count(e.Policy.TokenLimit, "activation", "activations")},
			web.Fact{
				Label: "Buffer and goodwill",
				Cell:  web.Cell{Text: web.Number(e.Policy.ActivationBuffer) + " + " + web.Number(e.Policy.GoodwillTokenLimit)},
			})
	}
	return page.Facts(append(facts, web.Fact{Label: "Ends", Cell: web.Cell{Text: show.UpperFirst(show.Ends(page, e.Policy))}},
		web.Fact{Label: "Heartbeat", Cell: count(int64(e.Policy.HeartbeatPeriodDays), "day", "days")},
		web.Fact{Label: "Freeride", Cell: count(int64(e.Policy.FreerideDays), "day", "days")})...)
}

// preview is the mail that the licensee will get, as far as the form tells.
func (p *Pages) preview(q *web.Request, form *web.Form, products []catalog.Product, e *catalog.Edition) (*letter, error) {
	d := mailing.Data{LicenseKey: "(made when you issue it)", License: e.Name, ProductID: e.ProductUUID.String(), Customer: "(the customer)"}
	for _, k := range products {
		if k.UUID == e.ProductUUID {
			d.Product = k.Name
		}
	}
	l := &letter{To: "the licensee"}
	c, err := p.givenCustomer(q, form)
	if err != nil {
		return nil, err
	}
	d.Customer, l.To = cmp.Or(c.CompanyName, d.Customer), cmp.Or(c.Email, l.To)
	for name, to := range map[string]*string{"name": &d.License, "licensee_email": &l.To} {
		if text, _ := form.Given(name); text != "" {
			*to = text
		}
	}
	if e.Policy.ExpiresMode == terms.ExpiresAt && e.Policy.ExpiresAt != nil {
		d.EndsOn = calendar.LastDay(*e.Policy.ExpiresAt, q.VendorZone()).Long()
	}
	if text, _ := form.Given("expires_at"); text != "" {
		if day, wrong := calendar.ParseDay(text); wrong == "" {
			d.EndsOn = day.Long()
		}
	}
	body, err := p.Mails.Preview(q.Context(), q.Vendor, d)
	l.Subject, l.Text = body.Subject, body.Text
	return l, err
}

// givenCustomer is who the licence is for, as far as the form tells.
func (p *Pages) givenCustomer(q *web.Request, form *web.Form) (customers.Customer, error) {
	given := func(name string) string { text, _ := form.Given(name); return text }
	if given("who") == "new" {
		return customers.Customer{CompanyName: given("company_name"), Email: given("email")}, nil
	}
	one, more, err := show.LabelledCustomer(q.Context(), p.CustomerRows, q.VendorID(), p.customerText(q, form), maxMatches)
	if err != nil {
		return customers.Customer{}, err
	}
	for _, c := range more {
		if c.UUID.String() == given("customer_id") {
			one = &c
		}
	}
	if one == nil {
		return customers.Customer{}, nil
	}
	return *one, nil
}
