package offline

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

// Config is what the service needs.
type Config struct {
	Keys     Keys
	Users    Users
	Licenses Licenses
	Meters   Meters
	Store    Store
	Runner   tx.Runner
	Clock    ident.Clock
	IDs      ident.Source
}

// Service reads the files that people bring.
type Service struct{ c Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Keys == nil || c.Users == nil || c.Licenses == nil || c.Meters == nil || c.Store == nil || c.Runner == nil || c.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("offline: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// MaxAge is how old a request for a licence may be, by the server's clock.
const MaxAge = 30 * 24 * time.Hour

// Upload is what somebody brings.
type Upload struct {
	Vendor ident.VendorID
	UUID   ident.UUID // the vendor's outside id, which files carry
	Text   []byte     // a file's bytes, or what was pasted
	From   netip.Addr // where it comes from, for the bounds on tries
	Via    Via
}

// Kind says what became of a file.
type Kind string

// The kinds.
const (
	Licensed    Kind = "licensed"    // the reply is a licence file
	Refreshed   Kind = "refreshed"   // the reply is a refresh file
	Counted     Kind = "reported"    // the reply is a receipt: what was used is counted
	Deactivated Kind = "deactivated" // the reply is a receipt: the place is free
)

// Reply is the file that goes back, and what a page says of it.
type Reply struct {
	Kind Kind
	Name string // of the file
	File []byte

	License, Product, Device string
	Hostname                 string // of the device, as its file says
	Place                    Place
	Serial                   int64 // of a licence that is handed out
	Over                     int   // how many limits are exceeded now
	Copied                   bool  // another device tells other records under the same name
	Old                      bool  // later reports of the device have told all of it
	WasFree                  bool  // the place had been given up before
}

// Take reads the one request that stands in what somebody brings. What is wrong with the
// file is an Invalid fault, what the vendor's rules say a *refusal.Refusal.
func (s *Service) Take(ctx context.Context, u Upload) (*Reply, *refusal.Refusal, error) {
	f := &File{Via: u.Via, Size: int64(len(u.Text))}
	reply, no, err := s.take(ctx, u, f)
	if failed := s.note(ctx, u.Vendor, f, reply, no, err); failed != nil {
		return nil, nil, failed
	}
	if reply != nil {
		reply.File = f.Content // that of the first, where two came at once
		reply.Hostname = f.Hostname
	}
	return reply, no, err
}

func (s *Service) take(ctx context.Context, u Upload, f *File) (*Reply, *refusal.Refusal, error) {
	found, err := signed.Find(u.Text)
	if err != nil {
		return nil, nil, sayFound(err)
	}
	requests := requestsIn(found)
	if len(requests) == 0 {
		return nil, nil, sayDocument(found[0].Type)
	}
	request := requests[0]
	switch {
	case len(requests) > 1:
		return nil, nil, wrongFile("more_than_one", "There is more than one request in this text.", "Bring them one by one.")
	case request.VendorID != u.UUID.String():
		return nil, nil, wrongFile("another_vendor", "This request is for another vendor.", "Bring it to the portal of the maker of the program.")
	}
	content, err := s.c.Keys.OpenRequest(ctx, u.Vendor, *request)
	if err != nil {
		return nil, nil, sayOpened(err)
	}
	f.Hash = hashOf(content)
	if request.Kind == signed.SealActivation {
		f.Form = FormRequest
		return s.activate(ctx, u, content, f)
	}
	return s.report(ctx, u, content, f)
}

// requestsIn are the requests of a text; a mail may quote the answers to others beside them.
func requestsIn(found []signed.Found) (requests []*signed.Sealed) {
	for _, f := range found {
		if f.Request != nil {
			requests = append(requests, f.Request)
		}
	}
	return requests
}

// Apart gives each request of a text alone, for Take; a text with one or none as it is.
func Apart(text []byte) (texts [][]byte) {
	found, err := signed.Find(text)
	if err != nil {
		return [][]byte{text} // Take says what is wrong with it
	}
	for _, r := range requestsIn(found) {
		texts = append(texts, r.Armour())
	}
	if len(texts) < 2 {
		return [][]byte{text}
	}
	return texts
}

func (s *Service) activate(ctx context.Context, u Upload, content []byte, f *File) (*Reply, *refusal.Refusal, error) {
	r, err := signed.ParseActivationRequest(u.UUID.String(), content)
	if err != nil {
		return nil, nil, errDamaged(err)
	}
	f.Hostname = r.Hostname
	if age := s.c.Clock.Now().Sub(time.Unix(r.CreatedAt, 0)); age > MaxAge {
		return nil, nil, wrongFile("request_too_old", "This request was made more than 30 days ago, by the clock of its device.",
			"Set the device's clock if it is wrong, make a new request there, and bring that.")
	}
	var p Place
	var no *refusal.Refusal
	granted := false
	look := func() error {
		return s.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
			p, granted, err = s.granted(t, u.Vendor, r, f)
			return err
		})
	}
	// A request that was granted is answered again without its proof: a code is used up by then.
	if err := look(); err != nil {
		return nil, nil, err
	}
	if granted {
		return s.repeat(ctx, u, p, r, f)
	}
	var proven Proven
	if r.Email != "" {
		if proven, err = s.c.Users.Prove(ctx, u.Vendor, r, u.From); err != nil {
			return nil, nil, err
		}
	}
	if r.Email != "" && proven == nil { // or used by the same request, brought twice at once
		if err := look(); err != nil {
			return nil, nil, err
		}
		if granted {
			return s.repeat(ctx, u, p, r, f)
		}
		return nil, refusal.WrongUser(), nil
	}
	err = s.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		p, no, err = s.place(t, u.Vendor, r, proven, f)
		return err
	})
	if err != nil || no != nil {
		return nil, no, err
	}
	return s.handOut(ctx, u.Vendor, u.UUID, p, &r)
}

