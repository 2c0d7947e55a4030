package customers

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Sorts are what the list of customers offers; the first is the default.
func Sorts() []string { return []string{"company_name", "customer_number", "email", "created_at"} }

// Filter narrows the list of customers. Each prefix goes with the sort by the
// same column, which its index serves; a list takes one of them.
type Filter struct {
	NamePrefix   string // of the folded company name
	NumberPrefix string // exact case
	EmailPrefix  string
	Search       string      // the beginning of the name, or of a later word of it; in a bounded number
	ID           *ident.UUID // this one
	Superior     *ident.UUID // the direct sub-customers of it
}

// SearchedAtOnce is how many customers a search takes whose name begins as asked
// for, and how many of which a later word does; who finds that many types more of it.
const SearchedAtOnce = 300

// Check reports filters that do not go with the sort, by field.
func (f Filter) Check(sort string) error {
	var wrong fault.Fields
	for _, p := range []struct{ prefix, field string }{
		{f.NamePrefix, "company_name"}, {f.NumberPrefix, "customer_number"}, {f.EmailPrefix, "email"},
	} {
		wrong.Text(p.field, p.prefix, 0, 254)
		wrong.Check(p.prefix == "" || p.field == sort, p.field, "goes with sort="+p.field+" only")
	}
	return wrong.Err()
}
