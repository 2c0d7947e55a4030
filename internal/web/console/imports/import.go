package imports

import (
	"fmt"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type importPage struct {
	web.Page

	Watch    bool // it changes by itself: the page reads itself again
	Progress web.Bar
	Stats    []web.Stat
	Explains string
	Problems string    // address of the lines with problems; empty for none
	Start    *web.Form // of a draft
	ReadAs   []readAs
	Lines    web.List
}

// readAs says what a column of the file is read as.
type readAs struct{ Heading, As string }

func (p *Pages) imported() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/imports/{id}", web.Needs(identity.ManageImports), "import.html", p.importPage)}
}

func (p *Pages) found(q *web.Request) (imports.Import, error) {
	id, err := q.ID("id")
	if err != nil {
		return imports.Import{}, err
	}
	return p.Rows.ByUUID(q.Context(), q.VendorID(), id)
}

func (p *Pages) importPage(q *web.Request) (*importPage, error) {
	i, err := p.found(q)
	if err != nil {
		return nil, err
	}
	page := &importPage{Page: q.Page(i.FileName, web.Link{Label: "Import", Href: q.Href("/imports")}), Watch: i.State == imports.Running}
	b := badge(i)
	page.Badge = &b
	page.Sub = upperFirst(kindWord(i.Kind)) + ", uploaded " + page.Ago(i.CreatedAt).Text + "."
	if page.Watch {
		page.Refresh = page.Address
	}
	page.Progress = web.Bar{Used: int64(i.Done), Contract: int64(i.Lines), Unit: "lines"}
	page.Stats = []web.Stat{
		{Label: "Lines", Value: web.Number(int64(i.Lines)), Icon: "list"},
		{Label: "Done", Value: web.Number(int64(i.Done)), Icon: "check"},
		{Label: "Waiting", Value: web.Number(int64(i.Waiting())), Icon: "clock"},
		{Label: "With problems", Value: web.Number(int64(i.Failed)), Icon: "alert-triangle"},
	}
	if i.Failed > 0 {
		page.Stats[3].Tone = web.Bad
		page.Problems = href(q, i) + "?show=failed"
		page.Stats[3].Href = page.Problems
	}
	page.Explains = explains(i)
	if i.State != imports.Draft && i.Failed > 0 {
		if err := p.tellBroken(q, page, i); err != nil {
			return nil, err
		}
	}
	page.Actions = p.can(q, i)
	if i.State == imports.Draft {
		before, repeats, err := p.Rows.BroughtBefore(q.Context(), q.VendorID(), i)
		if err != nil {
			return nil, err
		}
		if page.Start = start(q, p.Face, i, repeats); repeats {
			page.Notices = append(page.Notices, repeated(q, page, before))
		}
	}
	if r, err := imports.ReadAs(i.Kind, i.Columns); err == nil {
		for place, heading := range i.Columns {
			as := r.As(place)
			if as == "" {
				as = "ignored"
			}
			page.ReadAs = append(page.ReadAs, readAs{heading, as})
		}
	}
	page.Lines, err = p.lineTable(q, i).View(q, &page.Page)
	page.Lines.CSV, page.Lines.Picks = "", nil
	return page, err
}

// tellBroken says at which line the server had a fault of its own, and what to do.
func (p *Pages) tellBroken(q *web.Request, page *importPage, i imports.Import) error {
	l, found, err := p.Rows.Broken(q.Context(), q.VendorID(), i.ID)
	if found {
		page.Notices = append(page.Notices, web.Notice{Tone: web.Bad, Title: "Line " + web.Number(int64(l.Number)) + " was not brought in.", Text: told(l)})
	}
	return err
}

// repeated says when the same file was brought in.
func repeated(q *web.Request, page *importPage, before imports.Import) web.Notice {
	n := web.Notice{
		Tone: web.Warning, Title: "This file was brought in on " + page.Day(before.StartedAt).Text + ".",
		Text:  "Imported once more, it makes all of it a second time; only what must be unique is refused.",
		Links: []web.Link{{Label: "Look at that import", Href: href(q, before)}},
	}
	if before.State == imports.Running {
		n.Title = "This file is being brought in already."
	}
	return n
}

// explains says what is so and what happens next.
func explains(i imports.Import) string {
	what := kindWord(i.Kind)
	switch i.State {
	case imports.Arriving:
		return "The file is being stored. Open this page again in a moment."
	case imports.Gone:
		return "The file was discarded. Nothing of it was brought in."
	case imports.Draft:
		if i.Waiting() == 0 {
			return "Every line has a problem, so nothing can be imported. Correct the file and upload it again."
		}
		if i.Failed > 0 {
			return fmt.Sprintf("%s can be imported; %s a problem and would be left out.", web.Count(int64(i.Waiting()), "line", "lines"), web.Count(int64(i.Failed), "line has", "lines have"))
		}
		return "All lines look right. Some things can only be told when a line is carried out; what is refused then is listed here."
	case imports.Running:
		return "You can leave this page: the import goes on, also when the server is started anew. Each line is brought in wholly or not at all, and never twice."
	case imports.Stopped:
		if i.Waiting() == 0 {
			return "It was stopped at its last line. What is done stays."
		}
		return "It was stopped. What is done stays; the rest waits until you go on with it."
	case imports.Refused:
		return "A line failed, so nothing at all was brought in. Correct the file and upload it again, or remove the reason and try again."
	case imports.Finished:
	}
	if i.Failed > 0 {
		return fmt.Sprintf("%s brought in; %s. Take the failed lines as a file, correct them, and upload that file.",
			web.Count(int64(i.Done), "line was", "lines were"), web.Count(int64(i.Failed), "line failed", "lines failed"))
	}
	return "All " + what + " of the file were brought in."
}

