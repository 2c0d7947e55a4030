package prepaid

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store is this room's part of the database. All methods reach one vendor's rows only.
// What is missing is nil or the zero value, never an error. What Lock... gives is locked
// until the transaction ends.
type Store interface {
	Codes
	Tree
	Cards
	Devices
	Charging
	Records
	Reminders
	Orders
	Rules
}

// Rules keeps what holds for all of a vendor.
type Rules interface {
	// Zone gives the zone in which the vendor's days begin.
	Zone(t tx.Tx, v ident.VendorID) (*time.Location, error)

	Settings(t tx.Tx, v ident.VendorID) (Settings, error)
	SaveSettings(t tx.Tx, v ident.VendorID, s Settings) error
}

// Codes keeps license codes.
type Codes interface {
	// Codes gives all codes of the vendor, by id.
	Codes(t tx.Tx, v ident.VendorID) ([]Code, error)

	// LockCode gives a code by what it is known by outside.
	LockCode(t tx.Tx, v ident.VendorID, id ident.UUID) (*Code, error)

	// InsertCode and SaveCode give free false when another one has the code.
	InsertCode(t tx.Tx, v ident.VendorID, c Code) (id ident.CodeID, free bool, err error)
	SaveCode(t tx.Tx, v ident.VendorID, c Code) (free bool, err error)
}

// Tree reads the customers.
type Tree interface {
	// LockCustomer is Customer, for who changes its switches.
	Customer(t tx.Tx, v ident.VendorID, id ident.UUID) (*Customer, error)
	LockCustomer(t tx.Tx, v ident.VendorID, id ident.UUID) (*Customer, error)

	// Line gives a customer and all above it, itself first, the top last.
	Line(t tx.Tx, v ident.VendorID, id ident.CustomerID) ([]Customer, error)

	// ByTransferCode finds the customer that accepts transfers with a code.
	ByTransferCode(t tx.Tx, v ident.VendorID, code string) (*Customer, error)

	// OwnLow gives the thresholds of customers that have their own, at most limit.
	OwnLow(t tx.Tx, v ident.VendorID, limit int) (map[ident.CustomerID]Low, error)

	SaveSwitches(t tx.Tx, v ident.VendorID, id ident.CustomerID, s Switches) error
}

// Cards keeps cards, each with its days beside its device while it is bound.
type Cards interface { //nolint:interfacebloat // one noun's rows
	// DevicesOf tells which devices cards are on, by id. Nothing is locked.
	DevicesOf(t tx.Tx, v ident.VendorID, numbers []string) ([]ident.DeviceID, error)

	// CardUUID gives what a card is known by outside.
	CardUUID(t tx.Tx, v ident.VendorID, c ident.CardID) (ident.UUID, error)

	// LockCards gives the cards of these numbers, by id.
	LockCards(t tx.Tx, v ident.VendorID, numbers []string) ([]Card, error)

	// LockCardsOf gives at most limit cards that are on devices, also those without days, by id.
	LockCardsOf(t tx.Tx, v ident.VendorID, devices []ident.DeviceID, limit int) ([]Card, error)

	// LockToSell gives at most limit cards of a holder that can be sold and match the filter:
	// Unused before Deactivated, then by number.
	LockToSell(t tx.Tx, v ident.VendorID, holder ident.CustomerID, f CardFilter, limit int) ([]Card, error)

	// LockHeld gives at most limit cards that an order holds, by id.
	LockHeld(t tx.Tx, v ident.VendorID, o ident.OrderID, limit int) ([]Card, error)

	// LockNext gives the oldest Unused card of a holder of one of these codes that nobody else
	// takes at this moment; nil for none.
	LockNext(t tx.Tx, v ident.VendorID, holder ident.CustomerID, codes []ident.CodeID, after ident.CardID) (*Card, error)

	// InsertCards makes cards, and gives the ids and numbers of those whose number was free.
	InsertCards(t tx.Tx, v ident.VendorID, cards []Card) (map[string]ident.CardID, error)

	// SaveCard writes what has changed of a card, and its row beside the device. number is
	// what it is known by there.
	SaveCard(t tx.Tx, v ident.VendorID, was, is Card, onReport bool) error

	// SaveLock locks or unlocks cards that are not so yet.
	SaveLock(t tx.Tx, v ident.VendorID, cards []ident.CardID, lock bool) error

	// HandOver gives unbound cards of one holder to another one, free of any hold.
	HandOver(t tx.Tx, v ident.VendorID, cards []ident.CardID, to ident.CustomerID) error

	// Hold lets an order hold cards; 0 lets them go.
	Hold(t tx.Tx, v ident.VendorID, cards []ident.CardID, o ident.OrderID) error
}