// granted finds the activation that a request has led to; false for none yet.
func (s *Service) granted(t tx.Tx, v ident.VendorID, r signed.ActivationRequest, f *File) (Place, bool, error) {
	id, err := ident.ParseUUID(r.RequestID)
	if err != nil {
		return Place{}, false, err
	}
	key, err := signed.ParseKey(r.ClientPublicKey)
	if err != nil {
		return Place{}, false, err
	}
	before, found, err := s.c.Store.Request(t, v, id)
	if err != nil || !found {
		return Place{}, false, err
	}
	p, err := s.c.Licenses.Place(t, v, before.Activation)
	if err != nil {
		return Place{}, false, err
	}
	if p != nil {
		f.of(*p)
	}
	if p == nil || p.Ended || !bytes.Equal(before.ClientKey, key) || !bytes.Equal(p.ClientKey, key) {
		return Place{}, false, errEnded() // never answered from memory
	}
	return *p, true, nil
}

// place takes a place for a request, unless the same one has taken it at this moment.
func (s *Service) place(t tx.Tx, v ident.VendorID, r signed.ActivationRequest, proven Proven, f *File) (Place, *refusal.Refusal, error) {
	p, found, err := s.granted(t, v, r, f)
	if err != nil || found {
		return p, nil, err
	}
	id, err := ident.ParseUUID(r.RequestID)
	if err != nil {
		return Place{}, nil, err
	}
	key, err := signed.ParseKey(r.ClientPublicKey)
	if err != nil {
		return Place{}, nil, err
	}
	licensee := ""
	if proven != nil {
		used, err := proven.Use(t)
		if err != nil {
			return Place{}, nil, err
		}
		if !used { // or by the same request, brought twice at once
			if p, found, err := s.granted(t, v, r, f); err != nil || found {
				return p, nil, err
			}
			return Place{}, refusal.WrongUser(), nil
		}
		licensee = proven.Email()
	}
	p, no, err := s.c.Licenses.Activate(t, v, r, licensee)
	if err != nil {
		return Place{}, nil, err
	}
	f.of(p)
	f.ClientID = cmp.Or(p.ClientID, r.ClientID) // a refusal has no place
	if no != nil {
		if proven != nil {
			if no.ID == refusal.InvalidKey { // a user without a licence is told what a wrong password is
				no = refusal.WrongUser()
			}
			err = proven.Return(t)
		}
		return Place{}, no, err
	}
	if err := s.presume(t, v, p); err != nil {
		return Place{}, nil, err
	}
	if err := s.c.Store.InsertRequest(t, v, Request{
		ID: id, License: p.License, Activation: p.Activation, ClientKey: key, TrustedKeys: r.TrustedKeys, Copy: p.Copy, At: t.Now(),
	}); err != nil {
		return Place{}, nil, err
	}
	return p, nil, s.c.Store.ForgetRequests(t, v, p.Activation, keptRequests)
}

