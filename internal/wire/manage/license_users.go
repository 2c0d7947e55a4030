package manage

import (
	"net/http"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

type licenseUser struct {
	UserID string `json:"user_id" minLength:"1" maxLength:"256" doc:"as the vendor's programs send it"`
}

func (a *API) licenseUsers() []operation {
	const group = "License users"
	return []operation{
		list(a, operation{
			Path: "/licenses/{id}/users", ID: "list-license-users", Group: group, Summary: "List the users of a licence for users, the newest first",
			Permission: identity.ViewLicenses,
		}, licensing.Sorts(), func(q *request, r listing.Request) (listing.Page[licensing.User], error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return listing.Page[licensing.User]{}, err
			}
			return a.LicenseRows.LicenseUsers(q.ctx, q.vendor, l.ID, r)
		}, func(u licensing.User) licenseUser { return licenseUser{u.UserID} }),
		change(a, operation{
			Method: http.MethodPost, Path: "/licenses/{id}/users", ID: "add-license-user", Group: group, Summary: "Add a user to a licence for users",
			About: "A named licence has at most as many as its token limit. A floating one that names users opens sessions for them only; " +
				"without any it opens them for everybody.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *request, in licenseUser) (licenseUser, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return licenseUser{}, err
			}
			return in, a.Licenses.AddUser(t, q.vendor, id, in.UserID)
		}),
		change(a, operation{
			Method: http.MethodDelete, Path: "/licenses/{id}/users", ID: "remove-license-user", Group: group, Summary: "Remove a user from a licence",
			About:      "A session that the user has open is not renewed any more.",
			Queries:    []query{{Name: "user_id", Kind: textKind, Doc: "the user to remove; required"}},
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *request, _ nothing) (nothing, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return nothing{}, err
			}
			if q.text("user_id") == "" {
				return nothing{}, fault.Wrong(fault.Field{Name: "user_id", Message: "is required"})
			}
			return nothing{}, a.Licenses.RemoveUser(t, q.vendor, id, q.text("user_id"))
		}),
	}
}
