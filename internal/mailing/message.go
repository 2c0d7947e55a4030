package mailing

import (
	"slices"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/visible"
)

// Kind is what a mail is about; each has a template.
type Kind string

// The kinds of mail.
const (
	LicenseIssued Kind = "license_issued" // to the licensee user: Product ID and License key
	KeyReplaced   Kind = "key_replaced"   // to the licensee user: the new License key
	Recovery      Kind = "recovery"       // a link to set a password with
	Invitation    Kind = "invitation"     // a link to join with
	CustomerAdded Kind = "customer_added" // to who has an account: licences of a customer are in reach

	AddressConfirm Kind = "address_confirm" // to a new address: a link that confirms it
	AddressTaken   Kind = "address_taken"   // to a new address that has an account of its own
	AddressAsked   Kind = "address_asked"   // to the present address: another one was asked for
	AddressChanged Kind = "address_changed" // to both: the account has the new one

	NewDevice    Kind = "new_device"     // devices were activated that never were
	NearlyUsedUp Kind = "nearly_used_up" // the activations of a contract are in use, or nearly so

	HandOverConfirm Kind = "hand_over_confirm" // to the new person: a link that hands a licence over
	HandOverAsked   Kind = "hand_over_asked"   // to the present licensee: it was asked for
	HandedOver      Kind = "handed_over"       // to both: the licence has the new licensee

	LicenseRequested Kind = "license_requested" // to the vendor's own: an owner asks for something
	RequestAnswered  Kind = "request_answered"  // to who has asked

	Goodwill Kind = "goodwill" // a licence is above its contract
	Expiring Kind = "expiring" // a licence ends in some days
	UsedUp   Kind = "used_up"  // a licence has no room left
	Expired  Kind = "expired"  // a licence has ended: its time is over, or its contract consumed

	RefreshDue Kind = "refresh_due" // the file of a device without internet wants a refresh, or did

	MeterThreshold Kind = "meter_threshold" // a meter has reached an alert
	MeterExhausted Kind = "meter_exhausted" // a meter has run out for its period

	PrepaidLow Kind = "prepaid_low" // prepaid cards of a customer have few days left

	Event Kind = "event" // a subscription of the kind mail
	Test  Kind = "test"
)

// Kinds gives all kinds, in the order in which screens show them.
func Kinds() []Kind {
	return []Kind{
		LicenseIssued, KeyReplaced, Recovery, Invitation, CustomerAdded, AddressConfirm, AddressTaken, AddressAsked, AddressChanged,
		HandOverConfirm, HandOverAsked, HandedOver, LicenseRequested, RequestAnswered,
		NewDevice, NearlyUsedUp, Goodwill, Expiring, Expired, UsedUp, RefreshDue, MeterThreshold, MeterExhausted, PrepaidLow, Event, Test,
	}
}

// Data is what a template can name. What does not apply is empty, and what is of
// no use for a kind can't be named by its template (Kind.Variables).
type Data struct {
	Recipient     string // name of the person
	Customer      string
	Product       string
	ProductID     string
	License       string // its name, or its edition's
	LicenseKey    string
	DashboardLink string       // empty while the server does not know its own address
	Used          string       // activations
	Contract      string       // activations by contract
	Allowed       string       // with buffer and goodwill
	Device        string       // or several, with commas
	Devices       string       // how many; empty for one
	More          string       // how many of them Device does not name; empty for none
	Until         calendar.Day // when a goodwill activation ends
	MonthEnds     calendar.Day // the last day of the month whose devices are counted; zero where activations are
	EndsOn        calendar.Day // a licence
	DaysLeft      string
	RefreshBy     calendar.Day // the last day of a device's file
	Meter         string       // its name
	Percent       string       // the alert that a meter has reached
	Consumed      string       // of the meter; numbers are as programs write them
	Limit         string       // of the meter, or what the contract allows of it
	NextReset     calendar.Day // of the meter; empty for never
	LowCards      string       // prepaid cards that came down to LowDays days left; empty for none
	LowDays       string
	VeryLowCards  string // and to VeryLowDays
	VeryLowDays   string
	SpentCards    string        // and those that were used up
	DarkDevices   string        // devices that go dark within a week; empty for none
	Link          string        // single use: secret
	LinkExpires   time.Duration // how long the link is good for
	Role          string
	Address       string // a new one of the person
	FormerAddress string
	SignInLink    string // empty while the server does not know its own address
	ByStaff       string // not empty where somebody of the vendor's staff did it
	AskedBy       string // address of who has asked; of a hand-over empty where that was the licensee
	Wish          string // what is asked for, in words; it is said in the reader's language
	Quantity      string // how much of it, as programs write numbers
	Months        string // of a renewal
	Message       string // what who has asked writes
	Answer        string // what the vendor answers; may be empty
	Declined      string // not empty where the vendor has declined
	RequestsLink  string // the vendor's list of what is asked for
	Event         string
	Payload       string
}