func (p *Pages) can(q *web.Request, i imports.Import) []web.Action {
	var all []web.Action
	at := href(q, i)
	if q.May(needs(i.Kind)) {
		switch {
		case i.State == imports.Running:
			all = append(all, web.Action{Label: "Stop", Href: at + "/stop", Icon: "player-pause", Post: true, Plain: true})
		case i.State == imports.Stopped && i.Waiting() > 0:
			all = append(all, web.Action{Label: "Go on", Href: at + "/start", Icon: "player-play", Post: true})
		case i.State == imports.Draft:
			all = append(all, web.Action{Label: "Discard", Href: at + "/discard", Icon: "trash", Post: true, Plain: true})
		}
		if i.Failed > 0 && (i.State == imports.Finished || i.State == imports.Stopped || i.State == imports.Refused) {
			all = append(all, web.Action{Label: "Try the failed lines again", Href: at + "/retry", Icon: "refresh", Post: true, Plain: true})
		}
	}
	if i.Done > 0 {
		all = append(all, web.Action{Label: "Report", Href: at + "/report.csv", Icon: "download", Plain: true})
	}
	if i.Failed > 0 {
		all = append(all, web.Action{Label: "Failed lines", Href: at + "/failed.csv", Icon: "download", Plain: true})
	}
	return all
}

func start(q *web.Request, f *web.Face, i imports.Import, repeats bool) *web.Form {
	if i.Waiting() == 0 || !q.May(needs(i.Kind)) {
		return nil
	}
	form := &web.Form{Action: href(q, i) + "/start", Submit: "Import " + web.Count(int64(i.Waiting()), "line", "lines"), Once: f.IDs.V7().String()}
	var fields []web.Field
	if i.Failed == 0 && i.Lines <= imports.MaxAllOrNothing {
		fields = append(fields, web.Field{
			Name: "all_or_nothing", Label: "All or nothing", Kind: web.CheckField,
			Hint: "If one line is refused, none is brought in. Off: each line stands on its own, and refused ones are listed.",
		})
	}
	if repeats {
		fields = append(fields, web.Field{
			Name: "again", Label: "Bring it in once more", Kind: web.CheckField, Hint: "The same file was brought in before.",
		})
	}
	if fields != nil {
		form.Add(web.Group{Fields: fields})
	}
	return form
}

func (p *Pages) lineTable(q *web.Request, i imports.Import) web.Table[imports.Line] {
	t := web.Table[imports.Line]{
		Name: "lines", Sorts: imports.LineSorts(), Limit: 100,
		Filters: []web.Filter{{Name: "show", Label: "Lines", Kind: web.ChoiceFilter, Options: []web.Option{{Value: "failed", Label: "With problems"}}}},
		Empty:   web.Empty{Icon: "list", Title: "No lines"},
		Columns: []web.Column[imports.Line]{
			{Name: "line", Label: "Line", Cell: func(l imports.Line) web.Cell { return web.Cell{Text: web.Number(int64(l.Number))} }},
			{Name: "state", Label: "State", Cell: func(l imports.Line) web.Cell {
				b := lineBadge(l)
				return web.Cell{Badge: &b, Sub: told(l)}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[imports.Line], error) {
			return p.Rows.Lines(q.Context(), q.VendorID(), i.ID, q.Text("show") == "failed", r)
		},
	}
	if i.Done > 0 {
		t.Columns = append(t.Columns, web.Column[imports.Line]{Name: "made", Label: "Made", Cell: func(l imports.Line) web.Cell { return made(q, i.Kind, l) }})
	}
	r, err := imports.ReadAs(i.Kind, i.Columns)
	for place, heading := range i.Columns {
		if err != nil || r.As(place) == "" {
			continue
		}
		t.Columns = append(t.Columns, web.Column[imports.Line]{Name: fmt.Sprint("c", place), Label: heading, Cell: func(l imports.Line) web.Cell {
			if place >= len(l.Cells) {
				return web.Cell{}
			}
			text := brief(l.Cells[place])
			return web.Cell{Text: text, Whole: len(text) <= 12} // days and numbers in one piece
		}})
	}
	return t
}

func lineBadge(l imports.Line) web.Badge {
	switch l.State {
	case imports.LineDone:
		return web.Badge{Word: "Done", Tone: web.Good}
	case imports.LineFailed:
		return web.Badge{Word: "Problem", Tone: web.Bad}
	case imports.LineWaiting:
	}
	return web.Badge{Word: "Ready", Tone: web.Info}
}

// made links to what a line made.
func made(q *web.Request, k imports.Kind, l imports.Line) web.Cell {
	switch {
	case l.State != imports.LineDone:
		return web.Cell{}
	case k == imports.Customers:
		return web.Cell{Text: l.Result.Number, Mono: true, Href: show.CustomerHref(q, l.Result.ID)}
	case k == imports.Cards || k == imports.Devices:
		return web.Cell{Text: l.Result.Number, Mono: true, Copy: l.Result.Number}
	}
	short := l.Result.LicenseKey
	if len(short) > 13 {
		short = short[:13] + "…"
	}
	return web.Cell{Text: short, Mono: true, Href: show.LicenseHref(q, l.Result.ID), Copy: l.Result.LicenseKey}
}

func brief(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
