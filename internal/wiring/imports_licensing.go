package wiring

import (
	"context"
	"maps"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// IssueLicense implements imports.Trade.
func (x importTrade) IssueLicense(t tx.Tx, v ident.VendorID, l imports.LicenseLine) (imports.Result, error) {
	customer, err := x.r.CustomerRows.NumberID(t, v, l.CustomerNumber)
	if err == nil && customer.IsZero() {
		err = imports.NoCustomer()
	}
	if err != nil {
		return imports.Result{}, err
	}
	named, err := x.r.CatalogRows.EditionsNamed(t, v, l.Product, l.Edition)
	if err != nil {
		return imports.Result{}, err
	}
	edition, err := imports.OneEdition(named, l.Product)
	if err != nil {
		return imports.Result{}, err
	}
	made, err := x.r.Licenses.Issue(t, issueOf(v, l, edition, customer))
	if fault.Is(err, "legacy_key_exists") {
		err = imports.LegacyKeyTaken()
	}
	if err != nil {
		return imports.Result{}, err
	}
	return imports.Result{ID: made.UUID, LicenseKey: made.LicenseKey.String(), PrintedKey: made.PrintedKey}, nil
}

// issueOf is what a line asks the room for.
func issueOf(v ident.VendorID, l imports.LicenseLine, edition, customer ident.UUID) licensing.IssueCommand {
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
	return c
}

// RefusedLicenses implements imports.Known.
func (x importKnown) RefusedLicenses(ctx context.Context, v ident.VendorID, lines []imports.LicenseLine) ([]error, error) {
	numbers := make([]string, len(lines))
	for i, l := range lines {
		numbers[i] = l.CustomerNumber
	}
	customers, err := x.r.CustomerRows.Numbers(ctx, v, numbers)
	if err != nil {
		return nil, err
	}
	offers, err := x.r.offersOf(ctx, v)
	if err != nil {
		return nil, err
	}
	refused := make([]error, len(lines))
	legacy := map[ident.ProductID]map[string]int{} // the first line that brings a key, by the product's id
	for i, l := range lines {
		on, unnamed, err := offers.of(ctx, l)
		if err != nil {
			return nil, err
		}
		c, there := customers[l.CustomerNumber]
		if !there {
			unnamed = both(unnamed, imports.NoCustomer())
		}
		key := l.LegacyKey
		if refused[i] = unnamed; unnamed == nil {
			key, refused[i] = licensing.CheckIssue(issueOf(v, l, on.edition.UUID, c.UUID), on.edition, on.product,
				&licensing.Customer{UUID: c.UUID, CustomerNumber: c.Number, Email: c.Email}, x.r.Clock.Now())
		}
		if on == nil || key == "" {
			continue
		}
		if legacy[on.product.ID] == nil {
			legacy[on.product.ID] = map[string]int{}
		}
		if first, repeated := legacy[on.product.ID][key]; repeated {
			refused[i] = both(refused[i], imports.LegacyKeyRepeated(lines[first].Line))
			continue
		}
		legacy[on.product.ID][key] = i
	}
	return refused, x.legacyTaken(ctx, v, legacy, refused)
}

// legacyTaken refuses the lines whose legacy keys are those of licences that are there.
func (x importKnown) legacyTaken(ctx context.Context, v ident.VendorID, brought map[ident.ProductID]map[string]int, refused []error) error {
	for product, keys := range brought {
		taken, err := x.r.LicenseRows.LegacyKeys(ctx, v, product, slices.Collect(maps.Keys(keys)))
		if err != nil {
			return err
		}
		for key := range taken {
			refused[keys[key]] = both(refused[keys[key]], imports.LegacyKeyTaken())
		}
	}
	return nil
}

// both joins what is wrong with two fields of a line.
func both(a, b error) error {
	if a == nil {
		return b
	}
	return fault.Wrong(append(slices.Clone(fault.As(a).Fields), fault.As(b).Fields...)...)
}
