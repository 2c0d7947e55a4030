package licenses

import (
	"net/http"

	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

func (a *Area) resetDeactivations(m *operation.Maker) operation.Operation {
	return operation.Change(m, operation.Operation{
		Method: http.MethodPost, Path: "/licenses/{id}/reset-deactivations", ID: "reset-deactivations", Group: "Licenses",
		Summary: "Give a licence its whole allowance of deactivations again",
		About: "deactivations_used and dashboard_deactivations_used go to 0. Devices that are still being released go on counting. " +
			"No device is released or activated by it.",
		Permission: identity.ManageLicenses, Status: http.StatusOK,
	}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (License, error) {
		id, err := a.licenseID(t, q)
		if err != nil {
			return License{}, err
		}
		l, err := a.Licenses.ResetDeactivations(t, q.Vendor, id)
		if err != nil {
			return License{}, err
		}
		shown, err := a.withKeys(t, q, l)
		return shown.License, err
	})
}
