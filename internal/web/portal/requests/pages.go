package requests

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

// Rows reads licences and what was asked for. What is missing or out of reach is a
// NotFound fault.
type Rows interface {
	portal.Licences
	OwnRequests(ctx context.Context, r owners.Reach, f owners.RequestFilter, list listing.Request) (listing.Page[owners.Request], error)
}

// Requests carries to the vendor what owners ask for.
type Requests interface {
	Ask(t tx.Tx, r owners.Reach, license ident.UUID, n owners.NewRequest) (q owners.Request, fresh bool, err error)
	Withdraw(t tx.Tx, r owners.Reach, id ident.UUID) (owners.Request, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	Rows     Rows
	Requests Requests
}

// Pages are the pages of requests.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Requests == nil {
		return nil, errors.New("requests: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	const one = "/licenses/{id}/requests/"
	return append(web.Ask(p.Face, one+"new", portal.Own(), "form.html", p.ask, p.send),
		web.Act(p.Face, one+"{request}/withdraw", portal.Own(), portal.LicenceHref, p.withdraw))
}

// open finds the open request with a wish, as forms name wishes.
func (p *Pages) open(q *web.Request, l *licensing.License, named string) (owners.Request, bool, error) {
	wish, meter, known := wishOf(named)
	if !known {
		return owners.Request{}, false, nil
	}
	f := owners.RequestFilter{State: owners.RequestOpen, License: l.UUID, Wish: wish, Meter: meter}
	all, err := p.Rows.OwnRequests(q.Context(), q.Reach(), f, listing.Request{Limit: 1, Desc: true})
	if err != nil || len(all.Items) == 0 {
		return owners.Request{}, false, err
	}
	return all.Items[0], true, nil
}

// wishOf reads how forms name a wish; known is false for what names none, or no meter.
func wishOf(named string) (wish owners.Wish, meter ident.UUID, known bool) {
	name, id, _ := strings.Cut(named, ":")
	wish = owners.Wish(name)
	if wish != owners.WishMeter {
		return wish, meter, slices.Contains(owners.Wishes(), wish)
	}
	meter, err := ident.ParseUUID(id)
	return wish, meter, err == nil
}

func (p *Pages) ask(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := portal.LicenceFor(q, p.Rows, owners.AskVendor)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(q.T("Ask %s", q.Vendor.Name), web.Link{Label: portal.Title(l), Href: portal.LicenceHref(q)}), Form: form}
	wish := q.Text("wish")
	if _, sent := form.Sent("wish"); !sent {
		r, found, err := p.open(q, l, wish)
		if err != nil || found {
			return asked(q, page, l, r), err
		}
	}
	page.Text = q.T("%s gets this, and the answer comes by mail to %s. It shows on the licence, too.", q.Vendor.Name, q.Person.Email)
	form.Submit, form.Cancel = q.T("Send it"), portal.LicenceHref(q)
	form.Add(web.Group{Fields: fields(q, l, wish)})
	return page, nil
}

// asked shows what is asked for already, with a button that takes it back.
func asked(q *web.Request, page *web.FormPage, l *licensing.License, r owners.Request) *web.FormPage {
	page.Text = q.T("This is asked for already, and %s has not answered yet. Take it back to ask for something else instead.", q.Vendor.Name)
	facts := []web.Fact{
		{Label: q.T("Wish"), Cell: web.Cell{Text: show.Wish(q, r, l)}},
		{Label: q.T("Asked"), Cell: web.Cell{When: r.AskedAt}},
		{Label: q.T("By"), Cell: web.Cell{Text: r.UserEmail}},
	}
	if r.Message != "" {
		facts = append(facts, web.Fact{Label: q.T("Message"), Cell: web.Cell{Text: r.Message}})
	}
	page.About(facts...)
	licence := portal.LicenceHref(q)
	*page.Form = web.Form{
		Action: licence + "/requests/" + r.UUID.String() + "/withdraw", Submit: q.T("Take it back"), Cancel: licence, Once: page.Form.Once,
	}
	return page
}

