package devices

import (
	"net/http"

	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

func (a *Area) update(m *operation.Maker, group string) operation.Operation {
	return operation.Change(m, operation.Operation{
		Method: http.MethodPatch, Path: "/activations/{id}", ID: "update-activation", Group: group, Summary: "Name the device of an activation",
		About:      "The name is kept for the device on this licence: it is there again after a reinstall, and nothing that the client says changes it.",
		Permission: identity.ManageActivations, Status: http.StatusNoContent,
	}, func(t tx.Tx, q *operation.Request, in value.DisplayName) (operation.Nothing, error) {
		return operation.Nothing{}, a.Licenses.SetDisplayName(t, q.Vendor, q.ID, in.DisplayName)
	})
}
