package fault

import "strconv"

// Use is how many things of a kind refer to something.
type Use struct {
	N         int64
	One, Many string
}

// InUse refuses to delete something that others refer to; nil where none do. what is
// its noun, help says what can be done instead.
func InUse(what, help string, uses ...Use) error {
	text := ""
	for i, u := range uses {
		if u.N == 0 {
			continue
		}
		switch {
		case text == "":
		case i == len(uses)-1:
			text += " and "
		default:
			text += ", "
		}
		word := u.Many
		if u.N == 1 {
			word = u.One
		}
		text += strconv.FormatInt(u.N, 10) + " " + word
	}
	if text == "" {
		return nil
	}
	return Refused(what+"_in_use", "This "+words(what)+" can't be deleted: it has "+text+".", help)
}

// words gives a noun as prose has it.
func words(noun string) string {
	if noun == "license" {
		return "licence"
	}
	return noun
}
