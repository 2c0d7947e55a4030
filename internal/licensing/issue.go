package licensing

import (
	"strings"
	"time"
	"unicode"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// maxText bounds the names and keys of a licence, in bytes.
const maxText = 256

// IssueCommand makes a licence. A nil or empty field is the edition's or none.
type IssueCommand struct {
	Vendor        ident.VendorID
	Edition       ident.UUID
	Customer      ident.UUID
	Name          string
	LicenseeEmail string // default: the customer's address
	LegacyKey     string
	IsTemporary   bool
	IsInactive    bool
	StartsAt      time.Time
	Expiry        *Expiry // nil: the edition's
	Overrides     *terms.Overrides
	InBulk        bool   // one of many in this transaction: most of its tokens are made soon after
	ActivateFor   string // a client id to activate at once; "" for what the edition says
}

// Expiry is a licence's own end.
type Expiry struct {
	Mode terms.ExpiresMode
	At   time.Time // with terms.ExpiresAt
	Days int       // with terms.ExpiresDaysActivated
}

// Issue makes a licence with its license key and its token keys.
func (s *Service) Issue(t tx.Tx, c IssueCommand) (*License, error) {
	edition, product, err := s.store.Edition(t, c.Vendor, c.Edition)
	if err != nil {
		return nil, err
	}
	customer, err := s.store.Customer(t, c.Vendor, c.Customer)
	if err != nil {
		return nil, err
	}
	l, err := draft(c, edition, product, customer)
	if err != nil {
		return nil, err
	}
	if err := s.sold(t, c.Vendor, edition); err != nil {
		return nil, err
	}
	l.UUID, l.LicenseKey, l.CreatedAt, l.UpdatedAt = s.ids.V7(), s.ids.V4(), t.Now(), t.Now()
	if product.PrintedKeys {
		l.PrintedKey = newPrintedKey(s.ids)
	}
	if err := s.store.InsertLicense(t, l); err != nil {
		return nil, err
	}
	m := moves(portion)
	if c.InBulk {
		m = touch
	}
	if err := s.fitTokens(t, l, &m); err != nil {
		return nil, err
	}
	v := viewOf(l, t.Now())
	t.Journal(tx.Entry{Vendor: l.Vendor, Action: EventIssued, Subject: licenseSubject, ID: l.UUID, License: l.ID, After: v})
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventIssued, Stream: l.UUID, Payload: v})
	if s.notices != nil && l.IsActive && !l.IsTemporary {
		if err := s.notices.Issued(t, l, false); err != nil {
			return nil, err
		}
	}
	return s.activateNew(t, l, c.ActivateFor)
}

// CheckIssue tells why Issue would refuse c, as far as it can be told from these, which
// c names, and without writing: nil where nothing speaks against it. legacy is the legacy
// key as it would be kept; that it is free is not looked at.
func CheckIssue(c IssueCommand, edition *Edition, product *Product, customer *Customer, now time.Time) (legacy string, err error) {
	l, err := draft(c, edition, product, customer)
	if err != nil {
		return "", err
	}
	if l.activatesNew(c.ActivateFor, now) {
		_, err = l.newClient()
	}
	return l.LegacyKey, err
}

// draft is the licence that c asks for, without its keys.
func draft(c IssueCommand, edition *Edition, product *Product, customer *Customer) (*License, error) {
	var wrong fault.Fields
	wrong.Check(edition != nil, "edition_id", "names no edition of this vendor")
	wrong.Check(customer != nil, "customer_id", "names no customer of this vendor")
	wrong.Check(len(c.ActivateFor) <= maxText && printable(c.ActivateFor), "activate_client_id", "must be at most 256 bytes without control characters")
	name := entry.Name(&wrong, "name", c.Name, "", 0, maxText)
	email := entry.Email(&wrong, "licensee_email", c.LicenseeEmail, "")
	legacy := entry.LegacyKey(&wrong, "legacy_license_key", c.LegacyKey, "")
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	l := &License{
		Vendor: c.Vendor, Product: *product, Customer: *customer, Edition: edition,
		Name: name, LicenseeEmail: email, LegacyKey: legacy,
		IsActive: !c.IsInactive, IsTemporary: c.IsTemporary, StartsAt: c.StartsAt, Overrides: c.Overrides, Revision: 1,
	}
	if l.LicenseeEmail == "" {
		l.LicenseeEmail = customer.Email
	}
	if c.Expiry != nil {
		l.ExpiresMode, l.ExpiresAt, l.ExpiresDays = c.Expiry.Mode, c.Expiry.At, c.Expiry.Days
	}
	var err error
	if l.Overrides, err = c.Overrides.ReadReleases(nil); err != nil {
		return nil, err
	}
	return l, check(l, nil)
}

// check reports all that is wrong with a licence, by field; was is what it set for
// itself before.
func check(l *License, was *terms.Overrides) error {
	var wrong fault.Fields
	wrong.Check(len(l.Name) <= maxText && printable(l.Name), "name", "must be at most 256 bytes without control characters")
	wrong.Check(l.LicenseeEmail != "", "licensee_email", "must be an e-mail address; it is needed where the customer has none")
	wrong.Check(l.StartsAt.IsZero() || terms.GoodInstant(l.StartsAt), "starts_at", "must lie between 1970 and the year 9999")
	switch l.ExpiresMode {
	case "", terms.ExpiresNever:
	case terms.ExpiresAt:
		wrong.Check(!l.ExpiresAt.IsZero() && terms.GoodInstant(l.ExpiresAt), "expires_at", "must lie between 1970 and the year 9999")
		wrong.Check(l.StartsAt.IsZero() || l.ExpiresAt.After(l.StartsAt), "expires_at", "must be after the start")
	case terms.ExpiresDaysActivated:
		wrong.Check(l.ExpiresDays >= 1 && l.ExpiresDays <= terms.MaxDays, "expires_days", "must be between 1 and 36500 days")
	default:
		wrong.Check(false, "expires_mode", "must be never, at or days_after_activation")
	}
	for _, err := range []error{
		l.Overrides.Policy(l.Edition.Policy).Check(l.Edition.Mode), l.Overrides.CheckGrants(l.Edition.Grants), l.Overrides.CheckLimits(was),
	} {
		if err != nil {
			wrong = append(wrong, fault.As(err).Fields...)
		}
	}
	return wrong.Err()
}

func printable(s string) bool {
	return strings.IndexFunc(s, unicode.IsControl) < 0
}
