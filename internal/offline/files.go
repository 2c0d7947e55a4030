package offline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Via is the door by which a file came, or was asked for.
type Via string

// The doors.
const (
	ViaPortal    Via = "portal"    // the public page for files, and its address for scripts
	ViaConsole   Via = "console"   // the vendor's staff
	ViaAPI       Via = "api"       // a program of the vendor
	ViaDashboard Via = "dashboard" // the owner of the licence
	ViaCall      Via = "call"      // a program's or a phone's own call, for an XML file
)

// Form is what an exchange of files is about.
type Form string

// The forms.
const (
	FormRequest      Form = "request"        // activation.req, answered with license.lic
	FormReport       Form = "report"         // deactivation.req with intent report, answered with a receipt
	FormDeactivation Form = "deactivation"   // deactivation.req, answered with a receipt
	FormRefresh      Form = "refresh"        // license_refresh.lic
	FormXML          Form = "license_xml"    // SLASCONE's licence file
	FormActivation   Form = "activation_xml" // SLASCONE's activation file
)

// KeptFor is for how long the bytes of an answer are kept, to be had again.
const KeptFor = 90 * 24 * time.Hour

// Who has a licence key, or a device's, may make any number of files. How many are
// remembered, the newest of each.
const (
	keptRefusals = 100 // refused files of a licence
	keptContents = 100 // answers of a licence that can be had again: those that were had last
	keptFiles    = 100 // answered files of an activation, and as many that staff have not seen to be above a limit
	keptRequests = 64  // requests that led to an activation; an older one is judged as a new one
)

// File is a file that came, with what went back for it, or one that was asked for. What is
// brought again is the same one, brought more than once.
type File struct {
	ID         int64
	UUID       ident.UUID
	License    ident.LicenseID
	Activation ident.UUID // zero for none
	ClientID   string
	Form       Form
	Via        Via // of the first time, as is Actor
	Actor      tx.Actor

	Hash   string // of what came, or what stands for a file that was asked for: the same one counts on
	Size   int64  // of what came
	Number int64  // of a report

	Name    string // of what went back; empty where nothing did
	OutSize int64
	Serial  int64
	Content []byte // what went back; nil for a file that is not kept, or not any more
	Instead []byte // of a request: the kept answer in the place of which this one goes back
	IsKept  bool   // lists read no content

	Code, Refused string // why nothing went back
	Exceeded      int64  // how many limits it brought the licence over
	Copied        bool   // it came from a copy of the device

	Times     int64
	At        time.Time
	LastAt    time.Time
	SettledAt time.Time // when staff have seen that a limit is exceeded

	LicenseUUID ident.UUID // of lists that are not of one licence
	LicenseName string
	Hostname    string // of the device, as the activation has it, or the file that came
}

// FileSorts are what lists of files offer.
func FileSorts() []string { return []string{"-at"} }

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// asked stands for a file that was asked for: of one content, by one person, on one day.
func (f *File) asked() string {
	return hashOf(fmt.Appendf(nil, "%s %s %d %s %s %d", f.Form, f.Activation, f.Serial, f.Via, f.Actor.ID, f.At.Unix()/86_400))
}

// of says which activation an exchange is about.
func (f *File) of(p Place) {
	f.License, f.Activation, f.ClientID = p.License, p.Activation, p.ClientID
}

// note writes an exchange down, once its licence is known: nobody fills the table with
// files that lead nowhere. What is wrong with the server itself is no exchange.
func (s *Service) note(ctx context.Context, v ident.VendorID, f *File, r *Reply, no *refusal.Refusal, failed error) error {
	if f.License == 0 {
		return nil
	}
	wrong, known := errors.AsType[*fault.Error](failed)
	switch {
	case no != nil:
		f.Code, f.Refused = "refused_"+strconv.Itoa(no.ID), no.Message
	case known && (wrong.Kind == fault.Invalid || wrong.Kind == fault.Conflict):
		f.Code, f.Refused = wrong.Code, wrong.Message
	case failed != nil:
		return nil //nolint:nilerr // what is wrong with the server is told by who asked
	default:
		f.Name, f.Content, f.OutSize = r.Name, r.File, int64(len(r.File))
		f.Exceeded, f.Copied, f.Serial = int64(r.Over), r.Copied, r.Serial
	}
	return s.noteFile(ctx, v, f)
}

// Note writes a file down on its licence.
func (s *Service) Note(ctx context.Context, v ident.VendorID, f File) error {
	return s.noteFile(ctx, v, &f)
}

// noteFile leaves the answer that counts in Content.
func (s *Service) noteFile(ctx context.Context, v ident.VendorID, noted *File) error {
	var counts []byte
	err := s.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		counts, err = s.written(t, v, *noted)
		return err
	})
	noted.Content = counts
	return err
}

// written writes a file down, and gives the answer that counts.
func (s *Service) written(t tx.Tx, v ident.VendorID, f File) ([]byte, error) {
	f.Actor, f.At = tx.ActorFrom(t.Context()), t.Now()
	if f.Hash == "" {
		f.Hash = f.asked()
	}
	f.UUID = s.c.IDs.V7()
	first, content, err := s.c.Store.NoteFile(t, v, f)
	switch {
	case err != nil:
		return nil, err
	case f.Code == "":
		return content, s.trim(t, v, f)
	case !first:
		return content, nil
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "offline.file_refused", Subject: "offline_file", ID: f.UUID, License: f.License,
		After: map[string]any{"form": f.Form, "via": f.Via, saidClient: f.ClientID, "code": f.Code, "refused": f.Refused},
	})
	return content, s.c.Store.ForgetRefused(t, v, f.License, keptRefusals)
}

// trim keeps the newest files of an activation, and of a licence the newest contents.
func (s *Service) trim(t tx.Tx, v ident.VendorID, f File) error {
	if !f.Activation.IsZero() {
		if err := s.c.Store.ForgetAnswered(t, v, f.Activation, keptFiles); err != nil {
			return err
		}
	}
	return s.c.Store.ForgetContentsOf(t, v, f.License, keptContents)
}

// Again gives the answer of a file once more, as it was, and writes down that it was had:
// one of a licence, or of any where that is zero.
func (s *Service) Again(ctx context.Context, v ident.VendorID, license ident.LicenseID, id ident.UUID, by Via) (f File, err error) {
	err = s.c.Runner.Run(ctx, func(t tx.Tx) error {
		kept, found, err := s.c.Store.File(t, v, id)
		if err != nil {
			return err
		}
		f = kept
		if !found || license != 0 && f.License != license {
			return fault.Missing("file")
		}
		if len(f.Content) == 0 {
			return fault.Refused("file_not_kept", "This file is not kept any more.", "Make a new refresh file for the device.")
		}
		t.Journal(tx.Entry{
			Vendor: v, Action: "offline.file_downloaded", Subject: "offline_file", ID: f.UUID, License: f.License,
			After: map[string]any{"form": f.Form, "via": by, saidClient: f.ClientID, "name": f.Name},
		})
		return nil
	})
	return f, err
}

// Settle marks a file that brought a licence over its limit as seen by staff.
func (s *Service) Settle(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	f, found, err := s.c.Store.File(t, v, id)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("file")
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "offline.excess_seen", Subject: "offline_file", ID: f.UUID, License: f.License,
		After: map[string]any{saidClient: f.ClientID, "number": f.Number},
	})
	return s.c.Store.SettleFile(t, v, f.ID, t.Now())
}
