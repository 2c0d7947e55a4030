package devices

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Rows reads devices. What is missing, or not in a holder's sight, is nil.
type Rows interface {
	Devices(ctx context.Context, v ident.VendorID, f prepaid.DeviceFilter, r listing.Request) (listing.Page[prepaid.DeviceView], error)
	DeviceByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.DeviceView, error)
	DevicesNamed(ctx context.Context, v ident.VendorID, numbers []string, h prepaid.Holder) ([]prepaid.DeviceView, error)
	CardsOf(ctx context.Context, v ident.VendorID, d ident.DeviceID, h prepaid.Holder) ([]prepaid.CardView, error)
	Unknown(ctx context.Context, v ident.VendorID) ([]prepaid.Unknown, error)
	Transfers(ctx context.Context, v ident.VendorID, f prepaid.TransferFilter, r listing.Request) (listing.Page[prepaid.TransferView], error)
	Deductions(ctx context.Context, v ident.VendorID, f prepaid.DeductionFilter, r listing.Request) (listing.Page[prepaid.DeductionView], error)
}

// Devices changes devices: see prepaid.Service.
type Devices interface {
	CreateDevice(t tx.Tx, by prepaid.By, n prepaid.NewDevice) (prepaid.Device, error)
	SetModel(t tx.Tx, by prepaid.By, number, model string) (prepaid.Device, error)
	SellDevices(t tx.Tx, by prepaid.By, numbers []string, to ident.UUID) ([]prepaid.Device, error)
	TransferDevices(t tx.Tx, by prepaid.By, numbers []string, code string) ([]prepaid.Device, error)
	ReturnDevices(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Device, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame   *frame.Frame
	Rows    Rows
	Devices Devices
}

// Pages are the pages of devices.
type Pages struct {
	Config

	face *web.Face // of this area
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil || c.Devices == nil {
		return nil, errors.New("devices: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// The addresses of what is done with devices. They take the numbers of devices as "id".
const (
	sellPath    = frame.DevicesPath + "/sell"
	returnPath  = frame.DevicesPath + "/return"
	newPath     = frame.DevicesPath + "/new"
	unknownPath = frame.DevicesPath + "/unknown"
	onePath     = frame.DevicesPath + "/{number}"
	modelPath   = onePath + "/model"
)

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	routes := web.Compressed(
		web.Lists(f.Face, f.Path(frame.DevicesPath), f.See, p.devices, p.devicesChrome),
		web.Show(p.face, f.Path(onePath), f.See, "device.html", p.one),
	)
	routes = append(routes, web.AskWith(f.Face, f.Path(sellPath), f.Act, "form.html", p.askSell, p.readSale, p.sell)...)
	routes = append(routes, web.Ask(f.Face, f.Path(returnPath), f.Act, "form.html", p.askReturn, p.giveBack)...)
	if !f.IsStaff() {
		return routes
	}
	routes = append(routes, web.Lists(f.Face, f.Path(unknownPath), f.See, p.unknown, p.unknownChrome))
	routes = append(routes, web.Ask(f.Face, f.Path(newPath), f.Act, "form.html", p.askNew, p.create)...)
	return append(routes, web.Edit(f.Face, f.Path(modelPath), f.Act, "form.html", p.thing, p.askModel, p.setModel)...)
}

// device is the device that the address names, and the look at its owner's things.
func (p *Pages) device(q *web.Request) (*prepaid.DeviceView, frame.Look, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, l, err
	}
	d, err := p.Rows.DeviceByNumber(q.Context(), q.VendorID(), q.R.PathValue("number"), l.Sees())
	if err == nil && d == nil {
		err = fault.Missing("device")
	}
	if err != nil {
		return nil, l, err
	}
	l, err = p.Frame.OfOwner(q, d.Owner.UUID)
	return d, l, err
}

func href(l frame.Look, number string) string {
	return l.Href(frame.DevicesPath + "/" + frame.Segment(number))
}

func (p *Pages) crumbs(q *web.Request, l frame.Look) []web.Link {
	return []web.Link{{Label: q.T("Devices"), Href: l.Href(frame.DevicesPath)}}
}
