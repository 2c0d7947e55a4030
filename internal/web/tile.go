package web

// Tile is one figure that a person comes for, with the bar that it fills, what more
// there is to say of it, and where it leads.
type Tile struct {
	Label   string
	Value   string
	Sub     string // beside the value, quieter
	Tone    Tone   // colours the value; empty for none
	Bar     *Bar
	Lines   []string
	Actions []Action
}