// Devices keeps the machines that need paid days.
type Devices interface {
	// LockDevice gives the device whose number is compared by key; DeviceByID by its id.
	LockDevice(t tx.Tx, v ident.VendorID, key string) (*Device, error)
	// LockDevices and LockDevicesByID give several, by id.
	DeviceByID(t tx.Tx, v ident.VendorID, id ident.DeviceID) (*Device, error)
	LockDevices(t tx.Tx, v ident.VendorID, keys []string) ([]Device, error)
	LockDevicesByID(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) ([]Device, error)

	// InsertDevice makes a device, which raises the change counter where it is the vendor's first, and gives the one that has the number already.
	InsertDevice(t tx.Tx, v ident.VendorID, d Device) (other *Device, err error)

	// HasDevices reports whether the vendor has a device.
	HasDevices(t tx.Tx, v ident.VendorID) (bool, error)

	// DarkOf tells why the device of a key is blacklisted, unlocked; NotDark where there is none.
	DarkOf(t tx.Tx, v ident.VendorID, key string) (Dark, error)

	// MoveDevices gives devices another owner, and forgets what other models they said.
	MoveDevices(t tx.Tx, v ident.VendorID, devices []ident.DeviceID, to ident.CustomerID) error

	// SaveModel changes the model of a device, and forgets what other one it said.
	SaveModel(t tx.Tx, v ident.VendorID, d ident.DeviceID, model string) error

	// SaveSaidModels notes what other models devices said.
	SaveSaidModels(t tx.Tx, v ident.VendorID, said map[ident.DeviceID]string) error
}

// Charging keeps what every charge reads and writes.
type Charging interface {
	// LockStates gives the devices of these ids, by id.
	LockStates(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) ([]State, error)

	// LockDue gives the devices of a group that are due by now, by id.
	LockDue(t tx.Tx, v ident.VendorID, g Group, now time.Time) ([]State, error)

	// BoundTo gives the cards with days left of devices, by device.
	BoundTo(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) ([]Bound, error)

	// CodeOn gives the license code of the card that came last to a device, also of one
	// without days; 0 where none is on it.
	CodeOn(t tx.Tx, v ident.VendorID, d ident.DeviceID) (ident.CodeID, error)

	// CountBound counts the cards with days left of a device.
	CountBound(t tx.Tx, v ident.VendorID, d ident.DeviceID) (int64, error)

	SaveState(t tx.Tx, v ident.VendorID, s State) error

	// SaveBound writes what a charge has changed of a card.
	SaveBound(t tx.Tx, v ident.VendorID, was, is Bound) error

	// AddDeductions adds to the ledger, and numbers the rows of one instant.
	AddDeductions(t tx.Tx, v ident.VendorID, rows []Deduction) error

	// LowerDue has the run look at a device's group at an instant, at the latest. It comes
	// after the device is written.
	LowerDue(t tx.Tx, v ident.VendorID, d ident.DeviceID, at time.Time) error

	// SettleGroup finds out anew when the first device of a group is due.
	SettleGroup(t tx.Tx, v ident.VendorID, g Group) error
}

