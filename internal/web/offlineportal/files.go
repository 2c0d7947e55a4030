package offlineportal

import (
	"context"
	"embed"
	"errors"
	"mime"
	"net/http"
	"net/netip"
	"strconv"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/language"
	"chancery/internal/offline"
	"chancery/internal/refusal"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Name is the first part of the pages' addresses.
const Name = "offline"

// Files reads what people bring.
type Files interface {
	Take(ctx context.Context, u offline.Upload) (*offline.Reply, *refusal.Refusal, error)
}

// Vendors finds vendors by the name in the address.
type Vendors interface {
	// BySlug fails with a NotFound fault when there is none.
	BySlug(ctx context.Context, slug string) (vendors.Vendor, error)
}

// Config is what the pages need. Uploads and Guesses bound what one address sends, and
// what of it is refused; nil for no bound.
type Config struct {
	Face    *web.Face
	Files   Files
	Vendors Vendors

	Uploads, Guesses *budget.Budget
}

// Pages are the public pages of files.
type Pages struct {
	Config

	scripts *edge.Surface
}

// New checks the configuration.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Files == nil || c.Vendors == nil {
		return nil, errors.New("offlineportal: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c, &edge.Surface{Name: "offline files", Browser: true}}, err
}

const public = "a person brings a file of a device without internet; what it may ask for, the file proves itself"

// largest is how many bytes may be sent: ten files, with what forms put around them.
const largest = 1 << 20

// Routes are the pages, and the address for scripts.
func (p *Pages) Routes() []edge.Route {
	return append(p.pages(), edge.Route{
		Surface: p.scripts, Method: http.MethodPost, Path: p.Face.Path("/files"), Public: public, BodyLimit: largest, Secret: true, Handler: p.take,
	})
}

// take answers one file with another one.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	text, err := edge.Upload(r, largest)
	if err != nil {
		return err
	}
	reply, err := p.answer(r.Context(), r.PathValue("vendor"), text)
	if err != nil {
		return err
	}
	Send(w, reply.Name, reply.File)
	return nil
}

// answer has a file read, within the bounds on what one address may send.
func (p *Pages) answer(ctx context.Context, slug string, text []byte) (*offline.Reply, error) {
	v, err := p.Vendors.BySlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	from := edge.ClientAddress(ctx)
	for _, bound := range []*budget.Budget{p.Guesses, p.Uploads} {
		if bound != nil {
			if err := bound.Check(visitor(bound, from)); err != nil {
				return nil, err
			}
		}
	}
	if p.Uploads != nil {
		if err := p.Uploads.Spend(visitor(p.Uploads, from)); err != nil {
			return nil, err
		}
	}
	reply, no, err := p.Files.Take(ctx, offline.Upload{Vendor: v.ID, UUID: v.UUID, Text: text, From: from, Via: offline.ViaPortal})
	if err != nil || no == nil {
		return reply, err
	}
	if no.ID == refusal.InvalidKey && p.Guesses != nil {
		if err := p.Guesses.Spend(visitor(p.Guesses, from)); err != nil {
			return nil, err
		}
	}
	return nil, fault.Refused(language.RefusedCode+strconv.Itoa(no.ID), no.Message, no.Help)
}

func visitor(b *budget.Budget, from netip.Addr) budget.Subject { return b.From(from, "offline files") }

// Send sends a file for a device as a download.
func Send(w http.ResponseWriter, name string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // the client is gone: nothing left to tell it
}
