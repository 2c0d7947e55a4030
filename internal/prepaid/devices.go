package prepaid

import (
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// NewDevice is a device to be made.
type NewDevice struct {
	Number   string
	Model    string
	Customer ident.UUID // its owner; zero for the vendor's stock. A person makes devices of their own customer or below it
}

// read gives the device as it is stored.
func (n NewDevice) read(device *Device) error {
	var wrong fault.Fields
	device.Number, device.Key = entry.DeviceNumber(&wrong, "number", n.Number)
	device.Model = entry.Name(&wrong, "model", n.Model, "", 1, maxModel)
	return wrong.Err()
}

// Check tells what is wrong with a new device, as far as it can be told from itself.
func (n NewDevice) Check() error { return n.read(&Device{}) }

// deviceRecord is what the log says of a device.
type deviceRecord struct {
	Number   string `json:"number"`
	Model    string `json:"model"`
	Customer string `json:"customer,omitempty"`
}

// CreateDevice makes a device (docs/rules/prepaid.md, rule 2). It is the machine of this number, where clients with
// activations have one. Only the vendor makes devices.
func (s *Service) CreateDevice(t tx.Tx, by By, n NewDevice) (device Device, err error) {
	return device, s.work(t, by.Vendor, func(d *desk) error {
		if err := d.may(by, OnlyVendor, by.Customer, aDevice); err != nil {
			return err
		}
		if err := n.read(&device); err != nil {
			return err
		}
		number := ""
		if !n.Customer.IsZero() {
			c, err := d.c.Store.Customer(t, d.v, n.Customer)
			if err != nil {
				return err
			}
			if c == nil {
				return fault.Wrong(fault.Field{Name: "customer_id", Message: "must be the id of a customer of this vendor"})
			}
			device.Holder, number = c.ID, c.Number
		}
		if err := d.insertDevice(&device); err != nil {
			return err
		}
		if err := d.transfer(by, Issue, device.Holder, device.Holder, nil, []ident.DeviceID{device.ID}); err != nil {
			return err
		}
		t.Journal(tx.Entry{
			Vendor: d.v, Action: "prepaid_device.created", Subject: aDevice, ID: device.UUID, After: deviceRecord{device.Number, device.Model, number},
		})
		return nil
	})
}

func (d *desk) insertDevice(device *Device) (err error) {
	if other, err := d.c.Store.LockDevice(d.t, d.v, device.Key); err != nil || other != nil {
		return sameDevice(other, err)
	}
	if device.ID, device.UUID, err = d.c.Machines.Machine(d.t, d.v, device.Number); err != nil {
		return err
	}
	device.HeldSince, device.CreatedAt = d.now, d.now
	d.c.Presence.note(d.v)
	other, err := d.c.Store.InsertDevice(d.t, d.v, *device)
	return sameDevice(other, err)
}

// sameDevice refuses a number that another device has, and names that one.
func sameDevice(other *Device, err error) error {
	if err != nil || other == nil {
		return err
	}
	e := refuse(deviceExists)
	e.Fields = []fault.Field{{Name: "number", Message: "is that of the device " + other.Number}}
	return e
}

// SetModel changes the model of a device; cards that are bound stay bound. Only the vendor does.
func (s *Service) SetModel(t tx.Tx, by By, number, model string) (device Device, err error) {
	return device, s.work(t, by.Vendor, func(d *desk) error {
		devices, err := d.lockDevices(by, OnlyVendor, []string{number})
		if err != nil {
			return err
		}
		var wrong fault.Fields
		device = devices[0]
		was := device.Model
		device.Model = entry.Name(&wrong, "model", model, was, 1, maxModel)
		if err := wrong.Err(); err != nil {
			return err
		}
		t.Journal(tx.Entry{
			Vendor: d.v, Action: "prepaid_device.updated", Subject: aDevice, ID: device.UUID,
			Before: deviceRecord{device.Number, was, ""}, After: deviceRecord{device.Number, device.Model, ""},
		})
		device.SaidModel = ""
		return d.c.Store.SaveModel(t, d.v, device.ID, device.Model)
	})
}

// lockDevices gives devices of one owner with which somebody may do something, by id.
func (d *desk) lockDevices(by By, act Act, texts []string) ([]Device, error) {
	keys, err := readDevices(texts)
	if err != nil {
		return nil, err
	}
	devices, err := d.c.Store.LockDevices(d.t, d.v, keys)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, one := range devices {
		found[one.Key] = d.may(by, See, one.Holder, aDevice) == nil
	}
	for _, key := range keys {
		if !found[key] {
			e := fault.Missing(aDevice)
			e.Fields = []fault.Field{{Name: "devices", Message: quoted(key) + ": there is no such device"}}
			return nil, e
		}
	}
	for _, one := range devices {
		if one.Holder != devices[0].Holder {
			return nil, refuseAt(ownersDiffer, "devices", one.Number)
		}
	}
	return devices, d.may(by, act, devices[0].Holder, aDevice)
}

// readDevices reads numbers of devices; each may stand there once.
func readDevices(texts []string) (keys []string, err error) {
	var wrong fault.Fields
	wrong.Check(len(texts) > 0, "devices", "must name a device")
	wrong.Check(len(texts) <= MaxAtOnce, "devices", "must name 2,000 devices at most")
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	seen := map[string]bool{"": true}
	for _, text := range texts {
		_, key := entry.DeviceNumber(&wrong, "devices", text)
		if seen[key] && key != "" {
			return nil, refuseAt(deviceTwice, "devices", quoted(text))
		}
		seen[key] = true
		keys = append(keys, key)
	}
	return keys, wrong.Err()
}

// SellDevices hands devices, with the cards on them, down to a direct sub-customer of their
// owner; those of the vendor's stock to a customer without a superior (docs/rules/prepaid.md, rule 27). All of
// them or none.
func (s *Service) SellDevices(t tx.Tx, by By, numbers []string, to ident.UUID) (moved []Device, err error) {
	return moved, s.work(t, by.Vendor, func(d *desk) error {
		c, err := d.seen(by, to)
		if err != nil {
			return err
		}
		devices, err := d.lockDevices(by, SellOn, numbers)
		if err != nil {
			return err
		}
		if err := sellsTo(devices[0].Holder, *c); err != nil {
			return err
		}
		moved, err = d.moveDevices(by, devices, c.ID)
		d.journalDevices("devices.sold", c, devices)
		return err
	})
}

// TransferDevices sells devices, with the cards on them, to a customer outside the owner's
// line, which accepts transfers with its code (docs/rules/prepaid.md, rule 28).
func (s *Service) TransferDevices(t tx.Tx, by By, numbers []string, code string) (moved []Device, err error) {
	return moved, s.work(t, by.Vendor, func(d *desk) error {
		c, err := d.c.Store.ByTransferCode(t, d.v, readTransferCode(code))
		if err != nil {
			return err
		}
		if c == nil {
			return refuse(transferCodeDead)
		}
		devices, err := d.lockDevices(by, SellOn, numbers)
		if err != nil {
			return err
		}
		moved, err = d.moveDevices(by, devices, c.ID)
		d.journalDevices("devices.sold", c, devices)
		return err
	})
}

// ReturnDevices gives devices, with the cards on them, to the direct superior of their
// owner; those of a customer without one to the vendor's stock (docs/rules/prepaid.md, rule 27). All of them or none.
func (s *Service) ReturnDevices(t tx.Tx, by By, numbers []string) (moved []Device, err error) {
	return moved, s.work(t, by.Vendor, func(d *desk) error {
		devices, err := d.lockDevices(by, SendBack, numbers)
		if err != nil {
			return err
		}
		line, err := d.line(devices[0].Holder)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return refuse(inStock)
		}
		moved, err = d.moveDevices(by, devices, line[0].Superior)
		d.journalDevices("devices.returned", &line[0], devices)
		return err
	})
}

