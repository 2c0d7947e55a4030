package imports

import (
	"context"
	"strconv"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// CardLine is a prepaid card as a file has it.
type CardLine struct {
	LicenseCode    string
	Number         string // empty: one is made
	Days           *int64 // nil: those of its license code
	CustomerNumber string // empty: the vendor's stock
	IsLocked       bool

	Batch ident.UUID // the import's: its cards are found together
}

// DeviceLine is a prepaid device as a file has it.
type DeviceLine struct {
	Number         string
	Model          string
	CustomerNumber string // empty: the vendor's stock
}

// PrepaidTrade makes prepaid cards and devices.
type PrepaidTrade interface {
	BringCard(t tx.Tx, v ident.VendorID, c CardLine) (Result, error)
	BringDevice(t tx.Tx, v ident.VendorID, d DeviceLine) (Result, error)
}

// PrepaidKnown tells what would come of lines, as Known does.
type PrepaidKnown interface {
	RefusedCards(ctx context.Context, v ident.VendorID, lines []CardLine) ([]error, error)
	RefusedDevices(ctx context.Context, v ident.VendorID, lines []DeviceLine) ([]error, error)

	// CardKey gives a card number as numbers are compared; "" for what is none.
	CardKey(number string) string
}

const (
	licenseCode = "license_code"
	aNumber     = "number"
)

func cardColumns() []Column {
	return []Column{
		{
			Name: licenseCode, Means: "The license code, which must exist.", Example: "TR-30", Required: true,
			also: []string{"code", "license", "licence_code"},
		},
		{Name: aNumber, Means: "The card number, of cards that have one already. Empty: one is made.", also: []string{"card_number", "card"}},
		{
			Name: "days", Means: "The days left on it. Empty: those of its license code.", Example: "30",
			also: []string{"available_days", "days_left"},
		},
		{
			Name: customerNumber, Means: "Whose card it is: the number of a customer without a superior. Empty: your own stock.", Example: "K-1001",
			also: []string{"customer", "owner", "customer_no", "owning_customer_number"},
		},
		{Name: "locked", Means: "yes for a card that is locked.", also: []string{"lock", "is_locked"}},
	}
}

func deviceColumns() []Column {
	return []Column{
		{
			Name: aNumber, Means: "The device number, IMEI or the like. Format the column as text: a spreadsheet rounds long numbers.", Example: "356938035643809",
			Required: true, also: []string{"device_number", "imei", "device", "serial_number", "serial"},
		},
		{Name: "model", Means: "Its model, by which cards fit.", Example: "GT06N", Required: true, also: []string{"device_model", "type"}},
		{
			Name: customerNumber, Means: "Whose device it is: the number of a customer that exists. Empty: your own stock.", Example: "K-1001",
			also: []string{"customer", "owner", "customer_no", "owning_customer_number"},
		},
	}
}

func cardLine(r Reading, l Line) (CardLine, fault.Fields) {
	var wrong fault.Fields
	c := CardLine{
		LicenseCode: r.cell(l, licenseCode), Number: r.cell(l, aNumber), Days: count(&wrong, "days", r.cell(l, "days")),
		CustomerNumber: r.cell(l, customerNumber), IsLocked: yes(&wrong, "locked", r.cell(l, "locked"), false),
	}
	wrong.Check(c.LicenseCode != "", licenseCode, mustNotBeEmpty)
	return c, wrong
}

func deviceLine(r Reading, l Line) (DeviceLine, fault.Fields) {
	var wrong fault.Fields
	d := DeviceLine{Number: r.cell(l, aNumber), Model: r.cell(l, "model"), CustomerNumber: r.cell(l, customerNumber)}
	wrong.Check(d.Number != "", aNumber, mustNotBeEmpty)
	return d, wrong
}

const mustNotBeEmpty = "must not be empty"

// repeated refuses lines whose number stands above, in whatever writing.
func repeated(f *File, keys []string, wrong []fault.Fields) {
	first := map[string]int{}
	for i, key := range keys {
		if key == "" {
			continue
		}
		above, twice := first[key]
		if !twice {
			first[key] = i
		}
		wrong[i].Check(!twice, aNumber, "is in line "+strconv.Itoa(f.Lines[above].Number)+" already")
	}
}

// checkCards and checkDevices do what check does for customers and licences.
func (s *Service) checkCards(ctx context.Context, v ident.VendorID, f *File, r Reading, wrong []fault.Fields) ([]error, error) {
	all, keys := make([]CardLine, len(f.Lines)), make([]string, len(f.Lines))
	for i, l := range f.Lines {
		all[i], wrong[i] = cardLine(r, l)
		keys[i] = s.Known.CardKey(all[i].Number)
	}
	repeated(f, keys, wrong)
	return s.Known.RefusedCards(ctx, v, all)
}

func (s *Service) checkDevices(ctx context.Context, v ident.VendorID, f *File, r Reading, wrong []fault.Fields) ([]error, error) {
	all, keys := make([]DeviceLine, len(f.Lines)), make([]string, len(f.Lines))
	for i, l := range f.Lines {
		all[i], wrong[i] = deviceLine(r, l)
		keys[i] = entry.DeviceKey(all[i].Number)
	}
	repeated(f, keys, wrong)
	return s.Known.RefusedDevices(ctx, v, all)
}

// bringPrepaid brings in a card or a device.
func (s *Service) bringPrepaid(t tx.Tx, v ident.VendorID, i Import, r Reading, l Line) (Result, error) {
	if i.Kind == Devices {
		d, wrong := deviceLine(r, l)
		if err := wrong.Err(); err != nil {
			return Result{}, err
		}
		return s.Trade.BringDevice(t, v, d)
	}
	c, wrong := cardLine(r, l)
	if err := wrong.Err(); err != nil {
		return Result{}, err
	}
	c.Batch = i.UUID
	return s.Trade.BringCard(t, v, c)
}

// CardTaken is the refusal of a line whose number is a card's that is there.
func CardTaken() error {
	return fault.Wrong(fault.Field{Name: aNumber, Message: "is that of a card that is there already"})
}

// DeviceTaken is the refusal of a line whose number is that of another device.
func DeviceTaken(other string) error {
	return fault.Wrong(fault.Field{Name: aNumber, Message: "is that of the device " + other})
}

// NotAtTheTop is the refusal of a card for a customer below another one.
func NotAtTheTop() error {
	return fault.Wrong(fault.Field{Name: customerNumber, Message: "is below another customer: cards come to customers without a superior, who sell them on"})
}

// NoLicenseCode is the refusal of a card of a license code that is not there.
func NoLicenseCode() error {
	return fault.Wrong(fault.Field{Name: licenseCode, Message: "must be a license code of this vendor"})
}
