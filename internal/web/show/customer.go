package show

import (
	"context"
	"slices"
	"strings"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// CustomerRows finds customers.
type CustomerRows interface {
	List(ctx context.Context, v ident.VendorID, f customers.Filter, r listing.Request) (listing.Page[customers.Customer], error)
}

// CustomerField asks for a customer by the beginning of its name, number or
// e-mail. What was given is read by FindCustomer.
func CustomerField(q *web.Request, name, label, value string) web.Field {
	return web.Field{
		Name: name, Label: label, Value: value, Suggest: q.Href(q.Face().Places.CustomerMatches), Placeholder: "Name, number or e-mail",
		Hint: "Type the beginning and choose, or type the whole customer number.",
	}
}

// searchable are the columns that customers are searched by, in this order.
func searchable() []string { return []string{"company_name", "customer_number", "email"} }

func prefixed(by, text string) customers.Filter {
	switch by {
	case "customer_number":
		return customers.Filter{NumberPrefix: text}
	case "email":
		return customers.Filter{EmailPrefix: text}
	}
	return customers.Filter{Search: text}
}

// SearchBy decides which column a text is searched in: the one that is asked for,
// or the first in which something begins with it. An id is the customer's of that id.
func SearchBy(ctx context.Context, rows CustomerRows, v ident.VendorID, text, in string) (by string, f customers.Filter, err error) {
	if id, err := ident.ParseUUID(text); err == nil {
		return "company_name", customers.Filter{ID: &id}, nil
	}
	if !begins(text) {
		return "company_name", prefixed("company_name", text), nil
	}
	if slices.Contains(searchable(), in) {
		return in, prefixed(in, text), nil
	}
	for _, column := range searchable() {
		if column != "email" && strings.Contains(text, "@") {
			continue
		}
		found, err := rows.List(ctx, v, prefixed(column, text), listing.Request{Limit: 1, Sort: column})
		if err != nil || len(found.Items) > 0 {
			return column, prefixed(column, text), err
		}
	}
	return "company_name", prefixed("company_name", text), nil
}

// begins reports whether a customer's number or address can begin with a text: who pastes
// too much into a search finds nothing, and is not refused.
func begins(text string) bool {
	return customers.Filter{NumberPrefix: text}.Check("customer_number") == nil
}

// MatchCustomers gives customers whose number, name, a word of it, or e-mail begins
// with a text, or whose id it is: no more than most, the one with exactly this number first.
func MatchCustomers(ctx context.Context, rows CustomerRows, v ident.VendorID, text string, most int) ([]customers.Customer, error) {
	var all []customers.Customer
	if text = strings.TrimSpace(text); text == "" || !begins(text) {
		return nil, nil
	}
	if id, err := ident.ParseUUID(text); err == nil {
		found, err := rows.List(ctx, v, customers.Filter{ID: &id}, listing.Request{Limit: 1, Sort: "created_at"})
		return found.Items, err
	}
	seen := map[ident.UUID]bool{}
	for _, by := range [][2]string{{"customer_number", text}, {"customer_number", strings.ToUpper(text)}, {"company_name", text}, {"email", text}} {
		column := by[0] // a number has its own case, mostly capitals
		found, err := rows.List(ctx, v, prefixed(column, by[1]), listing.Request{Limit: most, Sort: column})
		if err != nil {
			return nil, err
		}
		for _, c := range found.Items {
			if !seen[c.UUID] && len(all) < most {
				seen[c.UUID] = true
				all = append(all, c)
			}
		}
	}
	return all, nil
}

// SuggestCustomers gives the customers that may be meant by the beginning of a text.
func SuggestCustomers(q *web.Request, rows CustomerRows, text string) ([]web.Suggestion, error) {
	found, err := MatchCustomers(q.Context(), rows, q.VendorID(), text, maxSuggested)
	all := make([]web.Suggestion, len(found))
	for i, c := range found {
		all[i] = web.Suggestion{Value: CustomerLabel(c), Label: c.Email}
	}
	return all, err
}

const maxSuggested = 8

// FindCustomer finds the one customer that a CustomerField names: by its label
// or whole number, or because it alone begins with the text. Else it says beside the field
// what to do. It is for a form's prepare: it reads outside of transactions.
func FindCustomer(ctx context.Context, rows CustomerRows, v ident.VendorID, field, text string) (customers.Customer, error) {
	const most = 5
	if strings.TrimSpace(text) == "" {
		return customers.Customer{}, fault.Wrong(fault.Field{Name: field, Message: "must name a customer"})
	}
	one, found, err := LabelledCustomer(ctx, rows, v, text, most+1)
	if err != nil {
		return customers.Customer{}, err
	}
	if one != nil {
		return *one, nil
	}
	if len(found) == 0 {
		return customers.Customer{}, fault.Wrong(fault.Field{Name: field, Message: "names no customer: nothing begins with it"})
	}
	names := make([]string, 0, most+1)
	for i, c := range found {
		if i == most {
			names = append(names, "…")
			break
		}
		names = append(names, CustomerLabel(c))
	}
	return customers.Customer{}, fault.Wrong(fault.Field{
		Name: field, Message: "fits several customers; type the number of one of them: " + strings.Join(names, ", "),
	})
}
