package settings

import (
	"context"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

const hostsPath = "/settings/vendor/hosts"

// Hosts changes the host names of the vendor's own.
type Hosts interface {
	Add(t tx.Tx, vendor ident.VendorID, c vendors.AddHost) (vendors.Host, error)
	Remove(t tx.Tx, vendor ident.VendorID, host ident.UUID) (vendors.Host, error)

	// Check asks DNS; it runs its own transaction.
	Check(ctx context.Context, vendor ident.VendorID, host ident.UUID) (vendors.Host, error)
}

// HostRows reads them, oldest first.
type HostRows interface {
	Hosts(ctx context.Context, vendor ident.VendorID) ([]vendors.Host, error)
}

type hostsPage struct {
	web.Page

	Empty *web.Empty
	Hosts []shownHost
}

// shownHost is a host name with what it takes to have it serve.
type shownHost struct {
	Name   string
	Badge  web.Badge
	Says   string // where it stands, in a sentence
	Facts  []web.ShownFact
	Record []web.ShownFact // to set in DNS; none where the operator has approved the host
	Does   []web.Action
}

func (p *Pages) hosts() []edge.Route {
	needs := web.Needs(identity.ManageVendor)
	back := func(q *web.Request) string { return q.Href(hostsPath) }
	routes := []edge.Route{
		web.Show(p.face, hostsPath, needs, "hosts.html", p.showHosts),
		web.ActWith(p.face, hostsPath+"/{id}/check", needs, back, p.checkHost, func(_ tx.Tx, q *web.Request, h vendors.Host) (web.Done, error) {
			return web.Done{To: back(q), Say: checked(h)}, nil
		}),
	}
	routes = append(routes, web.Ask(p.face, hostsPath+"/new", needs, "form.html", p.askHost, p.addHost)...)
	return append(routes, web.Ask(p.face, hostsPath+"/{id}/remove", needs, "form.html", p.askRemoveHost, p.removeHost)...)
}

func (p *Pages) showHosts(q *web.Request) (*hostsPage, error) {
	page := &hostsPage{Page: q.Page("Vendor & branding")}
	page.Sub, page.Tabs = "Names of your own under which your customers reach their dashboard and the page for files.", vendorTabs(q, hostsPath)
	add := web.Action{Label: "Add a host name", Href: q.Href(hostsPath + "/new"), Icon: "plus", Dialog: true}
	all, err := p.HostRows.Hosts(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		page.Empty = &web.Empty{
			Icon: "world", Title: "No host name of your own",
			Text: "Your customers use the server's. With a name such as licences.example.com they see yours, in the address too.", Action: &add,
		}
		return page, nil
	}
	page.Actions = []web.Action{add}
	for _, h := range all {
		page.Hosts = append(page.Hosts, showHost(q, &page.Page, h))
	}
	return page, nil
}

func showHost(q *web.Request, page *web.Page, h vendors.Host) shownHost {
	s := shownHost{Name: h.Name, Badge: web.BadgeUnproved}
	one := q.Href(hostsPath + "/" + h.UUID.String())
	check := web.Action{Label: "Check now", Href: one + "/check", Icon: "refresh", Post: true}
	switch h.Standing() {
	case vendors.Waiting:
		s.Says = "It serves nobody yet. Set the record below where the name is managed, and check it; it is looked for now and then by itself, too."
		if h.Seen == vendors.Taken {
			s.Says = "The record is there, but this name serves another vendor of this server. It is free once that vendor removes it, or its own proof is gone for a week."
		}
	case vendors.Serving:
		s.Badge, s.Says, check.Plain = web.BadgeServing, "Your customers reach you under it, and links in mails lead there.", true
	case vendors.Failing:
		s.Badge = web.BadgeProofMissing
		s.Says = "The record is gone. Links in mails lead to the server's name, and this one stops on " + page.At(h.StopsAt()).Text + " unless the record is back."
	case vendors.Stopped:
		s.Badge, s.Says = web.BadgeStopped, "The record was gone for a week, so the name serves nobody. Set the record again, and check it."
	}
	opens := "The licensing dashboard"
	if h.Opens == vendors.OpensFiles {
		opens = "The page for files of devices without internet"
	}
	facts := []web.Fact{{Label: "Its first page", Cell: web.Cell{Text: opens}}}
	if h.Proof == vendors.ByOperator {
		facts = append(facts, web.Fact{Label: "Proof", Cell: web.Cell{Text: "Approved by who runs the server"}})
	} else {
		name, value := h.Record()
		s.Record = page.Facts(
			web.Fact{Label: "Type", Cell: web.Cell{Text: "TXT"}},
			web.Fact{Label: "Name", Cell: web.Cell{Text: name, Mono: true, Copy: name}},
			web.Fact{Label: "Value", Cell: web.Cell{Text: value, Mono: true, Copy: value}},
		)
		s.Does = append(s.Does, check)
	}
	if !h.CheckedAt.IsZero() && h.Proof != vendors.ByOperator {
		facts = append(facts, web.Fact{Label: "Looked for last", Cell: web.Cell{When: h.CheckedAt}, Hint: sightWords(h.Seen)})
	}
	s.Facts = page.Facts(facts...)
	s.Does = append(s.Does, web.Action{Label: "Remove", Href: one + "/remove", Danger: true, Dialog: true})
	return s
}

func sightWords(s vendors.Sight) string {
	switch s {
	case vendors.Found:
		return "The record was there"
	case vendors.Absent:
		return "The record was not there, or said something else"
	case vendors.Unknown:
		return "DNS gave no answer"
	case vendors.Taken:
		return "The record was there; the name serves another vendor"
	case vendors.NotLooked:
	}
	return ""
}

func (p *Pages) checkHost(q *web.Request, _ web.Values) (vendors.Host, error) {
	id, err := q.ID("id")
	if err != nil {
		return vendors.Host{}, err
	}
	return p.Hosts.Check(q.Context(), q.VendorID(), id)
}

// checked says what a check has found.
func checked(h vendors.Host) web.Flash {
	name, _ := h.Record()
	switch h.Seen {
	case vendors.Found:
		return web.Flash{Text: "The record is there: " + h.Name + " is yours."}
	case vendors.Taken:
		return web.Flash{Text: "The record is there, but " + h.Name + " serves another vendor of this server.", Tone: web.Warning}
	case vendors.Unknown:
		return web.Flash{Text: "DNS gave no answer about " + name + ". Check again in some minutes.", Tone: web.Warning}
	case vendors.Absent, vendors.NotLooked:
	}
	return web.Flash{Text: "There is no such record at " + name + " yet. A new one may take hours until it is seen everywhere.", Tone: web.Warning}
}

func hostsLink(q *web.Request) web.Link {
	return web.Link{Label: "Host names", Href: q.Href(hostsPath)}
}

func (*Pages) askHost(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Add a host name", hostsLink(q)), Form: form}
	page.Text = "Point the name at this server first, with a CNAME or an address record: who runs the server says where, and sees to its certificate."
	form.Submit, form.Cancel = "Add the host name", q.Href(hostsPath)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "host", Label: "Host name", Required: true, Focus: true, Mono: true, Placeholder: "licences.example.com"},
		{Name: "opens", Label: "Its first page", Kind: web.RadioField, Value: string(vendors.OpensDashboard), Options: []web.Option{
			{Value: string(vendors.OpensDashboard), Label: "The licensing dashboard", Hint: "The page for files is at /offline/ there."},
			{Value: string(vendors.OpensFiles), Label: "The page for files", Hint: "The dashboard is at /portal/ there."},
		}},
	}})
	return page, nil
}

func (p *Pages) addHost(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	h, err := p.Hosts.Add(t, q.VendorID(), vendors.AddHost{Name: v.Text("host"), Opens: vendors.Opens(v.Get("opens"))})
	return web.Done{To: q.Href(hostsPath), Say: web.Flash{Text: h.Name + " was added. It serves once its record in DNS is there."}}, err
}

func (p *Pages) askRemoveHost(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	all, err := p.HostRows.Hosts(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page("Remove a host name", hostsLink(q)), Form: form}
	for _, h := range all {
		if h.UUID == id {
			page.Text = "Under " + h.Name + " nobody reaches you any more, within a second; links in mails that were sent with it lead nowhere."
		}
	}
	if page.Text == "" {
		return nil, edge.NoRoute()
	}
	form.Submit, form.Danger, form.Cancel = "Remove the host name", true, q.Href(hostsPath)
	return page, nil
}

func (p *Pages) removeHost(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	h, err := p.Hosts.Remove(t, q.VendorID(), id)
	return web.Done{To: q.Href(hostsPath), Say: web.Flash{Text: h.Name + " was removed."}}, err
}
