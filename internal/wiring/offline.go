package wiring

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"chancery/internal/access"
	"chancery/internal/budget"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/language"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/offline"
	"chancery/internal/refusal"
	offlinestore "chancery/internal/store/offline"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/offlineportal"
	"chancery/signed"
)

// newOffline makes the room of the files that people carry. What a file says of a licence
// is said in the words of the clients' API.
func newOffline(r *Rooms, words FileWords) (*offline.Service, error) {
	rows := r.OfflineRows
	return offline.New(offline.Config{
		Keys: offlineKeys{r.Keyring}, Users: offlineUsers{r.Licensees}, Licenses: offlineLicenses{r, rows, words}, Meters: offlineMeters{r.Meters},
		Store: rows, Runner: r.DB, Clock: r.Clock, IDs: r.IDs,
	})
}

// FileWords says in JSON what a licence is at a moment.
type FileWords interface {
	FileInfo(ctx context.Context, s licensing.State) (json.RawMessage, error)
}

// offlineKeys opens and signs for offline.
type offlineKeys struct{ *keyring.Keyring }

// ForFiles implements offline.Keys.
func (k offlineKeys) ForFiles(ctx context.Context, v ident.VendorID, trusted []string) (offline.FileKey, error) {
	f, err := k.Keyring.ForFiles(ctx, v, trusted)
	return offline.FileKey{NextKeys: f.NextKeys, KeyList: f.KeyList, Sign: f.Sign}, err
}

// offlineLicenses tells offline of licences and places.
type offlineLicenses struct {
	r     *Rooms
	rows  offlinestore.Store
	words FileWords
}

// Activate implements offline.Licenses. A legacy key, which could be guessed, leads nowhere.
func (o offlineLicenses) Activate(t tx.Tx, v ident.VendorID, r signed.ActivationRequest, licensee string) (offline.Place, *refusal.Refusal, error) {
	product, err := ident.ParseUUID(r.ProductID)
	if err != nil {
		return offline.Place{}, nil, err
	}
	public, err := signed.ParseKey(r.ClientPublicKey)
	if err != nil {
		return offline.Place{}, nil, err
	}
	key := licensing.Key{Licensee: licensee, Client: r.ClientID}
	if licensee == "" {
		key = licensing.ParseKey(r.Key)
		key.Legacy = nil
	}
	c := licensing.ActivateCommand{
		Vendor: v, Product: product, Key: key, ClientID: r.ClientID, Offline: true,
		Client: licensing.Client{
			Name: r.ClientName, Description: r.ClientDescription, Hostname: r.Hostname, Platform: r.Platform, OperatingSystem: r.OperatingSystem,
			SoftwareVersion: r.SoftwareVersion, Variables: r.DeviceVariables, PublicKey: public,
		},
		Proof: func(key []byte) (int64, bool) { return 0, string(key) == string(public) },
	}
	out, err := o.r.Licenses.Activate(t, c)
	if err == nil && out.CopyOf != nil {
		return o.second(t, c, *out.CopyOf)
	}
	if err != nil || out.Refusal != nil {
		return offline.Place{License: out.RefusedBy}, out.Refusal, err
	}
	p, err := o.rows.Place(t, v, out.State.Activation.UUID)
	if err != nil || p == nil {
		return offline.Place{}, nil, err
	}
	return *p, nil, nil
}

// Place implements offline.Licenses.
func (o offlineLicenses) Place(t tx.Tx, v ident.VendorID, activation ident.UUID) (*offline.Place, error) {
	p, err := o.rows.Place(t, v, activation)
	if err != nil || p == nil {
		return nil, err
	}
	if _, err := o.r.machines.Lock(t, v, p.ClientID); err != nil {
		return nil, err
	}
	if _, err := o.r.Licenses.Locked(t, v, p.License); err != nil {
		return nil, err
	}
	return o.rows.Place(t, v, activation) // it may have changed while we waited
}

// HandOut implements offline.Licenses.
func (o offlineLicenses) HandOut(ctx context.Context, v ident.VendorID, p offline.Place) (*offline.Grant, *refusal.Refusal, error) {
	return o.grant(ctx, v, p, false)
}

// Look implements offline.Licenses.
func (o offlineLicenses) Look(ctx context.Context, v ident.VendorID, p offline.Place) (*offline.Grant, *refusal.Refusal, error) {
	return o.grant(ctx, v, p, true)
}

