package licenses

import (
	"net/http"

	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

type newKey struct {
	ReleaseDevices bool `json:"release_devices,omitempty" doc:"the devices in use lose their activations, which takes the permission manage_activations; they go on if it is left out"`
	Mail           bool `json:"mail,omitempty" doc:"mail the new key to the licensee user"`
}

type renewed struct {
	licenseWithKeys

	Released int64 `json:"released" doc:"devices that lost their activations by now"`
	More     bool  `json:"more" doc:"true: there are more, which lose them by themselves"`
}

func (a *Area) newKey(m *operation.Maker) operation.Operation {
	return operation.Change(m, operation.Operation{
		Method: http.MethodPost, Path: "/licenses/{id}/new-key", ID: "renew-license-key", Group: "Licenses", Summary: "Replace the keys of a licence",
		About: "The license key, the printed key and all token keys are replaced, and the legacy key is taken from it. Clients that present an old one " +
			"are refused with 20023. One that is activated goes on with its old token key for heartbeats, whose answers carry the new one, and to give " +
			"its place up. The answer carries the first 500 new token keys, or fewer while others are still being replaced.",
		Permission: identity.ManageLicenses, Status: http.StatusOK,
	}, func(t tx.Tx, q *operation.Request, in newKey) (renewed, error) {
		if in.ReleaseDevices {
			if err := q.Need(identity.ManageActivations); err != nil {
				return renewed{}, err
			}
		}
		id, err := a.licenseID(t, q)
		if err != nil {
			return renewed{}, err
		}
		var answer renewed
		if in.ReleaseDevices {
			d, err := a.Licenses.Deactivate(t, licensing.DeactivateCommand{Vendor: q.Vendor, License: id, By: licensing.ByStaff})
			if err == nil {
				err = d.Err()
			}
			if err != nil {
				return renewed{}, err
			}
			answer.Released, answer.More = d.Released, d.More
		}
		l, err := a.Licenses.RenewKey(t, q.Vendor, id, in.Mail)
		if err != nil {
			return renewed{}, err
		}
		answer.licenseWithKeys, err = a.withKeys(t, q, l)
		return answer, err
	})
}