// Message is a mail to be queued.
type Message struct {
	Kind    Kind
	To      string // one address
	Data    Data
	License ident.UUID // the licence whose page shows it; zero for none

	// Customer is whose administrators it concerns, where it is about no licence.
	Customer ident.UUID

	Letter *Letter // what somebody has made of the kind's text; nil for the text itself

	// Person is the address of the account that the mail is about, where To is another address of
	// its person: the mail is in their language. Empty for To itself.
	Person string

	// Licensee marks a mail to somebody who was or is to be the licensee of License: without a
	// language of their own it is in that of its customer.
	Licensee bool

	// Key makes it one mail however often it is queued: "license_issued:<id>".
	// Empty for a mail that stands for itself.
	Key string

	owner bool // it goes to an owner of the licence, who may choose not to get its kind

	// KeepTrying is how long it is of use; three days when 0.
	KeepTrying time.Duration
}

// Letter is a mail as somebody has written it, for this once.
type Letter struct{ Subject, Text string }

// read gives the letter as it is sent.
func (l Letter) read() (Letter, error) {
	var wrong fault.Fields
	l.Subject = entry.Text(&wrong, "subject", l.Subject, 1, 300)
	l.Text = entry.Lines(&wrong, "text", l.Text, 1, 20_000)
	return l, wrong.Err()
}

// Names of variables that several kinds have.
const (
	meterName   = "Meter"
	ofCustomer  = "Customer"
	addressName = "Address"
	formerName  = "FormerAddress"
)

// Variables gives the names that a template of the kind may use.
func (k Kind) Variables() []string {
	common := []string{"Vendor", "SupportEmail", "Website"}
	license := []string{ofCustomer, "Product", "ProductID", "License", "DashboardLink"}
	link := []string{"Link", "LinkExpires"}
	person := []string{"Recipient"}
	use := []string{"Used", "Contract", "Allowed", "MonthEnds"}
	wish := []string{"Wish", meterName, "Quantity", "Months", "Message"}
	switch k {
	case LicenseIssued, KeyReplaced:
		return slices.Concat(common, license, []string{"LicenseKey", "EndsOn"})
	case Recovery:
		return slices.Concat(common, person, link)
	case Invitation:
		return slices.Concat(common, person, []string{"Role", ofCustomer}, link)
	case CustomerAdded:
		return slices.Concat(common, person, []string{"Role", ofCustomer, "DashboardLink"})
	case AddressConfirm:
		return slices.Concat(common, person, []string{addressName, formerName, "Link", "LinkExpires"})
	case AddressTaken, AddressAsked, AddressChanged:
		return slices.Concat(common, person, []string{addressName, formerName, "SignInLink", "ByStaff"})
	case NewDevice:
		return slices.Concat(common, license, use, []string{"Device", "Devices", "More"})
	case NearlyUsedUp:
		return slices.Concat(common, license, use)
	case HandOverConfirm:
		return slices.Concat(common, person, license[:4], []string{formerName, "AskedBy"}, link)
	case HandOverAsked:
		return slices.Concat(common, license, []string{addressName, "AskedBy"})
	case HandedOver:
		return slices.Concat(common, license, []string{addressName, formerName})
	case LicenseRequested:
		return slices.Concat(common, license[:4], wish, []string{"AskedBy", "RequestsLink"})
	case RequestAnswered:
		return slices.Concat(common, license, wish, []string{"Answer", "Declined"})
	case Goodwill:
		return slices.Concat(common, license, use, []string{"Device", "Until"})
	case Expiring:
		return slices.Concat(common, license, []string{"EndsOn", "DaysLeft"})
	case RefreshDue:
		return slices.Concat(common, license, []string{"Device", "RefreshBy", "DaysLeft"})
	case Expired:
		return slices.Concat(common, license, []string{"EndsOn", meterName, "Consumed", "Limit"})
	case UsedUp:
		return slices.Concat(common, license, use)
	case MeterThreshold:
		return slices.Concat(common, license, []string{meterName, "Percent", "Consumed", "Limit", "NextReset"})
	case MeterExhausted:
		return slices.Concat(common, license, []string{meterName, "Consumed", "Limit", "NextReset"})
	case PrepaidLow:
		return slices.Concat(common, []string{
			ofCustomer, "DashboardLink", "LowCards", "LowDays", "VeryLowCards", "VeryLowDays", "SpentCards", "DarkDevices",
		})
	case Event:
		return slices.Concat(common, []string{"Event", "Payload"})
	case Test:
		return common
	}
	return nil
}

