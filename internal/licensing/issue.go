package licensing

import (
	"net/mail"
	"strings"
	"time"
	"unicode"

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
	var wrong fault.Fields
	wrong.Check(edition != nil, "edition_id", "names no edition of this vendor")
	wrong.Check(customer != nil, "customer_id", "names no customer of this vendor")
	wrong.Check(len(c.ActivateFor) <= maxText && printable(c.ActivateFor), "activate_client_id", "must be at most 256 bytes without control characters")
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if err := s.sold(t, c.Vendor, edition); err != nil {
		return nil, err
	}
	l := &License{
		UUID: s.ids.V7(), Vendor: c.Vendor, Product: *product, Customer: *customer, Edition: edition,
		Name: strings.TrimSpace(c.Name), LicenseeEmail: strings.ToLower(strings.TrimSpace(c.LicenseeEmail)), LegacyKey: strings.TrimSpace(c.LegacyKey),
		LicenseKey: s.ids.V4(), IsActive: !c.IsInactive, IsTemporary: c.IsTemporary, StartsAt: c.StartsAt, Overrides: c.Overrides,
		Revision: 1, CreatedAt: t.Now(), UpdatedAt: t.Now(),
	}
	if l.LicenseeEmail == "" {
		l.LicenseeEmail = strings.ToLower(customer.Email)
	}
	if product.PrintedKeys {
		l.PrintedKey = newPrintedKey(s.ids)
	}
	if c.Expiry != nil {
		l.ExpiresMode, l.ExpiresAt, l.ExpiresDays = c.Expiry.Mode, c.Expiry.At, c.Expiry.Days
	}
	if err := check(l, nil); err != nil {
		return nil, err
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
	v := viewOf(l)
	t.Journal(tx.Entry{Vendor: l.Vendor, Action: EventIssued, Subject: licenseSubject, ID: l.UUID, License: l.ID, After: v})
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventIssued, Stream: l.UUID, Payload: v})
	if s.notices != nil && l.IsActive && !l.IsTemporary {
		if err := s.notices.Issued(t, l, false); err != nil {
			return nil, err
		}
	}
	return s.activateNew(t, l, c.ActivateFor)
}

// check reports all that is wrong with a licence, by field; was is what it set for
// itself before.
func check(l *License, was *terms.Overrides) error {
	var wrong fault.Fields
	wrong.Check(len(l.Name) <= maxText && printable(l.Name), "name", "must be at most 256 bytes without control characters")
	wrong.Check(len(l.LegacyKey) <= maxText && printable(l.LegacyKey), "legacy_license_key", "must be at most 256 bytes without control characters")
	wrong.Check(goodEmail(l.LicenseeEmail), "licensee_email", "must be an e-mail address; it is needed where the customer has none")
	wrong.Check(l.StartsAt.IsZero() || terms.GoodInstant(l.StartsAt), "starts_at", "must lie between 1970 and the year 9999")
	switch l.ExpiresMode {
	case "", terms.ExpiresNever:
	case terms.ExpiresAt:
		wrong.Check(!l.ExpiresAt.IsZero() && terms.GoodInstant(l.ExpiresAt), "expires_at", "must lie between 1970 and the year 9999")
		wrong.Check(l.StartsAt.IsZero() || l.ExpiresAt.After(l.StartsAt), "expires_at", "must be after starts_at")
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

func goodEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == "" && len(s) <= 254 && printable(s)
}

func printable(s string) bool {
	return strings.IndexFunc(s, unicode.IsControl) < 0
}
