package cli

import (
	_ "embed"
	"fmt"
	"io"
	"text/template"

	"chancery/internal/demo"
	"chancery/internal/wiring"
)

// tour is what the demo prints: where it is, and what to try. Every command in
// it works as it is printed.
type tour struct {
	Program string // as the shell reads it
	URL     string
	Dir     string
	Vendor  wiring.NewVendor
	Facts   demo.Facts
	Owners  []owner
}

func (t tour) print(w io.Writer) error {
	text, err := template.New("tour").Parse(tourText)
	if err == nil {
		err = text.Execute(w, t)
	}
	if err != nil {
		return fmt.Errorf("print the tour: %w", err)
	}
	return nil
}

//go:embed tour.txt
var tourText string
