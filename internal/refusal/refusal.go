package refusal

// Refusal says no, and why.
type Refusal struct {
	ID      int    // the protocol's number
	Message string // what is wrong, one sentence
	Help    string // what to do, one sentence
	Counter int64  // of a call that was sent again: the highest that its key has shown; else 0
}

// With gives a copy with another help.
func (r Refusal) With(help string) *Refusal {
	r.Help = help
	return &r
}

// Table is a room's refusals by their numbers. Their ID need not be set.
type Table map[int]Refusal

// Refuse gives the refusal with this number, to keep.
func (t Table) Refuse(id int) *Refusal {
	r := t[id]
	r.ID = id
	return &r
}