func (d *desk) journalDevices(action string, c *Customer, devices []Device) {
	r := soldRecord{Customer: c.Number, Devices: len(devices)}
	for _, one := range devices[:min(len(devices), numbersInLog)] {
		r.Numbers = append(r.Numbers, one.Number)
	}
	d.t.Journal(tx.Entry{Vendor: d.v, Action: action, Subject: aCustomer, ID: c.UUID, After: r})
}

// mostCardsMoved is how many cards go along with the devices of one transaction.
const mostCardsMoved = 10_000

// moveDevices gives devices, with their cards, to another owner.
func (d *desk) moveDevices(by By, devices []Device, to ident.CustomerID) ([]Device, error) {
	from := devices[0].Holder
	moved, ids := make([]Device, len(devices)), make([]ident.DeviceID, len(devices))
	for i, device := range devices {
		device.Holder, device.HeldSince, device.SaidModel = to, d.now, ""
		moved[i], ids[i] = device, device.ID
	}
	cards, err := d.c.Store.LockCardsOf(d.t, d.v, ids, mostCardsMoved+1)
	if err != nil {
		return nil, err
	}
	if len(cards) > mostCardsMoved {
		return nil, refuse(tooManyCards)
	}
	if err := d.c.Store.MoveDevices(d.t, d.v, ids, to); err != nil {
		return nil, err
	}
	if err := d.transfer(by, DeviceSale, from, to, cards, ids); err != nil {
		return nil, err
	}
	if len(cards) == 0 {
		return moved, nil
	}
	_, cardIDs := d.handOver(cards, to)
	return moved, d.c.Store.HandOver(d.t, d.v, cardIDs, to)
}
