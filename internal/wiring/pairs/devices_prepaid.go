package pairs

import (
	"errors"

	"chancery/internal/devices"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
)

// PrepaidMachines gives prepaid the machines that its devices are.
type PrepaidMachines struct{ Devices *devices.Service }

var _ prepaid.Machines = PrepaidMachines{}

// Machine implements prepaid.Machines.
func (p PrepaidMachines) Machine(t tx.Tx, v ident.VendorID, number string) (ident.DeviceID, ident.UUID, error) {
	for range 2 { // somebody may make it between the look and the insert
		d, err := p.Devices.Lock(t, v, number)
		if err == nil && d == nil {
			d, err = p.Devices.Make(t, v, number)
		}
		if err != nil {
			return 0, ident.UUID{}, err
		}
		if d != nil {
			return d.ID, d.UUID, nil
		}
	}
	return 0, ident.UUID{}, errors.New("prepaid: a machine is neither there nor can it be made")
}