func fields(q *web.Request, l *licensing.License, wish string) []web.Field {
	more := q.T("More activations")
	if l.AnyNumber() {
		more = q.T("More sessions")
	}
	meters := l.Terms().Grants.Shown().Meters()
	options := append(make([]web.Option, 0, len(meters)+len(owners.Wishes())), web.Option{Value: string(owners.WishActivations), Label: more})
	counted := append(make([]string, 0, len(meters)+1), string(owners.WishActivations))
	for _, m := range meters {
		value := portal.MeterWish(m.ID)
		options, counted = append(options, web.Option{Value: value, Label: q.T("More of “%s”", m.Name)}), append(counted, value)
	}
	options = append(options, web.Option{Value: string(owners.WishRenewal), Label: q.T("Renewal")},
		web.Option{Value: string(owners.WishOther), Label: q.T("Something else")})
	return []web.Field{
		{Name: "wish", Label: q.T("Wish"), Kind: web.RadioField, Value: wish, Required: true, Options: options},
		{
			Name: "quantity", Label: q.T("How many more"), When: "wish=" + strings.Join(counted, "|"),
			Hint: q.T("Of what you wish more of; not for a renewal."),
		},
		{
			Name: "months", Label: q.T("Renew for"), Kind: web.SelectField, Value: "12", When: "wish=" + string(owners.WishRenewal),
			Options: months(q), Hint: q.T("For a renewal only."),
		},
		{Name: "message", Label: q.T("Message"), Kind: web.AreaField, Rows: 4, Hint: q.T("May be empty, unless it is something else; at most 2,000 characters.")},
	}
}

func months(q *web.Request) []web.Option {
	return []web.Option{
		{Value: "1", Label: q.T("1 month")},
		{Value: "3", Label: q.T("3 months")},
		{Value: "6", Label: q.T("6 months")},
		{Value: "12", Label: q.T("1 year")},
		{Value: "24", Label: q.T("2 years")},
		{Value: "36", Label: q.T("3 years")},
	}
}

// wanted reads the form.
func wanted(v web.Values) (owners.NewRequest, error) {
	wish, meter, known := wishOf(v.Get("wish"))
	n := owners.NewRequest{Wish: wish, Meter: meter, Message: v.Get("message")}
	v.Check(wish != "", "wish", "must be chosen")
	v.Check(wish == "" || known, "wish", "must be chosen from the list")
	switch n.Wish {
	case owners.WishActivations, owners.WishMeter:
		many := int64(v.Int("quantity"))
		v.Check(v.Text("quantity") != "", "quantity", "is needed")
		v.Check(v.Text("quantity") == "" || many >= 1 && many <= terms.MaxQuantity, "quantity", "must be a whole number above 0")
		n.Quantity = min(many, terms.MaxQuantity) * terms.Unit
	case owners.WishRenewal:
		n.Quantity = int64(v.Int("months")) * terms.Unit
	case owners.WishOther:
	}
	return n, v.Err()
}

func (p *Pages) send(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	n, err := wanted(v)
	if err != nil {
		return web.Done{}, err
	}
	r, fresh, err := p.Requests.Ask(t, q.Reach(), id, n)
	if err != nil {
		return web.Done{}, fault.Renamed(err, "limitation_id", "wish")
	}
	if !fresh {
		page := q.Page("")
		return web.Done{To: portal.LicenceHref(q) + "/requests/new?" + url.Values{"wish": {v.Get("wish")}}.Encode(), Say: web.Flash{
			Tone: web.Info, Text: q.T("This was asked for before, on %s: nothing new was sent.", page.At(r.AskedAt).Text),
		}}, nil
	}
	return web.Done{To: portal.LicenceHref(q), Say: web.Flash{Text: q.T("%s has your request. The answer comes by mail.", q.Vendor.Name)}}, nil
}

func (p *Pages) withdraw(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("request")
	if err != nil {
		return web.Done{}, err
	}
	_, err = p.Requests.Withdraw(t, q.Reach(), id)
	return web.Done{To: portal.LicenceHref(q), Say: web.Flash{Text: q.T("The request is taken back.")}}, err
}
