package wiring

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
)

// BringCard implements imports.Trade.
func (x importTrade) BringCard(t tx.Tx, v ident.VendorID, c imports.CardLine) (imports.Result, error) {
	customer, err := x.ownerOf(t, v, c.CustomerNumber)
	if err != nil {
		return imports.Result{}, err
	}
	n := prepaid.NewCard{Code: c.LicenseCode, Number: c.Number, Customer: customer, IsLocked: c.IsLocked, Batch: c.Batch}
	if c.Days != nil {
		if _, err := prepaid.CheckCard("", c.Days); err != nil {
			return imports.Result{}, err
		}
		n.Days = *c.Days
	}
	made, err := x.r.Prepaid.BringCard(t, importing(t, v), n)
	switch {
	case fault.Is(err, "card_exists"):
		err = imports.CardTaken()
	case fault.Is(err, "not_top_level_customer"):
		err = imports.NotAtTheTop()
	}
	return imports.Result{ID: made.UUID, Number: made.Number}, err
}

// BringDevice implements imports.Trade.
func (x importTrade) BringDevice(t tx.Tx, v ident.VendorID, d imports.DeviceLine) (imports.Result, error) {
	customer, err := x.ownerOf(t, v, d.CustomerNumber)
	if err != nil {
		return imports.Result{}, err
	}
	made, err := x.r.Prepaid.CreateDevice(t, importing(t, v), prepaid.NewDevice{Number: d.Number, Model: d.Model, Customer: customer})
	return imports.Result{ID: made.UUID, Number: made.Number}, err
}

// ownerOf finds the customer that a line names; zero for the vendor's stock.
func (x importTrade) ownerOf(t tx.Tx, v ident.VendorID, number string) (ident.UUID, error) {
	if number == "" {
		return ident.UUID{}, nil
	}
	customer, err := x.r.CustomerRows.NumberID(t, v, number)
	if err == nil && customer.IsZero() {
		err = imports.NoCustomer()
	}
	return customer, err
}

// importing is who brings lines in: the staff that started the import.
func importing(t tx.Tx, v ident.VendorID) prepaid.By {
	name := tx.ActorFrom(t.Context()).Name
	if name == "" {
		name = "Import"
	}
	return prepaid.Staff(v, name)
}

// CardKey implements imports.Known.
func (importKnown) CardKey(number string) string {
	key, _ := prepaid.ParseNumber(number)
	return key
}

// RefusedCards implements imports.Known.
func (x importKnown) RefusedCards(ctx context.Context, v ident.VendorID, lines []imports.CardLine) ([]error, error) {
	codes, err := x.r.PrepaidRows.CodesOf(ctx, v)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, c := range codes {
		known[prepaid.CodeKey(c.Code)] = true
	}
	customers, numbers := make([]string, len(lines)), make([]string, 0, len(lines))
	refused := make([]error, len(lines))
	for i, l := range lines {
		customers[i] = l.CustomerNumber
		number, err := prepaid.CheckCard(l.Number, l.Days)
		if number != "" {
			numbers = append(numbers, number)
		}
		if !known[prepaid.CodeKey(l.LicenseCode)] {
			err = both(err, imports.NoLicenseCode())
		}
		refused[i] = err
	}
	taken, err := x.r.PrepaidRows.TakenCards(ctx, v, numbers)
	if err != nil {
		return nil, err
	}
	there, err := x.r.CustomerRows.Numbers(ctx, v, customers)
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		if taken[x.CardKey(l.Number)] {
			refused[i] = both(refused[i], imports.CardTaken())
		}
		owner, found := there[l.CustomerNumber]
		switch {
		case l.CustomerNumber == "":
		case !found:
			refused[i] = both(refused[i], imports.NoCustomer())
		case owner.IsBelow:
			refused[i] = both(refused[i], imports.NotAtTheTop())
		}
	}
	return refused, nil
}

// RefusedDevices implements imports.Known.
func (x importKnown) RefusedDevices(ctx context.Context, v ident.VendorID, lines []imports.DeviceLine) ([]error, error) {
	customers, keys := make([]string, len(lines)), make([]string, len(lines))
	for i, l := range lines {
		customers[i], keys[i] = l.CustomerNumber, entry.DeviceKey(l.Number)
	}
	taken, err := x.r.PrepaidRows.TakenDevices(ctx, v, keys)
	if err != nil {
		return nil, err
	}
	there, err := x.r.CustomerRows.Numbers(ctx, v, customers)
	if err != nil {
		return nil, err
	}
	refused := make([]error, len(lines))
	for i, l := range lines {
		refused[i] = prepaid.NewDevice{Number: l.Number, Model: l.Model}.Check()
		if other, is := taken[keys[i]]; is {
			refused[i] = both(refused[i], imports.DeviceTaken(other))
		}
		if _, found := there[l.CustomerNumber]; l.CustomerNumber != "" && !found {
			refused[i] = both(refused[i], imports.NoCustomer())
		}
	}
	return refused, nil
}