// RefreshCommand asks for a refresh file.
type RefreshCommand struct {
	Vendor     ident.VendorID
	UUID       ident.UUID // the vendor's outside id
	Activation ident.UUID
	Via        Via
}

// Refresh makes a refresh file for a present activation, however it was made.
func (s *Service) Refresh(ctx context.Context, c RefreshCommand) (*Reply, *refusal.Refusal, error) {
	var p *Place
	if err := s.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		p, err = s.c.Licenses.Place(t, c.Vendor, c.Activation)
		return err
	}); err != nil {
		return nil, nil, err
	}
	if p == nil || p.Ended {
		return nil, nil, fault.Missing("activation")
	}
	f := &File{Form: FormRefresh, Via: c.Via}
	f.of(*p)
	reply, no, err := s.handOut(ctx, c.Vendor, c.UUID, *p, nil)
	if failed := s.note(ctx, c.Vendor, f, reply, no, err); failed != nil {
		return nil, nil, failed
	}
	return reply, no, err
}

// handOut makes the file: a licence file that answers a request, or a refresh file.
func (s *Service) handOut(ctx context.Context, v ident.VendorID, vendor ident.UUID, p Place, r *signed.ActivationRequest) (*Reply, *refusal.Refusal, error) {
	g, no, err := s.c.Licenses.HandOut(ctx, v, p)
	if err != nil || no != nil {
		return nil, no, err
	}
	l := signed.OfflineLicense{
		VendorID: vendor.String(), ProductID: p.Product.String(), LicenseID: p.LicenseUUID.String(), ActivationID: p.Activation.String(),
		ClientID: p.Called(), Serial: g.Serial, IssuedAt: s.c.Clock.Now().Unix(), License: g.Info,
	}
	if len(p.ClientKey) > 0 {
		l.ClientPublicKey = signed.FormatKey(p.ClientKey)
	}
	if !g.RefreshBy.IsZero() {
		at := g.RefreshBy.UTC()
		l.RefreshBy = &at
	}
	if l.Counted, err = s.c.Store.Counted(ctx, v, p.Activation); err != nil {
		return nil, nil, err
	}
	reply := g.reply(Refreshed, p)
	var trusted []string
	typ := signed.TypeLicenseRefresh
	if r != nil {
		reply, typ = g.reply(Licensed, p), signed.TypeLicense
		l.RequestID, trusted = r.RequestID, r.TrustedKeys
	} else if trusted, err = s.c.Store.Trusted(ctx, v, p.Activation); err != nil {
		return nil, nil, err
	}
	signer, err := s.c.Keys.ForFiles(ctx, v, trusted)
	if err != nil {
		return nil, nil, err
	}
	l.NextKeys, l.KeyList = signer.NextKeys, signer.KeyList
	payload, err := json.Marshal(l)
	if err != nil {
		return nil, nil, err
	}
	reply.File, err = signer.Sign(typ, payload)
	return reply, nil, err
}
