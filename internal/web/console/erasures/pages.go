package erasures

import (
	"context"
	"errors"

	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/erasure"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Erasures begins erasures.
type Erasures interface {
	Begin(t tx.Tx, c erasure.Command) (erasure.Erasure, error)
}

// Rows reads erasures.
type Rows interface {
	List(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[erasure.Erasure], error)
}

// Customers reads customers. What is missing is a NotFound fault.
type Customers interface {
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (customers.Customer, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face      *web.Face
	Erasures  Erasures
	Rows      Rows
	Customers Customers
}

// Pages are the pages of erasures.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Erasures == nil || c.Rows == nil || c.Customers == nil {
		return nil, errors.New("erasures: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	needs := web.Needs(identity.ManageGovernance)
	return append(web.Ask(p.Face, "/erasures/new", needs, "form.html", p.ask, p.begin),
		web.Lists(p.Face, "/erasures", needs, p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Personal data")
			page.Sub = "Whose personal data was erased. A customer's is erased from their page, a user's once they are removed from the team."
			page.Actions = []web.Action{{Label: "Erase a licensee", Href: q.Href("/erasures/new"), Icon: "eye-off"}}
			return page, nil
		}))
}

func (p *Pages) table(q *web.Request) (web.Table[erasure.Erasure], error) {
	return web.Table[erasure.Erasure]{
		Name: "erasures", Sorts: []string{"-created_at"},
		Empty: web.Empty{Icon: "eye-off", Title: "Nobody was erased", Text: "When somebody asks to be forgotten, their names and addresses are taken out here."},
		Columns: []web.Column[erasure.Erasure]{
			{Name: "who", Label: "Whose", Cell: func(e erasure.Erasure) web.Cell {
				c := web.Cell{Text: map[erasure.Kind]string{
					erasure.Customer: "A customer's", erasure.Licensee: "A licensee's", erasure.User: "A user's",
				}[e.Kind]}
				if e.Kind == erasure.Customer {
					c.Href = show.CustomerHref(q, e.Subject)
				}
				return c
			}},
			{Name: "state", Label: "State", Cell: func(e erasure.Erasure) web.Cell {
				if e.FinishedAt.IsZero() {
					return web.Cell{Badge: &web.Badge{Word: "Going on", Tone: web.Info, Hint: "it goes through everything that is kept"}}
				}
				return web.Cell{Badge: &web.Badge{Word: "Done", Tone: web.Good}}
			}},
			{Name: "rows", Label: "Records", End: true, Cell: func(e erasure.Erasure) web.Cell { return web.Cell{Text: web.Number(e.Rows)} }},
			{Name: "started", Label: "Begun", Cell: func(e erasure.Erasure) web.Cell { return web.Cell{At: e.StartedAt} }},
			{Name: "finished", Label: "Done", Cell: func(e erasure.Erasure) web.Cell { return web.Cell{At: e.FinishedAt} }},
			{Name: "id", Label: "Id", Extra: true, Cell: func(e erasure.Erasure) web.Cell {
				return web.Cell{Text: e.UUID.String(), Copy: e.UUID.String(), Mono: true}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[erasure.Erasure], error) {
			return p.Rows.List(q.Context(), q.VendorID(), r)
		},
	}, nil
}

const (
	goes = "Names and e-mail addresses; the names, ids, hostnames and variables of their devices; network addresses; user ids of sessions. " +
		"In lists, the audit log, mails, webhook deliveries, import files, and kept answers."
	stays = "Licences with their terms and keys, activations, sessions and consumption with their times, the customer number, " +
		"and every record of the audit log, without the names. Its chain stays provable."
	apart = "Backups that were made before, what webhooks and mails have carried out, and files that you exported."
)

func (p *Pages) ask(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Form: form}
	form.Danger, form.Cancel, form.Submit = true, q.Href("/erasures"), "Erase the personal data"
	title, g := "Erase the personal data of a licensee", web.Group{}
	hidden := func(name string) string {
		value := q.Text(name)
		if sent, ok := form.Sent(name); ok {
			value = sent
		}
		if value != "" {
			g.Fields = append(g.Fields, web.Field{Name: name, Kind: web.HiddenField, Value: value})
		}
		return value
	}
	switch customer, user := hidden("customer"), hidden("user"); {
	case customer != "":
		id, err := ident.ParseUUID(customer)
		if err != nil {
			return nil, fault.Missing("customer")
		}
		c, err := p.Customers.ByUUID(q.Context(), q.VendorID(), id)
		if err != nil {
			return nil, err
		}
		title, form.Cancel = "Erase the personal data of "+c.CompanyName, show.CustomerHref(q, id)
		page.Text = "Of the customer itself, and of the licensees, users and devices of all its licences. No device may be in use under them: release them first."
	case user != "":
		title = "Erase the personal data of a user"
		page.Text = "Of somebody who was removed from the team. What they did stays in the audit log, under an id."
	default:
		page.Text = "Of a person by the e-mail address, with the devices of the licences whose licensee they are. No device may be in use under them."
		g.Fields = append(g.Fields, web.Field{Name: "licensee_email", Label: "Licensee's e-mail", Kind: web.EmailField, Required: true, Focus: true})
	}
	g.Fields = append(g.Fields, web.Field{Name: "sure", Label: "I know that this can't be taken back", Kind: web.CheckField})
	form.Add(g)
	page.Page = q.Page(title, web.Link{Label: "Personal data", Href: q.Href("/erasures")})
	page.About(
		web.Fact{Label: "Goes", Cell: web.Cell{Text: goes}},
		web.Fact{Label: "Stays", Cell: web.Cell{Text: stays}},
		web.Fact{Label: "Out of reach", Cell: web.Cell{Text: apart}},
	)
	return page, nil
}

func (p *Pages) begin(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	c := erasure.Command{Vendor: q.VendorID(), Kind: erasure.Licensee, Email: v.Text("licensee_email")}
	if id := v.UUID("customer"); !id.IsZero() {
		c = erasure.Command{Vendor: q.VendorID(), Kind: erasure.Customer, Subject: id}
	} else if id := v.UUID("user"); !id.IsZero() {
		c = erasure.Command{Vendor: q.VendorID(), Kind: erasure.User, Subject: id}
	}
	v.Check(v.Flag("sure"), "sure", "must be ticked")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	_, err := p.Erasures.Begin(t, c)
	return web.Done{To: q.Href("/erasures"), Say: web.Flash{Text: "The personal data is being erased. That may take a while where there is much of it."}}, err
}
