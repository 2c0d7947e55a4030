package refusal

import (
	"slices"
	"strconv"
)

// Refusal says no, and why.
type Refusal struct {
	ID      int    // the protocol's number
	Message string // what is wrong, one sentence
	Help    string // what to do, one sentence
	Counter int64  // of a call that was sent again: the highest that its key has shown; else 0
}

// With returns a copy with another help.
func (r Refusal) With(help string) *Refusal {
	r.Help = help
	return &r
}

// IsConstant reports whether the refusal has the same text for every client: it
// names no date, number or name.
func (r Refusal) IsConstant() bool {
	return r == *Refuse(r.ID) || slices.ContainsFunc(variants(), func(v *Refusal) bool { return r == *v })
}

// Refuse returns a copy of the refusal with this number. Its texts are empty when
// the table does not have the number.
func Refuse(id int) *Refusal {
	k, _ := Find(id)
	return &Refusal{ID: id, Message: k.Message, Help: k.Help}
}

// All returns the table, in the order of the numbers.
func All() []Kind { return slices.Clone(table) }

// Find returns the row of a number, and whether there is one.
func Find(id int) (Kind, bool) {
	i, found := slices.BinarySearchFunc(table, id, func(k Kind, id int) int { return k.ID - id })
	if !found {
		return Kind{}, false
	}
	return table[i], true
}

// Words returns the short words of a number, or the number itself when the table
// does not have it.
func Words(id int) string {
	if k, found := Find(id); found {
		return k.Words
	}
	return "Refusal " + strconv.Itoa(id)
}
