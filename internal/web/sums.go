package web

// Sums is a small table of figures: what it counts at the left, and the figures in
// columns.
type Sums struct {
	Title string
	Text  string // one sentence; may be empty
	Heads []string
	Lines []SumLine
	Empty string // said where there is no line
}

// SumLine is a line of it.
type SumLine struct {
	Label, Sub string
	Href       string
	Sum        bool // it is made of those above
	Cells      []SumCell
}

// SumCell is one figure, which leads to what it counts.
type SumCell struct {
	Text, Sub string
	Href      string
	Title     string // says what it counts, to who can't see the heads
}
