package imports

import (
	"io"
	"net/http"
	"slices"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/tx"
	"chancery/internal/web"
)

type uploadPage struct {
	web.Page

	Form     *web.Form
	Kind     string
	Template string // address of the template file
	Columns  []imports.Column
}

const (
	formBytes     = 64 << 10 // what a form has beside its file
	uploadTimeout = 2 * time.Minute
)

func (p *Pages) upload() []edge.Route {
	routes := web.AskWith(p.Face, "/imports/new", web.Needs(identity.ManageImports), "upload.html", p.askFile, p.readFile,
		func(t tx.Tx, q *web.Request, stored imports.Import) (web.Done, error) {
			i, err := p.Imports.Keep(t, q.VendorID(), stored.UUID)
			if err != nil {
				return web.Done{}, err
			}
			return web.Done{To: href(q, i), Say: web.Flash{Text: "The file was read. Nothing is written yet: look at its lines, then start.", Tone: web.Info}}, nil
		})
	for i := range routes {
		if routes[i].Method == http.MethodPost {
			routes[i].BodyLimit, routes[i].Timeout = imports.MaxBytes+formBytes, uploadTimeout
		}
	}
	return routes
}

// kindOf is what the page imports: customers unless the address or the form says
// something else.
func kindOf(given string) imports.Kind {
	if k := imports.Kind(given); slices.Contains(imports.Kinds(), k) {
		return k
	}
	return imports.Customers
}

func (p *Pages) askFile(q *web.Request, form *web.Form) (*uploadPage, error) {
	k := kindOf(q.Text("kind"))
	if sent, is := form.Sent("kind"); is {
		k = kindOf(sent)
	}
	if err := allow(q, k); err != nil {
		return nil, err
	}
	page := &uploadPage{
		Page: q.Page("Import "+kindWord(k), web.Link{Label: "Import", Href: q.Href("/imports")}), Form: form, Kind: kindWord(k), Columns: imports.ColumnsOf(k),
		Template: q.Href("/imports/templates/" + string(k) + ".csv"),
	}
	page.Sub = "First the file is read and every line checked. You see what would happen, and nothing is written until you start it."
	form.Files, form.Submit, form.Cancel = true, "Read the file", q.Href("/imports")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "kind", Kind: web.HiddenField, Value: string(k)},
		{
			Name: "file", Label: "CSV file", Kind: web.FileField, Accept: ".csv,.txt,text/csv", Required: true,
			Hint: "UTF-8, with a heading; commas, semicolons or tabs between the columns. Up to 5 MB and 10,000 lines.",
		},
	}})
	return page, nil
}

// readFile reads and checks a file, and stores it in transactions of its own.
func (p *Pages) readFile(q *web.Request, v web.Values) (imports.Import, error) {
	k := kindOf(v.Text("kind"))
	if err := allow(q, k); err != nil {
		return imports.Import{}, err
	}
	header := q.File("file")
	if header == nil {
		return imports.Import{}, fault.Wrong(fault.Field{Name: "file", Message: "is needed: choose one"})
	}
	f, err := header.Open()
	if err != nil {
		return imports.Import{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, imports.MaxBytes+1))
	if err != nil {
		return imports.Import{}, err
	}
	file, err := p.Imports.Read(q.Context(), q.VendorID(), k, q.Vendor.Location(), content)
	if err != nil {
		return imports.Import{}, err
	}
	return p.Imports.Receive(q.Context(), q.VendorID(), k, q.Vendor.Location(), header.Filename, file)
}
