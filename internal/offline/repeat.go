package offline

import (
	"context"
	"encoding/json"
	"time"

	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

// repeat answers a request that was granted before: with the file that it had, byte for
// byte, as long as that is in force and says what is so.
func (s *Service) repeat(ctx context.Context, u Upload, p Place, r signed.ActivationRequest, f *File) (*Reply, *refusal.Refusal, error) {
	kept, err := s.c.Store.Kept(ctx, u.Vendor, p.License, f.Hash)
	if err != nil {
		return nil, nil, err
	}
	if kept == nil { // the first one was not noted, or is not kept any more
		return s.handOut(ctx, u.Vendor, u.UUID, p, &r)
	}
	g, no, err := s.c.Licenses.Look(ctx, u.Vendor, p)
	if err != nil || no != nil {
		return nil, no, err
	}
	signer, err := s.c.Keys.ForFiles(ctx, u.Vendor, r.TrustedKeys)
	if err != nil {
		return nil, nil, err
	}
	if !holds(kept, g.Serial, signer.KeyList, s.c.Clock.Now()) {
		f.Instead = kept
		return s.handOut(ctx, u.Vendor, u.UUID, p, &r)
	}
	reply := g.reply(Licensed, p)
	reply.File = kept
	return reply, nil, s.c.Runner.Run(ctx, func(t tx.Tx) error {
		t.Journal(tx.Entry{
			Vendor: u.Vendor, Action: "offline.file_downloaded", Subject: "license", ID: p.LicenseUUID, License: p.License,
			After: map[string]any{"form": f.Form, "via": u.Via, saidClient: p.ClientID, "name": reply.Name},
		})
		return nil
	})
}

// holds reports whether a licence file says what a new one would: the licence is the same,
// nobody has revoked keys since, and it wants no refresh.
func holds(kept []byte, serial int64, list string, now time.Time) bool {
	d, err := signed.ReadUnverified(kept)
	if err != nil {
		return false
	}
	var l signed.OfflineLicense
	return json.Unmarshal(d.Payload, &l) == nil && l.Serial == serial && l.KeyList == list && (l.RefreshBy == nil || now.Before(*l.RefreshBy))
}

// reply is what goes back with a licence, without the file.
func (g *Grant) reply(kind Kind, p Place) *Reply {
	name := "license.lic"
	if kind == Refreshed {
		name = "license_refresh.lic"
	}
	return &Reply{Kind: kind, Name: name, License: g.License, Product: g.Product, Device: g.Device, Place: p, Serial: g.Serial}
}
