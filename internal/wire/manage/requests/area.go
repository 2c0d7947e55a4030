package requests

import (
	"context"
	"errors"
	"net/http"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Requests notes and answers requests.
type Requests interface {
	// Note is a request of the licensee's that staff were told; fresh is false where the
	// same is asked for already.
	Note(t tx.Tx, v ident.VendorID, license ident.UUID, n owners.NewRequest) (q owners.Request, fresh bool, err error)
	Answer(t tx.Tx, v ident.VendorID, id ident.UUID, state owners.RequestState, answer string) (q owners.Request, told bool, err error)
}

// Rows reads requests. What is missing is a NotFound fault.
type Rows interface {
	Requests(ctx context.Context, v ident.VendorID, f owners.RequestFilter, r listing.Request) (listing.Page[owners.Request], error)
	RequestByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (owners.Request, error)
}

// Config is what the area needs; all of it is required.
type Config struct {
	Requests Requests
	Rows     Rows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Requests == nil || c.Rows == nil {
		return nil, errors.New("requests: the configuration is incomplete")
	}
	return &Area{c}, nil
}

type answerToRequest struct {
	State  string `json:"state" enum:"done,declined"`
	Answer string `json:"answer,omitempty" maxLength:"2000" doc:"lines; who has asked is mailed them"`
}

// Queries are what lists of requests can be narrowed by.
func Queries() []operation.Query {
	return []operation.Query{{Name: "state", Kind: operation.Text, Enum: value.RequestStates()}, {Name: "license_id", Kind: operation.UUID}}
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	const group = "Requests"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/license-requests", ID: "list-license-requests", Group: group, Summary: "List what owners of licences ask for",
			About:   "By when it was asked for. Of a licence all open requests are kept, and its newest 50 others.",
			Queries: Queries(), Permission: identity.ViewLicenses,
		}, owners.RequestSorts(), func(q *operation.Request, r listing.Request) (listing.Page[owners.Request], error) {
			return a.Rows.Requests(q.Context, q.Vendor, value.RequestFilter(q.Text("state"), q.UUID("license_id")), r)
		}, value.ShowRequest),
		operation.Get(m, operation.Operation{
			Path: "/license-requests/{id}", ID: "find-license-request", Group: group, Summary: "Get a request of an owner", Permission: identity.ViewLicenses,
		}, func(q *operation.Request) (value.LicenseRequest, error) {
			r, err := a.Rows.RequestByUUID(q.Context, q.Vendor, q.ID)
			return value.ShowRequest(r), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/license-requests", ID: "create-license-request", Group: group, Summary: "Ask for something for a licence",
			About: "By the vendor's key it is noted as a request of the licensee, who told you. Where the same wish is open for the licence, " +
				"that request is the answer, and nothing new is made.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in value.LicenseRequestCreate) (value.LicenseRequest, error) {
			r, _, err := a.Requests.Note(t, q.Vendor, in.LicenseID, in.New())
			return value.ShowRequest(r), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/license-requests/{id}/answer", ID: "answer-license-request", Group: group, Status: http.StatusOK,
			Summary: "Answer a request of an owner",
			About: "The licence itself is changed by its own calls. Who has asked gets a mail, unless they see the licence no more. " +
				"One that is closed is 409 license_request_closed.",

			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in answerToRequest) (value.LicenseRequest, error) {
			r, _, err := a.Requests.Answer(t, q.Vendor, q.ID, owners.RequestState(in.State), in.Answer)
			return value.ShowRequest(r), err
		}),
	}
}
