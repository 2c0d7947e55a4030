package offline

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Rows reads files.
type Rows interface {
	Files(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.File], error)
}

// LicenseRows reads licences and deletions. What is missing is a NotFound fault.
type LicenseRows interface {
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)
	Deletions(ctx context.Context, v ident.VendorID, due bool, r listing.Request) (listing.Page[licensing.Seat], error)
}

// Licenses decides on deletions.
type Licenses interface {
	ConfirmDeletion(t tx.Tx, v ident.VendorID, activation ident.UUID) error
	DropDeletion(t tx.Tx, v ident.VendorID, activation ident.UUID, declined bool) error
}

// Config is what the area needs; all of it is required.
type Config struct {
	Rows        Rows
	LicenseRows LicenseRows
	Licenses    Licenses

	// Take reads a file that a person carried. What keeps it from an answer is a fault.
	Take func(ctx context.Context, v ident.VendorID, vendor ident.UUID, text []byte) (*offline.Reply, error)
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Rows == nil || c.LicenseRows == nil || c.Licenses == nil || c.Take == nil {
		return nil, errors.New("offline: the configuration is incomplete")
	}
	return &Area{c}, nil
}

type fileAnswer struct {
	Kind         offline.Kind `json:"kind" enum:"licensed,reported,deactivated" doc:"what became of the file"`
	FileName     string       `json:"file_name"`
	File         string       `json:"file" doc:"the file that goes back to the device, in base64"`
	LicenseID    ident.UUID   `json:"license_id" format:"uuid"`
	ActivationID ident.UUID   `json:"activation_id" format:"uuid"`
	ClientID     string       `json:"client_id"`
	Exceeded     int          `json:"exceeded" doc:"how many limits of the licence are exceeded with it"`
	CopiedDevice bool         `json:"copied_device" doc:"another device has told other records under the same numbers"`
}

type carriedFile struct {
	ID           ident.UUID   `json:"id" format:"uuid"`
	Form         offline.Form `json:"form" enum:"request,report,deactivation,refresh,license_xml,activation_xml"`
	Via          offline.Via  `json:"via" enum:"portal,console,api,dashboard,call" doc:"the door by which it came, or was asked for"`
	By           string       `json:"by" doc:"who brought it or asked for it, where that is known"`
	ActivationID *ident.UUID  `json:"activation_id" format:"uuid"`
	ClientID     string       `json:"client_id"`
	Size         int64        `json:"size" doc:"bytes of what came; 0 for a file that was only asked for"`
	Number       int64        `json:"number" doc:"of a report among the activation's; 0 for others"`
	AnswerName   string       `json:"answer_name" doc:"of the file that went back; empty where nothing did"`
	AnswerSize   int64        `json:"answer_size"`
	Serial       int64        `json:"serial" doc:"of a licence that went back"`
	RefusedCode  string       `json:"refused_code" doc:"empty where it was answered"`
	Refused      string       `json:"refused"`
	Exceeded     int64        `json:"exceeded" doc:"how many limits it brought the licence over"`
	CopiedDevice bool         `json:"copied_device"`
	Times        int64        `json:"times" doc:"how often the same file was brought or asked for"`
	FirstAt      time.Time    `json:"first_at"`
	LastAt       time.Time    `json:"last_at"`
}