func (o offlineLicenses) grant(ctx context.Context, v ident.VendorID, p offline.Place, unsaid bool) (*offline.Grant, *refusal.Refusal, error) {
	var out licensing.Outcome
	if err := o.r.DB.Run(ctx, func(t tx.Tx) (err error) {
		out, err = o.r.Licenses.LicenseFile(t, licensing.FileCommand{
			Vendor: v, License: p.LicenseUUID, ByID: true, TokenKey: p.TokenKey, Unsaid: unsaid,
		})
		return err
	}); err != nil || out.Refusal != nil {
		return nil, out.Refusal, err
	}
	held := out.State.Activation
	if held == nil || held.UUID != p.Activation {
		return nil, refusal.Refuse(refusal.TokenNotAssigned), nil // it went to another device meanwhile
	}
	called := *held
	called.Device.Number = p.Called()
	out.State.Activation = &called
	info, err := o.words.FileInfo(ctx, out.State)
	if err != nil {
		return nil, nil, err
	}
	l := out.State.License
	return &offline.Grant{
		Info: info, Serial: l.Serial(), RefreshBy: held.RefreshBy, License: l.Name, Product: l.Product.Name, Device: p.ClientID,
	}, nil, nil
}

// Describe implements offline.Licenses.
func (o offlineLicenses) Describe(t tx.Tx, v ident.VendorID, p offline.Place, variables map[string]string) error {
	return o.r.Licenses.Describe(t, v, p.Activation, variables)
}

// GiveUp implements offline.Licenses.
func (o offlineLicenses) GiveUp(t tx.Tx, v ident.VendorID, p offline.Place) (bool, error) {
	if p.Ended {
		return false, nil
	}
	d, err := o.r.Licenses.Deactivate(t, licensing.DeactivateCommand{
		Vendor: v, License: p.License, By: licensing.ByOffline, Activations: []ident.UUID{p.Activation},
	})
	if err == nil {
		err = d.Err()
	}
	return d.Released > 0, err
}

type offlineMeters struct{ meters *metering.Service }

// Count implements offline.Meters.
func (o offlineMeters) Count(t tx.Tx, v ident.VendorID, p offline.Place, used map[ident.UUID]int64, report string) ([]ident.UUID, error) {
	return o.meters.CountReported(t, metering.ReportedCommand{Vendor: v, License: p.License, Device: p.Device, Used: used, Report: report})
}

type offlineUsers struct{ licensees *access.Licensees }

// Prove implements offline.Users.
func (o offlineUsers) Prove(ctx context.Context, v ident.VendorID, r signed.ActivationRequest, from netip.Addr) (offline.Proven, error) {
	p, err := o.licensees.Prove(ctx, v, access.LicenseeClaim{
		Email: r.Email, Password: r.Password, Code: r.Code, From: access.Visit{Networks: budget.Networks(from)},
	})
	if err != nil || p == nil {
		return nil, err
	}
	return provenUser{o.licensees, v, p}, nil
}

type provenUser struct {
	licensees *access.Licensees
	vendor    ident.VendorID
	p         *access.Licensee
}

func (u provenUser) Email() string             { return u.p.Email }
func (u provenUser) Use(t tx.Tx) (bool, error) { return u.licensees.Use(t, u.vendor, u.p) }
func (u provenUser) Return(t tx.Tx) error      { return u.licensees.Return(t, u.vendor, u.p) }

// newOfflinePortal makes the public pages of files.
func newOfflinePortal(r *Rooms, s Site, assets *web.Assets, files *offline.Service) (Faces, error) {
	languages, err := language.Load()
	if err != nil {
		return Faces{}, err
	}
	face, err := web.NewFace(web.Config{
		Name: offlineportal.Name, Assets: assets, Sessions: nobodySignsIn{}, Vendors: r.VendorRows, Changes: r.Changes, Clock: r.Clock, IDs: r.IDs,
		Secure: s.HTTPS(), Nav: func(identity.Principal, string, func(string) bool) []web.NavGroup { return nil }, Languages: languages,
		Branded: true, Logos: r.VendorRows,
	})
	if err != nil {
		return Faces{}, err
	}
	pages, err := offlinePages(r, face, files)
	if err != nil {
		return Faces{}, err
	}
	routes, err := routesOf([]area{mounted(face, nil), mounted(pages, nil)})
	return Faces{Routes: routes, Views: face.Views()}, errors.Join(err, face.Err())
}

// nobodySignsIn is for a face whose pages are all public.
type nobodySignsIn struct{}

// Authenticate implements web.Sessions.
func (nobodySignsIn) Authenticate(context.Context, ident.VendorID, string) (identity.Principal, web.Person, error) {
	return identity.Principal{}, web.Person{}, errElsewhere()
}

func offlinePages(r *Rooms, face *web.Face, files *offline.Service) (*offlineportal.Pages, error) {
	uploads, err := budget.New(budget.Config{
		Clock: r.Clock.Real, Burst: 60, Every: 5 * time.Second,
		Code: "too_many_files", Message: "Too many files were brought from this address in a short time.", Help: "Wait, and try again.",
	})
	if err != nil {
		return nil, err
	}
	guesses, err := budget.New(budget.Config{Clock: r.Clock.Real, Burst: 20, Every: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	return offlineportal.New(offlineportal.Config{Face: face, Files: files, Vendors: r.VendorRows, Uploads: uploads, Guesses: guesses})
}
