package gallery

import (
	"embed"
	"time"

	"chancery/internal/edge"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

type galleryPage struct {
	web.Page

	Badges   []web.Badge
	Stats    []web.Stat
	Facts    []web.ShownFact
	Charts   []web.Chart
	Messages []web.Notice
	Form     *web.Form
	List     web.List
	NoRows   web.List
	Nothing  web.Empty
}

// Routes are the gallery's one page.
func Routes(f *web.Face) ([]edge.Route, error) {
	f, err := f.Area(templates)
	if err != nil {
		return nil, err
	}
	return []edge.Route{
		web.Show(f, "/gallery", web.Access{Public: "it shows components and holds no data"}, "gallery.html", page),
	}, nil
}

func page(q *web.Request) (*galleryPage, error) {
	p := &galleryPage{Page: q.Page("Gallery", web.Link{Label: "Console", Href: q.Base + "/"})}
	p.Person = &web.Person{Name: "Sample Person", Email: "person@example.com", Role: "Owner"}
	p.Sub = "Every component, in every state."
	p.Badge = &web.BadgeGoodwill
	p.Say = &web.Flash{Text: "The licence was switched off.", Tone: web.Good, Undo: &web.Undo{Label: "Undo", Action: "#"}}
	p.Actions = []web.Action{
		{Label: "Main action", Href: "#", Icon: "plus"}, {Label: "Another", Href: "#", Plain: true}, {Label: "Dangerous", Href: "#", Danger: true},
	}
	p.Tabs = []web.Tab{{Label: "Overview", Href: "#", Active: true}, {Label: "Devices", Href: "#", Count: "12"}, {Label: "History", Href: "#"}}
	p.Badges = []web.Badge{
		web.BadgeValid, web.BadgeGoodwill, web.BadgeUsedUp, web.BadgeExpiring, web.BadgeExpired, web.BadgeInactive, web.BadgeNotStarted,
		web.BadgeTemporary, web.BadgeActive, web.BadgeSilent, web.BadgeSuspended, web.BadgeReleased, web.BadgeOpen, web.BadgeLapsed, web.BadgeOveruse,
		web.BadgeDenied, web.BadgeSent, web.BadgeQueued, web.BadgeKept, web.BadgeFailed,
	}
	for _, tone := range []web.Tone{web.Info, web.Good, web.Notable, web.Warning, web.Bad} {
		p.Messages = append(p.Messages, web.Notice{Tone: tone, Title: string(tone) + ".", Text: "One clear sentence: what is so, and what to do."})
	}
	p.Stats = []web.Stat{
		{Label: "Licences", Value: "24,210", Sub: "312 this month", Icon: "license", Href: "#"},
		{Label: "On goodwill", Value: "37", Tone: web.Notable, Sub: "9 customers"},
		{Label: "Denied today", Value: "4", Tone: web.Bad},
	}
	bar := web.Bar{Used: 6, Contract: 5, Allowed: 7}
	p.Facts = p.Page.Facts(
		web.Fact{Label: "License key", Cell: web.Cell{Text: "018f2e1c-0000-7000-8000-00000000abcd", Mono: true, Copy: "018f2e1c-0000-7000-8000-00000000abcd"}},
		web.Fact{Label: "Activations", Cell: web.Cell{Bar: &bar}}, web.Fact{Label: "Issued", Cell: web.Cell{When: p.Now.Add(-3 * time.Hour)}},
		web.Fact{Label: "Expires", Cell: web.Cell{Day: p.Now.Add(24 * time.Hour)}, Hint: "The first instant at which it no longer holds"},
		web.Fact{Label: "Place", Cell: web.Cell{Flag: "GB", Text: "United Kingdom"}}, web.Fact{Label: "Nothing", Cell: web.Cell{}},
	)
	p.Charts = charts()
	p.Form = form(q)
	p.List, p.NoRows = lists(p)
	p.Nothing = web.Empty{
		Icon: "package", Title: "No products yet", Text: "A product is what you license.",
		Action: &web.Action{Label: "Create a product", Href: "#", Icon: "plus"},
	}
	return p, nil
}

func charts() []web.Chart {
	days := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	a, b := []int64{120, 132, 101, 134, 90, 30, 21}, []int64{22, 18, 19, 23, 29, 3, 1}
	return []web.Chart{
		{
			ID: "c1", Title: "Average per day", Text: "With a gap, and today.", Kind: web.LineChart, Labels: days, Today: true,
			Series: []web.Series{{Name: "Average", Values: a, Missing: []bool{false, false, true, false, true, false, false}}},
		},
		{
			ID: "c2", Title: "Activated and released", Kind: web.StackChart, Labels: days, Today: true,
			Series: []web.Series{{Name: "Activated", Values: a}, {Name: "Released", Values: b}},
		},
		{ID: "c3", Title: "Operating systems", Kind: web.RingChart, Labels: days[:4], Series: []web.Series{{Name: "Clients", Values: a[:4]}}},
		{ID: "c4", Title: "Versions", Kind: web.RankChart, Labels: days[:4], Series: []web.Series{{Name: "Clients", Values: a[:4]}}},
		{
			ID: "c5", Title: "Denied", Kind: web.BarChart, Labels: days,
			Series: []web.Series{{Name: "Denied", Values: make([]int64, 7)}}, Empty: "Nobody was refused.",
		},
		{
			ID: "c6", Title: "Of one tone", Kind: web.StackChart, Labels: days,
			Series: []web.Series{
				{Name: "First", Tone: web.Warning, Values: a}, {Name: "Second", Tone: web.Warning, Values: b}, {Name: "Third", Tone: web.Warning, Values: b},
			},
		},
	}
}

func form(q *web.Request) *web.Form {
	f := &web.Form{Submit: "Save", Cancel: q.Base + "/"}
	f.Add(web.Group{Title: "Every field", Text: "A group has a heading and a sentence.", Fields: []web.Field{
		{Name: "name", Label: "Name", Value: "Sample", Required: true, Hint: "What it is called on every screen."},
		{Name: "mail", Label: "E-mail", Kind: web.EmailField, Value: "not an address", Error: "must be one e-mail address"},
		{Name: "tokens", Label: "Tokens", Kind: web.NumberField, Value: "5", Unit: "devices"},
		{Name: "until", Label: "Until", Kind: web.DateField},
		{
			Name: "edition", Label: "Edition", Kind: web.SelectField, Placeholder: "Choose an edition",
			Options: []web.Option{{Value: "a", Label: "Standard"}, {Value: "b", Label: "Professional"}},
		},
		{Name: "notes", Label: "Notes", Kind: web.AreaField},
		{Name: "mode", Label: "Mode", Kind: web.RadioField, Value: "named", Options: []web.Option{
			{Value: "named", Label: "Named", Hint: "An activation for each device."},
			{Value: "floating", Label: "Floating", Hint: "Any number of clients, a limited number of sessions."},
		}},
		{Name: "sessions", Label: "Sessions", Kind: web.NumberField, When: "mode=floating"},
		{Name: "send", Label: "Send the mail now", Kind: web.CheckField, Value: "on", Hint: "It can be sent again later."},
	}})
	f.Add(web.Group{
		Title: "Less often needed", Text: "Closed until it is asked for.", Folded: true,
		Fields: []web.Field{{Name: "legacy", Label: "Legacy key", Mono: true}},
	})
	return f
}

func lists(p *galleryPage) (full, none web.List) {
	badge := web.BadgeValid
	bar := web.Bar{Used: 2, Contract: 5}
	cell := func(label string, c web.Cell) web.ShownCell { s := p.Cell(c); s.Label = label; return s }
	row := web.Row{ID: "1", Cells: []web.ShownCell{
		cell("Licence", web.Cell{Text: "Sample licence", Href: "#", Sub: "Standard · Sample product"}), cell("State", web.Cell{Badge: &badge}),
		cell("Activations", web.Cell{Bar: &bar}), cell("Issued", web.Cell{When: p.Now.Add(-time.Hour)}),
	}}
	full = web.List{
		Heads: []web.Head{{Label: "Licence"}, {Label: "State"}, {Label: "Activations"}, {Label: "Issued", Sort: "#", Dir: "descending"}},
		Rows:  []web.Row{row, row, row}, Next: "#", CSV: "#", Bulk: []web.Bulk{{Label: "Switch off", Action: "#"}},
		Filters: []web.Filter{
			{Name: "q", Label: "Search", Kind: web.SearchFilter, Hint: "Name or key"},
			{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{{Value: "on", Label: "On"}}},
		},
	}
	none = web.List{Narrowed: true, Clear: "#"}
	return full, none
}