type deviceDeletion struct {
	ActivationID ident.UUID `json:"activation_id" format:"uuid"`
	LicenseID    ident.UUID `json:"license_id" format:"uuid"`
	ClientID     string     `json:"client_id"`
	Hostname     string     `json:"hostname"`
	AskedBy      string     `json:"asked_by"`
	AskedAt      time.Time  `json:"asked_at"`
	DueAt        *time.Time `json:"due_at" doc:"when the place is free by itself; null: when the vendor confirms it"`
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	const group = "Files"
	return []operation.Operation{
		operation.Upload[fileAnswer](m, operation.Operation{
			Path: "/offline/files", ID: "bring-file", Group: group, Summary: "Bring a file of a device without internet",
			About: "activation.req or deactivation.req, as text or in the field file of a form, as the public page for files takes it. " +
				"The answer is the file to carry back; the headers Chancery-License-Id, Chancery-Activation-Id and Chancery-Client-Id " +
				"(percent-encoded) say what it was about. Accept: application/json brings all of it in JSON. The same file has the same answer.",
			Permission: identity.ManageActivations, Secret: true,
		}, a.bring),
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/files", ID: "list-files", Group: group, Summary: "List the files that came and went for a licence, the newest first",
			Permission: identity.ViewLicenses,
		}, offline.FileSorts(), func(q *operation.Request, r listing.Request) (listing.Page[offline.File], error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[offline.File]{}, err
			}
			return a.Rows.Files(q.Context, q.Vendor, l.ID, r)
		}, showFile),
		operation.List(m, operation.Operation{
			Path: "/deletions", ID: "list-deletions", Group: group, Summary: "List devices with a file that their owners have deleted, the oldest wish first",
			About:      "Their places are not free yet. Those that wait for the vendor, or with due those that are free when their file ends.",
			Queries:    []operation.Query{{Name: "due", Kind: operation.Flag, Doc: "true: those that are free by themselves"}},
			Permission: identity.ViewLicenses,
		}, []string{"asked_at"}, func(q *operation.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			due := q.Flag("due")
			return a.LicenseRows.Deletions(q.Context, q.Vendor, due != nil && *due, r)
		}, showDeletion),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/activations/{id}/confirm-deletion", ID: "confirm-deletion", Group: group,
			Summary: "Free the place of a device that its owner has deleted", Permission: identity.ManageActivations, Status: http.StatusNoContent,
			About: "At once. The device goes on by its file until that ends.",
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Licenses.ConfirmDeletion(t, q.Vendor, q.ID)
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/activations/{id}/decline-deletion", ID: "decline-deletion", Group: group,
			Summary: "Leave a device its place that its owner has deleted", Permission: identity.ManageActivations, Status: http.StatusNoContent,
			About: "What the deletion counted is given back.",
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Licenses.DropDeletion(t, q.Vendor, q.ID, true)
		}),
	}
}

func (a *Area) bring(q *operation.Request, text []byte) (operation.Uploaded, error) {
	r, err := a.Take(q.Context, q.Vendor, q.VendorUUID, text)
	if err != nil {
		return operation.Uploaded{}, err
	}
	p := r.Place
	return operation.Uploaded{
		Name: r.Name, Content: r.File,
		Headers: map[string]string{
			"Chancery-License-Id": p.LicenseUUID.String(), "Chancery-Activation-Id": p.Activation.String(), "Chancery-Client-Id": p.ClientID,
		},
		Said: fileAnswer{
			Kind: r.Kind, FileName: r.Name, File: base64.StdEncoding.EncodeToString(r.File), LicenseID: p.LicenseUUID,
			ActivationID: p.Activation, ClientID: p.ClientID, Exceeded: r.Over, CopiedDevice: r.Copied,
		},
	}, nil
}

func showFile(f offline.File) carriedFile {
	return carriedFile{
		ID: f.UUID, Form: f.Form, Via: f.Via, By: f.Actor.Name, ActivationID: value.IDOrNil(f.Activation), ClientID: f.ClientID, Size: f.Size,
		Number: f.Number, AnswerName: f.Name, AnswerSize: f.OutSize, Serial: f.Serial, RefusedCode: f.Code, Refused: f.Refused,
		Exceeded: f.Exceeded, CopiedDevice: f.Copied, Times: f.Times, FirstAt: f.At, LastAt: f.LastAt,
	}
}

func showDeletion(s licensing.Seat) deviceDeletion {
	d := s.Deletion
	out := deviceDeletion{
		ActivationID: s.Activation.UUID, ClientID: s.Activation.Device.Number, Hostname: s.Activation.Client.Hostname,
		AskedBy: d.Actor.Name, AskedAt: d.AskedAt, DueAt: value.TimeOrNil(d.DueAt),
	}
	if s.License != nil {
		out.LicenseID = s.License.UUID
	}
	return out
}
