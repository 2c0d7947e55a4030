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
	var err error
	switch k {
	case Customers:
		all := make([]CustomerLine, len(f.Lines))
		for i, l := range f.Lines {
			all[i], wrong[i] = customerLine(r, l)
		}
		there, err := s.Known.Numbers(ctx, v, numbersOf(all))
		if err != nil {
			return err
		}
		besideCustomers(&f, all, there, wrong)
		refused = s.Known.RefusedCustomers(all)
	case Licenses:
		all := make([]LicenseLine, len(f.Lines))
		for i, l := range f.Lines {
			all[i], wrong[i] = licenseLine(r, l, zone)
		}
		refused, err = s.Known.RefusedLicenses(ctx, v, all)
	case Cards:
		refused, err = s.checkCards(ctx, v, &f, r, wrong)
	case Devices:
		refused, err = s.checkDevices(ctx, v, &f, r, wrong)
	}
	if err != nil {
		return err
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
// It sets their levels.
func besideCustomers(f *File, all []CustomerLine, there map[string]bool, wrong []fault.Fields) {
	first := map[string]int{} // by a number, the first line that makes it
	for i, c := range all {
		above, twice := first[c.Number]
		if c.Number != "" && !twice {
			first[c.Number] = i
		}
		wrong[i].Check(c.Number == "" || !twice, customerNumber, "is in line "+text(f.Lines[above].Number)+" already")
		wrong[i].Check(c.Number == "" || !there[c.Number], customerNumber, customerExists)
	}
	for i, c := range all {
		_, inFile := first[c.SuperiorNumber]
		wrong[i].Check(c.SuperiorNumber == "" || there[c.SuperiorNumber] || inFile, "superior_number", noSuperior)
		level, within := levelOf(i, all, first, there)
		wrong[i].Check(!within || c.Number == c.SuperiorNumber, "superior_number", belowItself)
		f.Lines[i].Level = level
	}
}

// maxLevel bounds the levels of lines: more than the room takes of customers.
const maxLevel = 100

// levelOf counts the lines of the file that a line's customer stands below; within reports
// that it is one of them itself.
func levelOf(line int, all []CustomerLine, first map[string]int, there map[string]bool) (level int, within bool) {
	at := line
	for level < maxLevel {
		number := all[at].SuperiorNumber
		above, inFile := first[number]
		if number == "" || there[number] || !inFile {
			break
		}
		level++
		if at = above; at == line {
			return level, true
		}
	}
	return level, false
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
		return customerNumber
	case "starts_at":
		return "starts"
	case "expires_at", "expires_days", "expires_mode":
		return "expires"
	}
	return field
}
