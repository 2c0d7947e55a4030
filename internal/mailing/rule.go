package mailing

import (
	"slices"
	"strconv"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Rule says whether a happening is told by mail, and to whom.
type Rule struct {
	Kind       Kind
	IsOn       bool
	ToCustomer bool     // the owners of the licence who have chosen nothing else
	Staff      []string // addresses of the vendor's own
	Days       int      // Expiring and RefreshDue: how many days before
}

const (
	maxStaff    = 10
	defaultDays = 30
	refreshDays = 14
	maxDays     = 365
)

// Ruled gives the kinds that have a rule.
func Ruled() []Kind {
	return []Kind{
		LicenseIssued, NewDevice, NearlyUsedUp, Goodwill, Expiring, Expired, UsedUp, RefreshDue, MeterThreshold, MeterExhausted, PrepaidLow, LicenseRequested,
	}
}

// StaffOnly reports whether mails of the kind never go to customers. Where no staff are
// named, they go to where the vendor's customers find help.
func (k Kind) StaffOnly() bool { return k == LicenseRequested }

// DefaultRule is what holds until a vendor sets one: the licensee user gets the
// key of a new licence and is told when a device is about to stop, the vendor is told what
// owners ask for; all else is off, but for
// owners who have an account (wants).
func DefaultRule(k Kind) Rule {
	r := Rule{Kind: k, IsOn: k == LicenseIssued || k == RefreshDue || k.StaffOnly(), ToCustomer: !k.StaffOnly(), Days: defaultDays}
	if k == RefreshDue {
		r.Days = refreshDays
	}
	return r
}

// SetRule stores a rule. What was told by then is not told again.
func (s *Service) SetRule(t tx.Tx, v ident.VendorID, r Rule) (Rule, error) {
	r, err := r.read()
	if err != nil {
		return Rule{}, err
	}
	if err := s.Store.SaveRule(t, v, r); err != nil {
		return Rule{}, err
	}
	s.journal(t, v, "mail_rule.changed", struct {
		Kind       Kind     `json:"kind"`
		IsOn       bool     `json:"is_on"`
		ToCustomer bool     `json:"to_customer"`
		Staff      []string `json:"staff"`
		Days       int      `json:"days"`
	}{r.Kind, r.IsOn, r.ToCustomer, r.Staff, r.Days})
	return r, nil
}

// CompleteRules lays a vendor's rules over the defaults: one of each kind that has one.
func CompleteRules(own map[Kind]Rule) []Rule {
	all := make([]Rule, 0, len(Ruled()))
	for _, k := range Ruled() {
		r, found := own[k]
		if !found {
			r = DefaultRule(k)
		}
		all = append(all, r)
	}
	return all
}

// read returns r as it is stored.
func (r Rule) read() (Rule, error) {
	var wrong fault.Fields
	wrong.Check(slices.Contains(Ruled(), r.Kind), "kind",
		"must be license_issued, new_device, nearly_used_up, goodwill, expiring, expired, used_up, "+
			"refresh_due, meter_threshold, meter_exhausted, prepaid_low or license_requested")
	r.ToCustomer = r.ToCustomer && !r.Kind.StaffOnly()
	wrong.Check(len(r.Staff) <= maxStaff, "staff", "must be at most 10 addresses")
	r.Staff = slices.Clone(r.Staff)
	for i, a := range r.Staff {
		field := "staff[" + strconv.Itoa(i) + "]"
		r.Staff[i] = entry.Email(&wrong, field, a, "")
		wrong.Check(r.Staff[i] != "", field, "must be one e-mail address such as anna@example.com")
	}
	wrong.Check(r.Days >= 1 && r.Days <= maxDays, "days", "must be between 1 and 365")
	wrong.Check(!r.IsOn || r.ToCustomer || len(r.Staff) > 0 || r.Kind.StaffOnly(), "to_customer", "must be on, or staff be named, for a mail that is on")
	return r, wrong.Err()
}
