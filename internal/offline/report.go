package offline

import (
	"context"
	"encoding/json"
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

// report counts what a device tells, and ends its activation where it says so.
func (s *Service) report(ctx context.Context, u Upload, document []byte, f *File) (*Reply, *refusal.Refusal, error) {
	claim, err := signed.ReadReport(document)
	if err != nil {
		return nil, nil, errDamaged(err)
	}
	if claim.VendorID != u.UUID.String() {
		return nil, nil, errDamaged(signed.ErrMismatch)
	}
	activation, err := ident.ParseUUID(claim.ActivationID)
	if err != nil {
		return nil, nil, errDamaged(err)
	}
	var reply *Reply
	var at time.Time
	var key string
	err = s.c.Runner.Run(ctx, func(t tx.Tx) error {
		p, err := s.c.Licenses.Place(t, u.Vendor, activation)
		if err != nil {
			return err
		}
		if p == nil || len(p.ClientKey) == 0 {
			return errUnknownDevice()
		}
		r, err := signed.VerifyReport(p.ClientKey, document)
		if err != nil || r.ClientID != p.Called() || r.ProductID != p.Product.String() {
			return errUnknownDevice()
		}
		key = signed.FormatKey(p.ClientKey)
		f.of(*p)
		f.Number, f.Form, f.Hostname = r.Number, FormReport, r.Hostname
		if r.Intent == signed.IntentDeactivate {
			f.Form = FormDeactivation
		}
		reply, at, err = s.count(t, u.Vendor, *p, r, document)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	trusted, err := s.c.Store.Trusted(ctx, u.Vendor, activation)
	if err != nil {
		return nil, nil, err
	}
	signer, err := s.c.Keys.ForFiles(ctx, u.Vendor, trusted)
	if err != nil {
		return nil, nil, err
	}
	payload, err := json.Marshal(signed.ReceiptFor(claim, document, key, at))
	if err != nil {
		return nil, nil, err
	}
	reply.File, err = signer.Sign(signed.TypeReceipt, payload)
	return reply, nil, err
}

// count counts a report once: the same one again has the receipt that it had.
func (s *Service) count(t tx.Tx, v ident.VendorID, p Place, r signed.Report, document []byte) (*Reply, time.Time, error) {
	reply := &Reply{Kind: Counted, Name: "receipt.lic", Device: p.ClientID, Place: p}
	if r.Intent == signed.IntentDeactivate {
		reply.Kind = Deactivated
	}
	known, err := s.c.Store.Histories(t, v, p.Activation) // locks: of one file twice at once, one counts
	if err != nil {
		return nil, time.Time{}, err
	}
	hash := signed.ReportHash(document)
	before, found, err := s.c.Store.Reported(t, v, hash)
	if err != nil {
		return nil, time.Time{}, err
	}
	if found {
		reply.Over, reply.Copied = before.Over, before.Copied // it may not be noted yet
		return reply, before.At, nil
	}
	sums, ok := sumsOf(r)
	if !ok {
		return nil, time.Time{}, errDamaged(signed.ErrMalformed)
	}
	j, err := s.judge(t, v, known, r, hash, sums)
	if err != nil {
		return nil, time.Time{}, err
	}
	h := j.known
	if h == nil {
		if len(known) >= maxHistories {
			return nil, time.Time{}, errTooManyCopies()
		}
		h = &History{License: p.License, Activation: p.Activation, Marks: j.from}
	}
	h.goOn(j, r, document, t.Now())
	if err := s.c.Store.SaveHistory(t, v, h); err != nil {
		return nil, time.Time{}, err
	}
	if j.more, err = s.uncovered(t, v, p, j.more); err != nil {
		return nil, time.Time{}, err
	}
	over, err := s.c.Meters.Count(t, v, p, j.more, hash)
	if err != nil {
		return nil, time.Time{}, err
	}
	reply.Over, reply.Copied, reply.Old = len(over), j.copy, j.old
	if !j.old {
		if err := s.c.Licenses.Describe(t, v, p, r.DeviceVariables); err != nil {
			return nil, time.Time{}, err
		}
	}
	if r.Intent == signed.IntentDeactivate {
		ended, err := s.c.Licenses.GiveUp(t, v, p)
		if err != nil {
			return nil, time.Time{}, err
		}
		reply.WasFree = !ended
	}
	s.journal(t, v, p, r, j, over)
	at := t.Now()
	return reply, at, s.c.Store.InsertReported(t, v, Reported{
		Hash: hash, License: p.License, Activation: p.Activation, Intent: r.Intent, Number: r.Number, Previous: r.Previous,
		Over: len(over), Copied: j.copy, At: at,
	})
}

// judge is the function judge, and finds reports of other copies that tell the same records.
func (s *Service) judge(t tx.Tx, v ident.VendorID, known []History, r signed.Report, hash string, sums map[ident.UUID]int64) (judged, error) {
	activation, err := ident.ParseUUID(r.ActivationID)
	if err != nil {
		return judged{}, err
	}
	others, err := s.c.Store.Told(t, v, activation, r.Number)
	j := judge(known, r, sums)
	j.copy = j.copy || forked(others, Told{Number: r.Number, Hash: hash, Previous: r.Previous})
	return j, err
}

// saidClient is how records of the audit log call a device's client id.
const saidClient = "client_id"

// journal writes down that a report was brought: on the licence's history.
func (s *Service) journal(t tx.Tx, v ident.VendorID, p Place, r signed.Report, j judged, over []ident.UUID) {
	t.Journal(tx.Entry{
		Vendor: v, Action: "offline.reported", Subject: "license", ID: p.LicenseUUID, License: p.License,
		After: map[string]any{
			"activation_id": p.Activation, saidClient: p.ClientID, "intent": r.Intent, "report": r.Number, "records": r.Last.Number,
			"exceeded": over, "copied_device": j.copy, "at": t.Now(),
		},
	})
}
