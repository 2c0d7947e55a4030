package fault

import (
	"strconv"
	"strings"
)

// MostUses is how many uses of a kind are told; above it, that there are more.
const MostUses = 1000

// Use is how many things of a kind refer to something.
type Use struct {
	N         int64 // counted up to MostUses and one more
	One, Many string
}

// InUse refuses to delete something that others refer to; nil where none do. what is
// its noun, help says what can be done instead.
func InUse(what, help string, uses ...Use) error {
	text := Told(uses...)
	if text == "" {
		return nil
	}
	return Refused(what+"_in_use", "This "+words(what)+" can't be deleted: it has "+text+".", help)
}

// Told tells how much there is of each; "" for nothing at all.
func Told(uses ...Use) string {
	var told []string
	for _, u := range uses {
		if u.N == 0 {
			continue
		}
		text, word := strconv.FormatInt(min(u.N, MostUses), 10), u.Many
		if u.N > MostUses {
			text = "more than " + text
		}
		if u.N == 1 {
			word = u.One
		}
		told = append(told, text+" "+word)
	}
	if len(told) == 0 {
		return ""
	}
	last := len(told) - 1
	text := told[last]
	if last > 0 {
		text = strings.Join(told[:last], ", ") + " and " + text
	}
	return text
}

// words gives a noun as prose has it.
func words(noun string) string {
	if noun == "license" {
		return "licence"
	}
	return noun
}
