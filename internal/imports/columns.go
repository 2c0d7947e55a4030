package imports

import (
	"slices"
	"strings"
	"unicode"

	"chancery/internal/entry"
)

// customerNumber is the column of customers' numbers, in files of all kinds.
const customerNumber = "customer_number"

// Column is one thing that a file may hold.
type Column struct {
	Name     string // its heading in the template file
	Means    string // a sentence
	Example  string
	Required bool
	also     []string // other headings that are understood
}

// ColumnsOf are what a file of this kind may hold, in the template's order.
func ColumnsOf(k Kind) []Column {
	switch k {
	case Cards:
		return cardColumns()
	case Devices:
		return deviceColumns()
	case Licenses:
		return licenseColumns()
	case Customers:
	}
	return []Column{
		{
			Name: "company_name", Means: "The company, or the person.", Example: "Example Ltd", Required: true,
			also: []string{"company", "name", "customer", "customer_name"},
		},
		{
			Name: customerNumber, Means: "As your books have it. Empty: one is made.", Example: "K-1001",
			also: []string{"number", "customer_no", "customer_id"},
		},
		{Name: "email", Means: "Where licences are sent.", Example: "licences@example.com", also: []string{"e_mail", "mail", "email_address"}},
		{Name: "superior_number", Means: "The customer number of the customer above it: one that exists, or of another line.", also: []string{"superior", "parent", "parent_number"}},
		{Name: "language", Means: "The language of its people, a code such as de. Empty: the vendor's.", Example: "de", also: []string{"lang", "locale"}},
	}
}

func licenseColumns() []Column {
	return []Column{
		{Name: customerNumber, Means: "Whose licence it is: the number of a customer that exists.", Example: "K-1001", Required: true, also: []string{"customer", "number", "customer_no"}},
		{
			Name: "edition", Means: "The name of the edition.", Example: "Professional", Required: true,
			also: []string{"template", "template_name", "edition_name"},
		},
		{Name: "product", Means: "The name of the product; needed where editions of two products have the same name.", Example: "Plotter", also: []string{"product_name"}},
		{Name: "license_name", Means: "What the licence is called.", Example: "Office London", also: []string{"licence_name", "name"}},
		{
			Name: "licensee_email", Means: "Who uses it. Empty: the customer's address.", Example: "anna@example.com",
			also: []string{"email", "e_mail", "licensee"},
		},
		{Name: "tokens", Means: "How many clients, where it is not the edition's number.", Example: "5", also: []string{"token_limit", "seats"}},
		{Name: "sessions", Means: "How many sessions of a floating licence, where it is not the edition's number.", also: []string{"floating_token_limit", "floating_limit"}},
		{Name: "starts", Means: "The first day, such as 2027-01-01.", also: []string{"start", "starts_at", "start_date", "start_date_utc"}},
		{Name: "expires", Means: "The last day such as 2027-12-31, an instant such as 2027-12-31T17:00:00Z, never, or 365 days (after the first activation). Empty: the edition's.", Example: "2027-12-31", also: []string{"end", "ends", "expires_at", "expiration_date", "expiration_date_utc", "expiry"}},
		{Name: "legacy_license_key", Means: "A key from an older system, by which it is found too.", also: []string{"legacy_key", "old_key"}},
		{Name: "temporary", Means: "yes for a guest licence beside another one.", also: []string{"is_temporary"}},
		{Name: "active", Means: "no for a licence that is switched off.", also: []string{"is_active"}},
	}
}

// known gives the column that a heading names, and how near the heading is to its
// name: 0 is the very name. It is "" for none.
func known(k Kind, heading string) (name string, distance int) {
	folded := fold(heading)
	for _, c := range ColumnsOf(k) {
		if folded == c.Name {
			return c.Name, 0
		}
		if at := slices.Index(c.also, folded); at >= 0 && name == "" {
			name, distance = c.Name, at+1
		}
	}
	return name, distance
}

// fold writes a heading as names are: "E-Mail" is e_mail.
func fold(heading string) string {
	words := strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "_")
}

// Reading says which column of a file is read as what.
type Reading struct {
	places  map[string]int
	Ignored []string // headings that mean nothing here
}

// ReadAs finds the columns of a file by their headings. Of several that may mean one
// column, that with the nearest name is read and the others are ignored: a list has
// "Customer" beside "Customer number". Without a column that is needed, or with one that
// comes twice, the file is refused.
func ReadAs(k Kind, headings []string) (Reading, error) {
	r := Reading{places: map[string]int{}}
	near := map[string]int{} // of each column, how near its best heading is
	for _, h := range headings {
		if name, distance := known(k, h); name != "" {
			if best, had := near[name]; !had || distance < best {
				near[name] = distance
			}
		}
	}
	for i, h := range headings {
		name, distance := known(k, h)
		if name == "" || distance > near[name] {
			if h != "" {
				r.Ignored = append(r.Ignored, h)
			}
			continue
		}
		if first, twice := r.places[name]; twice {
			return r, refuse("has the column %s twice: as %q and as %q", name, headings[first], h)
		}
		r.places[name] = i
	}
	var missing []string
	for _, c := range ColumnsOf(k) {
		if _, ok := r.places[c.Name]; c.Required && !ok {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) > 0 {
		return r, refuse("lacks the column %s in its first line: take the template file to see the names", strings.Join(missing, " and the column "))
	}
	return r, nil
}

// As tells what the column at a place is read as; empty when it is ignored.
func (r Reading) As(place int) string {
	for name, i := range r.places {
		if i == place {
			return name
		}
	}
	return ""
}

// cell is what a line has in a column; empty when the file has none such.
func (r Reading) cell(l Line, column string) string {
	if i, ok := r.places[column]; ok && i < len(l.Cells) {
		return entry.Composed(l.Cells[i])
	}
	return ""
}

// heading is what the file calls a column.
func (r Reading) heading(headings []string, column string) string {
	if i, ok := r.places[column]; ok {
		return headings[i]
	}
	return column
}
