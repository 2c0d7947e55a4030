package web

// FormPage is a page that is a form and nothing else (form.html).
type FormPage struct {
	Page

	Text  string      // what it does, in a sentence; for a dangerous change, the consequence
	Facts []ShownFact // what it is about
	Form  *Form
}

// About sets what the page is about.
func (p *FormPage) About(facts ...Fact) { p.Facts = p.Page.Facts(facts...) }

// ShownFact is a fact ready to be shown.
type ShownFact struct {
	Label string
	Hint  string
	Cell  ShownCell
}

// Facts prepares facts for showing.
func (p *Page) Facts(facts ...Fact) []ShownFact {
	shown := make([]ShownFact, len(facts))
	for i, f := range facts {
		shown[i] = ShownFact{Label: f.Label, Hint: f.Hint, Cell: p.Cell(f.Cell)}
	}
	return shown
}
