package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// licenseView is a licence as the audit log and the events show it: no keys.
type licenseView struct {
	LicenseID     ident.UUID        `json:"license_id"`
	ProductID     ident.UUID        `json:"product_id"`
	EditionID     ident.UUID        `json:"edition_id"`
	CustomerID    ident.UUID        `json:"customer_id"`
	Name          string            `json:"name"`
	LicenseeEmail string            `json:"licensee_email"`
	IsActive      bool              `json:"is_active"`
	IsTemporary   bool              `json:"is_temporary"`
	StartsAt      *time.Time        `json:"starts_at"`
	ExpiresMode   terms.ExpiresMode `json:"expires_mode,omitempty"`
	ExpiresAt     *time.Time        `json:"expires_at"`
	TokenLimit    int64             `json:"token_limit"`
	Overrides     *overridesView    `json:"overrides,omitempty"`
	Serial        int64             `json:"serial"`

	// Why it does not hold at the instant of the view; empty where it does.
	ValidityReason string `json:"validity_reason"`
}

func viewOf(l *License, now time.Time) licenseView {
	p := l.Terms().Policy
	return licenseView{
		LicenseID: l.UUID, ProductID: l.Product.UUID, EditionID: l.Edition.UUID, CustomerID: l.Customer.UUID,
		Name: l.Name, LicenseeEmail: l.LicenseeEmail, IsActive: l.IsActive, IsTemporary: l.IsTemporary,
		StartsAt: instant(l.StartsAt), ExpiresMode: l.ExpiresMode, ExpiresAt: instant(l.ExpiryOf(p)),
		TokenLimit: p.TokenLimit, Overrides: overridesOf(l.Overrides), Serial: l.Serial(),
		ValidityReason: StateOf(l, nil, "", now).Reason,
	}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// overridesView are overrides with their quantities as numbers that people know.
type overridesView struct {
	terms.Overrides

	Limitations []limitationView `json:"limitations,omitempty"`
}

type limitationView struct {
	ID              ident.UUID `json:"id"`
	Limit           *quantity  `json:"limit,omitempty"`
	Unlimited       bool       `json:"unlimited,omitempty"`
	ContractAllowed *quantity  `json:"contract_allowed,omitempty"`
}

func overridesOf(o *terms.Overrides) *overridesView {
	if o == nil {
		return nil
	}
	v := &overridesView{Overrides: *o}
	for _, l := range o.Limitations {
		v.Limitations = append(v.Limitations, limitationView{l.ID, (*quantity)(l.Limit), l.Unlimited, (*quantity)(l.ContractAllowed)})
	}
	return v
}