// Records keeps who had what, and the counters made from it.
type Records interface {
	InsertTransfer(t tx.Tx, v ident.VendorID, r Transfer) (ident.TransferID, error)
	TransferCards(t tx.Tx, v ident.VendorID, id ident.TransferID, cards []Card) error
	TransferDevices(t tx.Tx, v ident.VendorID, id ident.TransferID, devices []ident.DeviceID) error

	// TransferOfOrder gives the transfer that an order has begun on a day; nil for none.
	// RaiseTransfer adds to its figures; TransfersOfOrder gives all of the order's.
	TransferOfOrder(t tx.Tx, v ident.VendorID, o ident.OrderID, c ident.CodeID, day int64) (*Transfer, error)
	TransfersOfOrder(t tx.Tx, v ident.VendorID, o ident.OrderID) ([]Transfer, error)
	RaiseTransfer(t tx.Tx, v ident.VendorID, id ident.TransferID, cards, days int64) error

	// BeginBinding notes that a card is on a device from now on, by itself or by somebody's
	// doing. EndBindings ends those of cards that go on.
	BeginBinding(t tx.Tx, v ident.VendorID, c Card, byItself bool) error
	EndBindings(t tx.Tx, v ident.VendorID, cards []ident.CardID) error

	// Count adds to the counters.
	Count(t tx.Tx, v ident.VendorID, stock []StockChange, days []DayChange) error
}

// Reminders keeps what customers are to be reminded of.
type Reminders interface {
	// AddReminders adds to what customers are to be reminded of. TakeReminder takes out what
	// one is to be reminded of the days before one, and adds it up: its day is the last one.
	AddReminders(t tx.Tx, v ident.VendorID, all []Reminder) error
	TakeReminder(t tx.Tx, v ident.VendorID, c ident.CustomerID, before int64) (Reminder, error)
}

// Orders keeps work on very many cards.
type Orders interface {
	InsertOrder(t tx.Tx, v ident.VendorID, o Order) (ident.OrderID, error)
	LockOrderOf(t tx.Tx, v ident.VendorID, id ident.UUID) (*Order, error)
	LockOrder(t tx.Tx, v ident.VendorID, id ident.OrderID) (*Order, error)
	SaveOrder(t tx.Tx, v ident.VendorID, o Order) error

	// CountOpenOrders counts the orders of a holder that have not ended.
	CountOpenOrders(t tx.Tx, v ident.VendorID, from ident.CustomerID) (int64, error)
}

// Reader reads committed data.
type Reader interface {
	// DueGroups gives groups with a device that is due by now: the longest due first, or by
	// id where many wait.
	DueGroups(ctx context.Context, now time.Time, limit int) ([]Group, error)

	// Reminders gives the vendors some of whose customers are to be reminded, and RemindersOf
	// customers of one that are to be of days before one.
	Reminders(ctx context.Context) ([]Waiting, error)
	RemindersOf(ctx context.Context, v ident.VendorID, before int64, limit int) ([]ident.CustomerID, error)

	// OpenOrders gives orders behind another one that have not ended, the oldest first.
	OpenOrders(ctx context.Context, after ident.OrderID, limit int) ([]OpenOrder, error)

	// AnyDevice reports whether the vendor has a device.
	AnyDevice(ctx context.Context, v ident.VendorID) (bool, error)

	// Found gives the devices of these keys, as reports are answered from.
	Found(ctx context.Context, v ident.VendorID, keys []string) (map[string]Found, error)
}

// Group is 64 devices with neighbouring ids of one vendor: id / 64.
type Group struct {
	Vendor ident.VendorID
	N      int64
}

// GroupSize is how many ids a group has.
const GroupSize = 64

// GroupOf gives the group of a device.
func GroupOf(v ident.VendorID, d ident.DeviceID) Group { return Group{v, int64(d) / GroupSize} }

// OpenOrder is an order that has not ended.
type OpenOrder struct {
	Vendor ident.VendorID
	ID     ident.OrderID
}

// Found is a device that reports.
type Found struct {
	ID          ident.DeviceID
	UsableUntil time.Time
	Dark        Dark
	Model, Said string
}

// Machines is what prepaid asks of the room that knows devices as machines.
type Machines interface {
	// Machine finds or makes the machine of this number.
	Machine(t tx.Tx, v ident.VendorID, number string) (ident.DeviceID, ident.UUID, error)
}
