package imports

import (
	"context"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// check finds what is wrong with each line, as far as it can be known before the
// line is carried out, and marks those as failed. It changes f's lines.
func (s *Service) check(ctx context.Context, v ident.VendorID, k Kind, zone *time.Location, f File, r Reading) error {
	wrong := make([]fault.Fields, len(f.Lines))
	var refused []error
	if k == Customers {
		all := make([]CustomerLine, len(f.Lines))
		for i, l := range f.Lines {
			all[i], wrong[i] = customerLine(r, l)
		}
		there, err := s.Known.Numbers(ctx, v, numbersOf(all))
		if err != nil {
			return err
		}
		besideCustomers(f, all, there, wrong)
		refused = s.Known.RefusedCustomers(all)
	} else {
		all := make([]LicenseLine, len(f.Lines))
		for i, l := range f.Lines {
			all[i], wrong[i] = licenseLine(r, l, zone)
		}
		var err error
		if refused, err = s.Known.RefusedLicenses(ctx, v, all); err != nil {
			return err
		}
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		l.Problems = plain(f.Columns, r, *l)
		l.Problems = another(l.Problems, problems(f.Columns, r, wrong[i]))
		l.Problems = another(l.Problems, refusedFor(f.Columns, r, refused[i]))
		if len(l.Problems) > 0 {
			l.State = LineFailed
		}
	}
	return nil
}

// numbersOf are the customer numbers that lines name.
func numbersOf(all []CustomerLine) []string {
	numbers := make([]string, 0, 2*len(all))
	for _, c := range all {
		numbers = append(numbers, c.Number, c.SuperiorNumber)
	}
	slices.Sort(numbers)
	return slices.DeleteFunc(slices.Compact(numbers), func(n string) bool { return n == "" })
}

// besideCustomers compares lines with each other and with the numbers that are there.
func besideCustomers(f File, all []CustomerLine, there map[string]bool, wrong []fault.Fields) {
	seen := map[string]int{} // numbers that lines above make
	for i, c := range all {
		if first := seen[c.Number]; c.Number != "" && first > 0 {
			wrong[i].Check(false, "customer_number", "is in line "+text(first)+" already")
		}
		wrong[i].Check(c.Number == "" || !there[c.Number], "customer_number", customerExists)
		wrong[i].Check(c.SuperiorNumber == "" || there[c.SuperiorNumber] || seen[c.SuperiorNumber] > 0, "superior_number", noSuperior)
		if c.Number != "" && seen[c.Number] == 0 {
			seen[c.Number] = f.Lines[i].Number
		}
	}
}

// another adds problems of columns that have none yet: the first one is the nearest.
func another(all, more []Problem) []Problem {
	for _, p := range more {
		if p.Column == "" || !slices.ContainsFunc(all, func(had Problem) bool { return had.Column == p.Column }) {
			all = append(all, p)
		}
	}
	return all
}

// refusedFor tells why a room refuses what a line asks for; nothing for nil.
func refusedFor(headings []string, r Reading, cause error) []Problem {
	e := fault.As(cause)
	switch {
	case e == nil:
		return nil
	case len(e.Fields) == 0:
		return []Problem{{Text: e.Message}}
	}
	return problems(headings, r, e.Fields)
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
	case "is_temporary":
		return "temporary"
	case "is_active":
		return "active"
	case "edition_id":
		return "edition"
	case "customer_id":
		return "customer_number"
	case "starts_at":
		return "starts"
	case "expires_at", "expires_days", "expires_mode":
		return "expires"
	}
	return field
}