func (k Kind) known() bool { return slices.Contains(Kinds(), k) }

// HoldsSecret reports whether mails of the kind hold what the log does not.
func (k Kind) HoldsSecret() bool { return k.secret() != nil }

// secret gives the variables of the kind that must not stay in the log.
func (k Kind) secret() []string {
	switch k { //nolint:exhaustive // all others have none
	case Recovery, Invitation, AddressConfirm, HandOverConfirm:
		return []string{"Link"}
	}
	return nil
}

// Values gives the kind's variables by name, as a language writes them.
func (k Kind) Values(l *language.Language, vendor Vendor, d Data) map[string]string {
	day := func(d calendar.Day) string {
		if d.IsZero() {
			return ""
		}
		return l.LongDay(d)
	}
	all := map[string]string{
		"Vendor": vendor.Name, "SupportEmail": vendor.SupportEmail, "Website": vendor.Website,
		"Recipient": d.Recipient, ofCustomer: d.Customer, "Product": d.Product, "ProductID": d.ProductID, "License": d.License,
		"LicenseKey": d.LicenseKey, "DashboardLink": d.DashboardLink, "Used": l.Decimal(d.Used), "Contract": l.Decimal(d.Contract),
		"Allowed": l.Decimal(d.Allowed),
		"Device":  d.Device, "Devices": l.Decimal(d.Devices), "More": l.Decimal(d.More), "Until": day(d.Until),
		"MonthEnds": day(d.MonthEnds), "EndsOn": day(d.EndsOn), "DaysLeft": l.Decimal(d.DaysLeft), "RefreshBy": day(d.RefreshBy),
		"Meter": d.Meter, "Percent": d.Percent, "Consumed": l.Decimal(d.Consumed), "Limit": l.Decimal(d.Limit), "NextReset": day(d.NextReset),
		"LowCards": l.Decimal(d.LowCards), "LowDays": l.Decimal(d.LowDays), "VeryLowCards": l.Decimal(d.VeryLowCards),
		"VeryLowDays": l.Decimal(d.VeryLowDays), "SpentCards": l.Decimal(d.SpentCards), "DarkDevices": l.Decimal(d.DarkDevices),
		"Link": d.Link, "LinkExpires": Within(l, d.LinkExpires), "Role": l.Word(d.Role),
		"Address": d.Address, formerName: d.FormerAddress, "SignInLink": d.SignInLink, "ByStaff": d.ByStaff,
		"AskedBy": d.AskedBy, "Wish": l.Word(d.Wish), "Quantity": l.Decimal(d.Quantity), "Months": l.Decimal(d.Months), "Message": d.Message,
		"Answer": d.Answer, "Declined": d.Declined, "RequestsLink": d.RequestsLink,
		"Event": d.Event, "Payload": d.Payload,
	}
	of := map[string]string{}
	for _, name := range k.Variables() {
		of[name] = visible.Text(all[name]) // customers and programs choose some of them
	}
	return of
}

// Sample is what previews are made of: invented, but for where the dashboard is,
// so that a preview shows no link that mails lack.
func (s *Service) Sample(v Vendor) Data {
	d := sample()
	d.DashboardLink = s.Dashboard(v)
	return d
}

func sample() Data {
	return Data{
		Recipient: "Alex Example", Customer: "Example Ltd", Product: "Example product", ProductID: "01890000-0000-7000-8000-000000000001",
		License: "Example licence", LicenseKey: "5f0c1b1e-0000-4000-8000-000000000002",
		Used: "11", Contract: "10", Allowed: "12", Device: "Till 3, front (till-3)", Devices: "3", More: "2",
		Until:  calendar.Day{Year: 2026, Month: time.March, Day: 28},
		EndsOn: calendar.Day{Year: 2026, Month: time.March, Day: 31}, DaysLeft: "17", RefreshBy: calendar.Day{Year: 2026, Month: time.March, Day: 31},
		Meter: "Pages", Percent: "80", Consumed: "800", Limit: "1000", NextReset: calendar.Day{Year: 2026, Month: time.April, Day: 1},
		LowCards: "12", LowDays: "29", VeryLowCards: "3", VeryLowDays: "6", SpentCards: "1", DarkDevices: "4",
		Link: "https://licences.example.com/single-use-link", LinkExpires: time.Hour, Role: "support",
		Address: "alex@new.example", FormerAddress: "alex@old.example", SignInLink: "https://licences.example.com/portal/example/sign-in",
		ByStaff: "yes", AskedBy: "alex@old.example", Wish: "More of the meter", Quantity: "5", Message: "We have new colleagues.", Answer: "Done.",
		RequestsLink: "https://licences.example.com/console/example/requests",
		Event:        "activation.goodwill", Payload: `{"activations_used":11}`,
	}
}
