package erasures

import (
	"context"
	"errors"
	"net/http"
	"time"

	"chancery/internal/erasure"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Erasures begins erasures.
type Erasures interface {
	Begin(t tx.Tx, c erasure.Command) (erasure.Erasure, error)
}

// Rows reads erasures. What is missing is a NotFound fault.
type Rows interface {
	List(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[erasure.Erasure], error)
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (erasure.Erasure, error)
}

// Config is what the area needs; all of it is required.
type Config struct {
	Erasures Erasures
	Rows     Rows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Erasures == nil || c.Rows == nil {
		return nil, errors.New("erasures: the configuration is incomplete")
	}
	return &Area{c}, nil
}

type answer struct {
	ID         ident.UUID   `json:"id" format:"uuid"`
	Kind       erasure.Kind `json:"kind" enum:"customer,licensee,user"`
	SubjectID  *ident.UUID  `json:"subject_id" format:"uuid" doc:"the customer or user; null for a licensee"`
	IsDone     bool         `json:"is_done" doc:"false while it goes on"`
	RowsErased int64        `json:"rows_erased" doc:"rows from which something was erased so far"`
	StartedAt  time.Time    `json:"started_at"`
	FinishedAt *time.Time   `json:"finished_at"`
}

type begin struct {
	CustomerID    *ident.UUID `json:"customer_id,omitempty" format:"uuid" doc:"a customer, with licensees, users and devices of all its licences"`
	LicenseeEmail string      `json:"licensee_email,omitempty" maxLength:"254" doc:"a person by the address, with the devices of the licences that are theirs"`
	UserID        *ident.UUID `json:"user_id,omitempty" format:"uuid" doc:"a user who was removed from the team"`
}

// command gives who is to be forgotten: exactly one of them.
func (in begin) command(v ident.VendorID) (erasure.Command, error) {
	var all []erasure.Command
	if in.CustomerID != nil {
		all = append(all, erasure.Command{Vendor: v, Kind: erasure.Customer, Subject: *in.CustomerID})
	}
	if in.LicenseeEmail != "" {
		all = append(all, erasure.Command{Vendor: v, Kind: erasure.Licensee, Email: in.LicenseeEmail})
	}
	if in.UserID != nil {
		all = append(all, erasure.Command{Vendor: v, Kind: erasure.User, Subject: *in.UserID})
	}
	if len(all) != 1 {
		return erasure.Command{}, fault.Wrong(fault.Field{
			Name: "customer_id", Message: "must be given, or else licensee_email or user_id, and only one of them",
		})
	}
	return all[0], nil
}

func show(e erasure.Erasure) answer {
	return answer{
		ID: e.UUID, Kind: e.Kind, SubjectID: value.IDOrNil(e.Subject), IsDone: !e.FinishedAt.IsZero(), RowsErased: e.Rows, StartedAt: e.StartedAt,
		FinishedAt: value.TimeOrNil(e.FinishedAt),
	}
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	const group = "Personal data"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/erasures", ID: "list-erasures", Group: group, Summary: "List erasures of personal data, the newest first",
			Permission: identity.ManageGovernance,
		}, []string{"-created_at"}, func(q *operation.Request, r listing.Request) (listing.Page[erasure.Erasure], error) {
			return a.Rows.List(q.Context, q.Vendor, r)
		}, show),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/erasures", ID: "erase-personal-data", Group: group, Summary: "Erase the personal data of somebody",
			About: "Names, addresses, hostnames and network addresses are replaced in everything that is kept; what was sold, used and done stays. " +
				"It begins at once and goes on in portions. It can't be taken back. " +
				"It is refused while devices or sessions are in use that would bring the data back.",
			Permission: identity.ManageGovernance,
		}, func(t tx.Tx, q *operation.Request, in begin) (answer, error) {
			c, err := in.command(q.Vendor)
			if err != nil {
				return answer{}, err
			}
			e, err := a.Erasures.Begin(t, c)
			return show(e), err
		}),
		operation.Get(m, operation.Operation{
			Path: "/erasures/{id}", ID: "get-erasure", Group: group, Summary: "Get an erasure: how far it has come", Permission: identity.ManageGovernance,
		}, func(q *operation.Request) (answer, error) {
			e, err := a.Rows.ByUUID(q.Context, q.Vendor, q.ID)
			return show(e), err
		}),
	}
}
