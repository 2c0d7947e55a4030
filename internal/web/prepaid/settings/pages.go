package settings

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Service changes settings.
type Service interface {
	SetSwitches(t tx.Tx, by prepaid.By, customer ident.UUID, change prepaid.SwitchChange) (prepaid.Customer, error)
	SetGrace(t tx.Tx, by prepaid.By, days int64) error
}

// Rows reads a vendor's settings.
type Rows interface {
	SettingsOf(ctx context.Context, v ident.VendorID) (prepaid.Settings, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame   *frame.Frame
	Service Service
	Rows    Rows
}

// Pages are the pages of the settings.
type Pages struct {
	Config

	face *web.Face
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Service == nil || c.Rows == nil {
		return nil, errors.New("settings: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// Addresses of the forms, below the section.
const (
	editPath  = frame.SettingsPath + "/{customer}/edit"
	renewPath = frame.SettingsPath + "/{customer}/renew"
	gracePath = frame.SettingsPath + "/grace"
)

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	routes := []edge.Route{web.Show(p.face, f.Path(frame.SettingsPath), f.See, "settings.html", p.show)}
	routes = append(routes, web.Edit(f.Face, f.Path(editPath), f.Act, "form.html", p.customer, p.askSwitches, p.setSwitches)...)
	routes = append(routes, web.Ask(f.Face, f.Path(renewPath), f.Act, "form.html", p.askRenew, p.renew)...)
	if f.IsStaff() {
		routes = append(routes, web.Edit(f.Face, f.Path(gracePath), f.Act, "form.html", web.OfAll("vendor"), p.askGrace, p.setGrace)...)
	}
	return routes
}

// customer is the thing that the form of switches edits.
func (p *Pages) customer(q *web.Request) ([]audit.Thing, error) {
	id, err := q.ID("customer")
	return []audit.Thing{{Subject: "customer", ID: id}}, err
}
