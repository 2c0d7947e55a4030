package licenses

import (
	"net/http"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

type licenseUser struct {
	UserID string `json:"user_id" minLength:"1" maxLength:"256" doc:"as the vendor's programs send it"`
}

func (a *Area) licenseUsers(m *operation.Maker) []operation.Operation {
	const group = "License users"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/users", ID: "list-license-users", Group: group, Summary: "List the users of a licence for users, the newest first",
			Permission: identity.ViewLicenses,
		}, licensing.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[licensing.User], error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[licensing.User]{}, err
			}
			return a.LicenseRows.LicenseUsers(q.Context, q.Vendor, l.ID, r)
		}, func(u licensing.User) licenseUser { return licenseUser{u.UserID} }),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses/{id}/users", ID: "add-license-user", Group: group, Summary: "Add a user to a licence for users",
			About: "A named licence has at most as many users as it has activations. A floating one that names users opens sessions for them only; " +
				"without any it opens them for everybody.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in licenseUser) (licenseUser, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return licenseUser{}, err
			}
			return in, a.Licenses.AddUser(t, q.Vendor, id, in.UserID)
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/licenses/{id}/users", ID: "remove-license-user", Group: group, Summary: "Remove a user from a licence",
			About:      "A session that the user has open is not renewed any more.",
			Queries:    []operation.Query{{Name: "user_id", Kind: operation.Text, Doc: "the user to remove; required"}},
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return operation.Nothing{}, err
			}
			if q.Text("user_id") == "" {
				return operation.Nothing{}, fault.Wrong(fault.Field{Name: "user_id", Message: "is required"})
			}
			return operation.Nothing{}, a.Licenses.RemoveUser(t, q.Vendor, id, q.Text("user_id"))
		}),
	}
}
