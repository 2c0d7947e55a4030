package own

import (
	"net/http"

	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

func (a *Area) requests(m *operation.Maker) []operation.Operation {
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/license-requests", About: "those of licences in the user's reach.",
			Queries: []operation.Query{{Name: "state", Kind: operation.Text, Enum: value.RequestStates()}, {Name: "license_id", Kind: operation.UUID}},
		}, owners.RequestSorts(), func(q *operation.Request, r listing.Request) (listing.Page[owners.Request], error) {
			reach, err := a.reach(q)
			if err != nil {
				return listing.Page[owners.Request]{}, err
			}
			return a.OwnerRows.OwnRequests(q.Context, reach, value.RequestFilter(q.Text("state"), q.UUID("license_id")), r)
		}, value.ShowRequest),
		operation.Get(m, operation.Operation{Path: "/license-requests/{id}", About: "one of a licence in the user's reach."},
			func(q *operation.Request) (value.LicenseRequest, error) {
				reach, err := a.reach(q)
				if err != nil {
					return value.LicenseRequest{}, err
				}
				r, err := a.OwnerRows.OwnRequest(q.Context, reach, q.ID)
				return value.ShowRequest(r), err
			}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/license-requests",
			About: "the user asks the vendor, for a licence of which they are the licensee, or at whose customer they have the role operator.",
		}, func(t tx.Tx, q *operation.Request, in value.LicenseRequestCreate) (value.LicenseRequest, error) {
			r, _, err := a.Requests.Ask(t, owners.Reach{Vendor: q.Vendor, User: q.Who().User}, in.LicenseID, in.New())
			return value.ShowRequest(r), err
		}),
	}
}
