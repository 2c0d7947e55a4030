package wiring

import (
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// IssueLicense implements imports.Trade.
func (x importTrade) IssueLicense(t tx.Tx, v ident.VendorID, l imports.LicenseLine) (imports.Result, error) {
	customer, err := x.customer(t, v, "customer_number", l.CustomerNumber)
	if err != nil {
		return imports.Result{}, err
	}
	named, err := x.r.CatalogRows.EditionsNamed(t, v, l.Product, l.Edition)
	if err != nil {
		return imports.Result{}, err
	}
	edition, err := imports.OneEdition(named)
	if err != nil {
		return imports.Result{}, err
	}
	c := licensing.IssueCommand{
		InBulk: true,
		Vendor: v, Edition: edition, Customer: customer, Name: l.Name, LicenseeEmail: l.LicenseeEmail, LegacyKey: l.LegacyKey,
		IsTemporary: l.IsTemporary, IsInactive: l.IsInactive, StartsAt: l.StartsAt,
	}
	if l.ExpiresMode != "" {
		c.Expiry = &licensing.Expiry{Mode: l.ExpiresMode, At: l.ExpiresAt, Days: l.ExpiresDays}
	}
	if l.Tokens != nil || l.Sessions != nil {
		c.Overrides = &terms.Overrides{TokenLimit: l.Tokens, FloatingTokenLimit: l.Sessions}
	}
	made, err := x.r.Licenses.Issue(t, c)
	if err != nil {
		return imports.Result{}, err
	}
	return imports.Result{ID: made.UUID, LicenseKey: made.LicenseKey.String(), PrintedKey: made.PrintedKey}, nil
}
