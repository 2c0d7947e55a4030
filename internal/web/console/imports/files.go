package imports

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/listing"
	"chancery/internal/visible"
	"chancery/internal/web"
)

func (p *Pages) files() []edge.Route {
	const all = 6
	routes := append(make([]edge.Route, 0, all),
		web.Serve(p.Face, http.MethodGet, "/imports/{id}/report.csv", web.Needs(identity.ManageImports), p.report),
		web.Serve(p.Face, http.MethodGet, "/imports/{id}/failed.csv", web.Needs(identity.ManageImports), p.failed))
	for i := range routes {
		routes[i].Timeout = 5 * time.Minute
	}
	for _, k := range imports.Kinds() {
		routes = append(routes, web.Serve(p.Face, http.MethodGet, "/imports/templates/"+string(k)+".csv", web.Needs(identity.ManageImports),
			func(w http.ResponseWriter, _ *web.Request) error {
				columns := imports.ColumnsOf(k)
				heading, example := make([]string, len(columns)), make([]string, len(columns))
				for i, c := range columns {
					heading[i], example[i] = c.Name, c.Example
				}
				out := begin(w, string(k)+".csv", heading)
				_ = out.Write(example) // an error stays in out: the browser is gone
				out.Flush()
				return nil
			}))
	}
	return routes
}

// begin begins a file that spreadsheets open.
func begin(w http.ResponseWriter, name string, heading []string) *csv.Writer {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write([]byte("\uFEFF")) // spreadsheets take the file for UTF-8 by it
	out := csv.NewWriter(w)
	_ = out.Write(heading)
	return out
}

// report is every line as it was, with what became of it and the keys issued.
func (p *Pages) report(w http.ResponseWriter, q *web.Request) error {
	return p.write(w, q, "import-report.csv", false, func(i imports.Import) []string {
		first := []string{"line", "result", "problem"}
		switch i.Kind {
		case imports.Customers:
			return append(first, "new_customer_number", "new_customer_id")
		case imports.Cards:
			return append(first, "new_card_number", "new_card_id")
		case imports.Devices:
			return append(first, "new_device_number", "new_device_id")
		case imports.Licenses:
		}
		return []string{"line", "result", "problem", "license_key", "printed_key", "license_id"}
	}, func(i imports.Import, l imports.Line) []string {
		id := ""
		if l.State == imports.LineDone {
			id = l.Result.ID.String()
		}
		first := []string{strconv.Itoa(l.Number), lineBadge(l).Word, told(l)}
		if i.Kind != imports.Licenses {
			return append(first, l.Result.Number, id)
		}
		return append(first, l.Result.LicenseKey, l.Result.PrintedKey, id)
	})
}

// failed is the failed lines with what is wrong: corrected, it can be uploaded again.
func (p *Pages) failed(w http.ResponseWriter, q *web.Request) error {
	return p.write(w, q, "import-failed.csv", true, func(imports.Import) []string { return []string{"problem"} },
		func(_ imports.Import, l imports.Line) []string { return []string{told(l)} })
}

func (p *Pages) write(
	w http.ResponseWriter, q *web.Request, name string, failed bool, heading func(imports.Import) []string, row func(imports.Import, imports.Line) []string,
) error {
	i, err := p.found(q)
	if err != nil {
		return err
	}
	r, err := listing.Parse(listing.MaxLimit, "", "", imports.LineSorts()...)
	if err != nil {
		return err
	}
	page, err := p.Rows.Lines(q.Context(), q.VendorID(), i.ID, failed, r)
	if err != nil {
		return err
	}
	out := begin(w, name, harmless(append(heading(i), i.Columns...)))
	for {
		for _, l := range page.Items {
			_ = out.Write(harmless(append(row(i, l), l.Cells...)))
		}
		out.Flush()
		if page.Next == "" || out.Error() != nil {
			return nil //nolint:nilerr // at the end, or the browser is gone
		}
		if r, err = listing.Parse(listing.MaxLimit, "", page.Next, imports.LineSorts()...); err != nil {
			return err
		}
		if page, err = p.Rows.Lines(q.Context(), q.VendorID(), i.ID, failed, r); err != nil {
			return err
		}
	}
}

// harmless gives cells as a spreadsheet may have them.
func harmless(cells []string) []string {
	for i, c := range cells {
		cells[i] = visible.Cell(c)
	}
	return cells
}
