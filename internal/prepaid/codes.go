package prepaid

import (
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// CodeKey is the form in which license codes are compared: without case.
func CodeKey(code string) string { return listing.Fold(code) }

const (
	maxCode = 50
	maxName = 200
	maxNote = 500

	// mostCodes is how many license codes a vendor has: many an act reads all of them.
	mostCodes = 500
)

// read returns a code as it is stored; was is what it was before.
func (c Code) read(was Code) (Code, error) {
	var wrong fault.Fields
	c.Code = entry.Identifier(&wrong, "code", c.Code, was.Code, 1, maxCode)
	c.Name = entry.Name(&wrong, "name", c.Name, was.Name, 1, maxName)
	c.Models = readModels(&wrong, c.Models)
	wrong.Check(c.Days >= 1 && c.Days <= maxDays, "days", "must be a whole number from 1 to 100,000")
	if c.Billing == "" {
		c.Billing = Daily
	}
	wrong.Check(c.Billing == Daily || c.Billing == OnReport, "billing", "must be daily or on_report")
	c.PriceNote = entry.Lines(&wrong, "price_note", c.PriceNote, 0, maxNote)
	c.Contact = entry.Lines(&wrong, "contact", c.Contact, 0, maxNote)
	return c, wrong.Err()
}

// codeRecord is what the log says of a code.
type codeRecord struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Models  []string `json:"models"`
	Days    int64    `json:"days"`
	Billing Billing  `json:"billing"`
	Price   string   `json:"price_note,omitempty"`
	Contact string   `json:"contact,omitempty"`
}

func recordOfCode(c Code) codeRecord {
	return codeRecord{c.Code, c.Name, c.Models, c.Days, c.Billing, c.PriceNote, c.Contact}
}

// CreateCode makes a license code (docs/rules/prepaid.md, rule 4). Only the vendor does.
func (s *Service) CreateCode(t tx.Tx, by By, c Code) (Code, error) {
	if err := may(by, OnlyVendor, Own, false, "license_code"); err != nil {
		return Code{}, err
	}
	c, err := c.read(Code{})
	if err != nil {
		return Code{}, err
	}
	if all, err := s.c.Store.Codes(t, by.Vendor); err != nil {
		return Code{}, err
	} else if len(all) >= mostCodes {
		return Code{}, refuse(tooManyCodes)
	}
	c.UUID, c.CreatedAt, c.UpdatedAt = s.c.IDs.V7(), t.Now(), t.Now()
	id, free, err := s.c.Store.InsertCode(t, by.Vendor, c)
	if err != nil {
		return Code{}, err
	}
	if !free {
		return Code{}, refuse(codeExists)
	}
	c.ID = id
	t.Journal(tx.Entry{Vendor: by.Vendor, Action: "license_code.created", Subject: "license_code", ID: c.UUID, After: recordOfCode(c)})
	return c, nil
}

// CodeChange is what to change of a license code; nil leaves a field as it is. Its billing
// rule never changes: cards that are bound go by it. Days are those of cards to come.
type CodeChange struct {
	Code, Name *string
	Models     *[]string
	Days       *int64
	PriceNote  *string
	Contact    *string
}

// UpdateCode changes a license code. Cards that are bound stay bound, whatever its model
// range says then.
func (s *Service) UpdateCode(t tx.Tx, by By, id ident.UUID, c CodeChange) (Code, error) {
	if err := may(by, OnlyVendor, Own, false, "license_code"); err != nil {
		return Code{}, err
	}
	was, err := s.c.Store.LockCode(t, by.Vendor, id)
	if err != nil {
		return Code{}, err
	}
	if was == nil {
		return Code{}, fault.Missing("license_code")
	}
	return s.updateCode(t, by, *was, c)
}

func (s *Service) updateCode(t tx.Tx, by By, was Code, c CodeChange) (Code, error) {
	is := was
	set(&is.Code, c.Code)
	set(&is.Name, c.Name)
	set(&is.Models, c.Models)
	set(&is.Days, c.Days)
	set(&is.PriceNote, c.PriceNote)
	set(&is.Contact, c.Contact)
	is, err := is.read(was)
	if err != nil {
		return Code{}, err
	}
	is.UpdatedAt = t.Now()
	free, err := s.c.Store.SaveCode(t, by.Vendor, is)
	if err != nil {
		return Code{}, err
	}
	if !free {
		return Code{}, refuse(codeExists)
	}
	t.Journal(tx.Entry{
		Vendor: by.Vendor, Action: "license_code.updated", Subject: "license_code", ID: is.UUID, Before: recordOfCode(was), After: recordOfCode(is),
	})
	return is, nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// MaxGrace is the most days of grace that a vendor gives.
const MaxGrace = 365

// SetGrace sets how many days of grace a device gets after its last paid day (docs/rules/prepaid.md, rule 11).
func (s *Service) SetGrace(t tx.Tx, by By, days int64) error {
	if err := may(by, OnlyVendor, Own, false, "vendor"); err != nil {
		return err
	}
	if days < 0 || days > MaxGrace {
		return fault.Wrong(fault.Field{Name: "grace_days", Message: "must be a whole number from 0 to 365"})
	}
	was, err := s.c.Store.Settings(t, by.Vendor)
	if err != nil {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: by.Vendor, Action: "prepaid_settings.updated", Subject: "vendor", Before: graceRecord{was.GraceDays}, After: graceRecord{days},
	})
	return s.c.Store.SaveSettings(t, by.Vendor, Settings{GraceDays: days})
}

type graceRecord struct {
	Days int64 `json:"grace_days"`
}
