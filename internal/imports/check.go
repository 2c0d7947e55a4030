package imports

import (
	"time"

	"chancery/internal/fault"
)

// EditionName is an edition that lines may name.
type EditionName struct{ Product, Edition string }

// Around is what a file's lines are checked against.
type Around struct {
	Numbers  map[string]bool // customer numbers that exist, of those the file names
	Editions map[EditionName]bool
}

// products counts the products that have an edition of a name.
func (a Around) products(edition string) int {
	n := 0
	for e := range a.Editions {
		if e.Edition == edition {
			n++
		}
	}
	return n
}

// NumbersNamed are the customer numbers that a file names.
func NumbersNamed(f File, r Reading) []string {
	seen := map[string]bool{}
	var all []string
	for _, l := range f.Lines {
		for _, column := range []string{"customer_number", "superior_number"} {
			if number := r.cell(l, column); number != "" && !seen[number] {
				seen[number] = true
				all = append(all, number)
			}
		}
	}
	return all
}

// Check finds what is wrong with each line, as far as it can be known before the
// line is carried out, and marks those as failed. It changes f's lines.
func Check(k Kind, f File, r Reading, a Around, zone *time.Location) {
	seen := map[string]int{}      // customer numbers that lines above make
	legacy := map[[2]string]int{} // legacy keys of lines above
	for i := range f.Lines {
		l := &f.Lines[i]
		l.Problems = plain(f.Columns, r, *l)
		var wrong fault.Fields
		if k == Customers {
			var c CustomerLine
			c, wrong = customerLine(r, *l)
			if first := seen[c.Number]; c.Number != "" && first > 0 {
				wrong.Check(false, "customer_number", "is in line "+text(first)+" already")
			}
			wrong.Check(!a.Numbers[c.Number] || c.Number == "", "customer_number", customerExists)
			wrong.Check(c.SuperiorNumber == "" || a.Numbers[c.SuperiorNumber] || seen[c.SuperiorNumber] > 0, "superior_number",
				"names no customer: it must exist, or stand in a line above")
			if c.Number != "" && seen[c.Number] == 0 {
				seen[c.Number] = l.Number
			}
		} else {
			var c LicenseLine
			c, wrong = licenseLine(r, *l, zone)
			checkLicense(&wrong, c, a)
			if c.LegacyKey != "" {
				key := [2]string{c.Product, c.LegacyKey}
				wrong.Check(legacy[key] == 0, "legacy_license_key", "is in line "+text(legacy[key])+" already")
				legacy[key] = l.Number
			}
		}
		l.Problems = append(l.Problems, problems(f.Columns, r, wrong)...)
		if len(l.Problems) > 0 {
			l.State = LineFailed
		}
	}
}

func checkLicense(wrong *fault.Fields, c LicenseLine, a Around) {
	wrong.Check(c.CustomerNumber == "" || a.Numbers[c.CustomerNumber], "customer_number", "names no customer: import the customers first")
	switch n := a.products(c.Edition); {
	case c.Edition == "":
	case c.Product != "" && !a.Editions[EditionName{c.Product, c.Edition}]:
		wrong.Check(false, "edition", "is no edition of the product "+c.Product)
	case c.Product == "" && n == 0:
		wrong.Check(false, "edition", noEdition)
	case c.Product == "" && n > 1:
		wrong.Check(false, "edition", severalEditions)
	}
}

// problems tells wrong fields by what the file calls them.
func problems(headings []string, r Reading, wrong fault.Fields) []Problem {
	all := make([]Problem, len(wrong))
	for i, w := range wrong {
		all[i] = Problem{Column: r.heading(headings, fileName(w.Name)), Text: w.Message}
	}
	return all
}

// fileName gives the column of a field as the rooms call it.
func fileName(field string) string {
	switch field {
	case "superior_id":
		return "superior_number"
	case "name":
		return "license_name"
	case "token_limit":
		return "tokens"
	case "floating_token_limit":
		return "sessions"
	case "starts_at":
		return "starts"
	case "expires_at", "expires_days", "expires_mode":
		return "expires"
	}
	return field
}
