package prepaid

import (
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var _ prepaid.Past = Store{}

// PastDevices implements prepaid.Past.
func (Store) PastDevices(t tx.Tx, v ident.VendorID, all []*prepaid.Device) error {
	q := store.On(t)
	byNumber := make(map[string]*prepaid.Device, len(all))
	values := make([]any, 0, 4*len(all))
	for _, d := range all {
		byNumber[d.Number] = d
		values = append(values, v, d.UUID, d.Number, d.CreatedAt.UnixMilli())
	}
	if err := q.InsertMany(`INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES`, 4, values, "RETURNING id, number",
		func(scan store.Scan) error {
			var id ident.DeviceID
			var number string
			err := scan(&id, &number)
			if d := byNumber[number]; d != nil {
				d.ID = id
			}
			return err
		}); err != nil {
		return err
	}
	const ofNumbers, ofStates = 9, 9
	numbers, states := make([]any, 0, ofNumbers*len(all)), make([]any, 0, ofStates*len(all))
	for _, d := range all {
		numbers = append(numbers, d.ID, v, d.UUID, d.Key, d.Number, d.Model, d.SaidModel, d.HeldSince.UnixMilli(), d.CreatedAt.UnixMilli())
		states = append(states, d.ID, v, d.Holder, 0, nil, 0, 0, 0, 0)
	}
	if err := q.InsertMany(`INSERT INTO prepaid_device_numbers (id, vendor_id, uuid, number_key, number, model, said_model, held_since, created_at) VALUES`,
		ofNumbers, numbers, "", nil); err != nil {
		return err
	}
	return q.InsertMany(`INSERT INTO prepaid_devices (id, vendor_id, holder_id, usable_until, due_at, dark, grace_left, grace_owed, on_report) VALUES`,
		ofStates, states, "", nil)
}

// PastBindings implements prepaid.Past.
func (Store) PastBindings(t tx.Tx, v ident.VendorID, all []prepaid.PastBinding) error {
	const columns = 5
	values := make([]any, 0, columns*len(all))
	for _, b := range all {
		values = append(values, v, b.Card, b.Device, b.From.UnixMilli(), store.Millis(b.To))
	}
	return store.On(t).InsertMany(`INSERT INTO prepaid_bindings (vendor_id, card_id, device_id, bound_at, unbound_at) VALUES`,
		columns, values, "", nil)
}
