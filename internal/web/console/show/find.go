package show

import (
	"context"
	"strings"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
)

// CustomerRows lists customers.
type CustomerRows interface {
	List(ctx context.Context, v ident.VendorID, f customers.Filter, r listing.Request) (listing.Page[customers.Customer], error)
}

// FindCustomers gives customers whose name, number or e-mail address begins with
// a text, each once, at most limit.
func FindCustomers(ctx context.Context, rows CustomerRows, v ident.VendorID, text string, limit int) ([]customers.Customer, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	var found []customers.Customer
	seen := map[ident.CustomerID]bool{}
	for _, by := range []struct {
		sort   string
		filter customers.Filter
	}{
		{"company_name", customers.Filter{NamePrefix: text}},
		{"customer_number", customers.Filter{NumberPrefix: text}},
		{"customer_number", customers.Filter{NumberPrefix: strings.ToUpper(text)}},
		{"email", customers.Filter{EmailPrefix: text}},
	} {
		page, err := rows.List(ctx, v, by.filter, listing.Request{Limit: limit, Sort: by.sort})
		if err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			if !seen[c.ID] && len(found) < limit {
				seen[c.ID] = true
				found = append(found, c)
			}
		}
	}
	return found, nil
}

// CustomerLabel tells a customer from all others: "Kirk AG (K-1001)".
func CustomerLabel(c customers.Customer) string { return c.CompanyName + " (" + c.Number + ")" }

// LabelledCustomer finds the one customer that a text means: a label, a number, or
// the beginning of a name, number or address that only one has. Otherwise it gives
// those that may be meant, at most limit.
func LabelledCustomer(ctx context.Context, rows CustomerRows, v ident.VendorID, text string, limit int) (one *customers.Customer, more []customers.Customer,
	err error,
) {
	text = strings.TrimSpace(text)
	number := text
	if i := strings.LastIndexByte(text, '('); i >= 0 && strings.HasSuffix(text, ")") {
		number = text[i+1 : len(text)-1]
	}
	if number != "" {
		page, err := rows.List(ctx, v, customers.Filter{NumberPrefix: number}, listing.Request{Limit: 1, Sort: "customer_number"})
		if err != nil {
			return nil, nil, err
		}
		if len(page.Items) > 0 && page.Items[0].Number == number {
			return &page.Items[0], nil, nil
		}
	}
	if more, err = FindCustomers(ctx, rows, v, text, limit); err == nil && len(more) == 1 {
		return &more[0], nil, nil
	}
	return nil, more, err
}
