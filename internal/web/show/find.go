package show

import (
	"context"
	"strings"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
)

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
	if more, err = MatchCustomers(ctx, rows, v, text, limit); err == nil && len(more) == 1 {
		return &more[0], nil, nil
	}
	return nil, more, err
}
