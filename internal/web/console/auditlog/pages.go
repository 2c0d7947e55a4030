package auditlog

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Rows reads the audit log.
type Rows interface {
	show.History

	Heads(ctx context.Context, vendor ident.VendorID, limit int) ([]string, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face *web.Face
	Rows Rows
}

// Pages are the pages of the audit log.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil {
		return nil, errors.New("auditlog: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	needs := web.Needs(identity.ViewAuditLog)
	return web.Compressed(
		web.Lists(p.Face, "/audit-log", needs, p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Audit log")
			page.Sub = "Who changed what, when and from where. Records are sealed into a chain whose heads are signed: keep one elsewhere, and a later change of any record before it shows."
			page.Actions = []web.Action{{Label: "Newest signed head", Href: q.Href("/audit-log/head"), Icon: "download", Plain: true}}
			return page, nil
		}),
		web.Serve(p.Face, http.MethodGet, "/audit-log/head", needs, p.head),
	)
}

// subjects are what records are about.
func subjects() []web.Option {
	return []web.Option{
		{Value: "license", Label: "Licences"},
		{Value: "activation", Label: "Activations"},
		{Value: "device", Label: "Devices"},
		{Value: "customer", Label: "Customers"},
		{Value: "product", Label: "Products"},
		{Value: "edition", Label: "Editions"},
		{Value: "user", Label: "Users"},
		{Value: "role", Label: "Roles"},
		{Value: "api_key", Label: "API keys"},
		{Value: "signing_key", Label: "Signing keys"},
		{Value: "subscription", Label: "Webhooks and mail"},
		{Value: "vendor", Label: "The vendor"},
	}
}

func (p *Pages) table(q *web.Request) (web.Table[show.Record], error) {
	t := show.LogTable(q, p.Rows, func(q *web.Request) (audit.Filter, error) {
		v := web.NewValues(q.R.URL.Query(), q.Zone()) // days as those of the instants that are shown
		f := audit.Filter{Action: v.Text("action"), From: v.FirstDay("from", time.Time{}), To: v.LastDay("to", time.Time{})}
		if s := v.Text("subject"); slices.ContainsFunc(subjects(), func(o web.Option) bool { return o.Value == s }) {
			f.Subject = s
		}
		return f, v.Err()
	})
	t.Filters = []web.Filter{
		{Name: "subject", Label: "About", Kind: web.ChoiceFilter, Options: subjects()},
		{Name: "action", Label: "Action", Kind: web.SearchFilter, Hint: "Action, such as license.changed"},
		{Name: "from", Label: "From", Kind: web.DateFilter},
		{Name: "to", Label: "To", Kind: web.DateFilter},
	}
	return t, nil
}

// head gives the newest signed head of the chain as a file.
func (p *Pages) head(w http.ResponseWriter, q *web.Request) error {
	heads, err := p.Rows.Heads(q.Context(), q.VendorID(), 1)
	if err != nil {
		return err
	}
	if len(heads) == 0 {
		return &fault.Error{
			Kind: fault.NotFound, Code: "no_head", Message: "No head has been signed yet.", Help: "The first one is made within a minute of the first change.",
		}
	}
	w.Header().Set("Content-Type", "application/jose")
	w.Header().Set("Content-Disposition", `attachment; filename="audit-head.jws"`)
	_, _ = w.Write([]byte(heads[0] + "\n")) // the browser is gone: nothing left to tell it
	return nil
}
