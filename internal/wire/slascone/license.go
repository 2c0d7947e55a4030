package slascone

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
)

// license is an element of the look-ups' answers.
type license struct {
	ID                 ident.UUID      `json:"id"`
	Name               *string         `json:"name"`
	LicenseKey         ident.UUID      `json:"license_key"`
	LegacyLicenseKey   *string         `json:"legacy_license_key"`
	CustomerID         ident.UUID      `json:"customer_id"`
	Customer           customerAccount `json:"customer"`
	ProductID          ident.UUID      `json:"product_id"`
	TemplateID         ident.UUID      `json:"template_id"`
	LicenseTypeID      ident.UUID      `json:"license_type_id"`
	LicenseType        licenseType     `json:"license_type"`
	ExpirationDate     instant         `json:"expiration_date_utc"`
	StartDate          *instant        `json:"start_date_utc"`
	DateValidity       int             `json:"date_validity"`
	IsActive           bool            `json:"is_active"`
	IsExpired          bool            `json:"is_expired"`
	IsValid            bool            `json:"is_valid"`
	IsTemporary        bool            `json:"is_temporary"`
	TokenLimit         int64           `json:"token_limit"`
	GoodwillTokenLimit int64           `json:"goodwill_token_limit"`
	FloatingTokenLimit int64           `json:"floating_token_limit"`
	ProvisioningMode   int             `json:"provisioning_mode"`
	CreatedDate        instant         `json:"created_date_utc"`
	ModifiedDate       instant         `json:"modified_date_utc"`
}

func licenseOf(s licensing.State) license {
	l, p := s.License, s.Terms.Policy
	out := license{
		ID: l.UUID, Name: text(l.Name), LicenseKey: l.LicenseKey, LegacyLicenseKey: text(l.LegacyKey), CustomerID: l.Customer.UUID,
		Customer:  customerAccount{l.Customer.UUID, l.Customer.CompanyName, l.Customer.CustomerNumber},
		ProductID: l.Product.UUID, TemplateID: l.Edition.UUID, LicenseTypeID: licenseTypes[l.Edition.LicenseType].ID,
		LicenseType: licenseTypes[l.Edition.LicenseType], ExpirationDate: never, StartDate: when(l.StartsAt), DateValidity: int(s.DateValidity),
		IsActive: l.IsActive, IsExpired: s.IsExpired, IsValid: s.IsValid, IsTemporary: l.IsTemporary,
		TokenLimit: p.TokenLimit, GoodwillTokenLimit: p.GoodwillTokenLimit, FloatingTokenLimit: p.FloatingTokenLimit,
		ProvisioningMode: number(l.Edition.Mode == terms.Floating), CreatedDate: instant(l.CreatedAt), ModifiedDate: instant(l.UpdatedAt),
	}
	if !s.ExpiresAt.IsZero() {
		out.ExpirationDate = instant(s.ExpiresAt)
	}
	return out
}
