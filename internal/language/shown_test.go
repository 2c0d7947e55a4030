package language

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// shown are the fields in which code hands pages what they show.
func shown() []string {
	return []string{"Label", "Title", "Text", "Hint", "Sub", "Placeholder", "Unit", "Submit", "Empty"}
}

// TestNoTextInCode: what code hands pages to show comes from the catalogue.
func TestNoTextInCode(t *testing.T) {
	t.Parallel()
	seen := 0
	inSpoken(t, ".go", func(name string, source []byte) {
		seen++
		for _, text := range handed(t, name, source) {
			t.Errorf("%s shows %q, which is not from the catalogue: write q.T(%q)", name, text, text)
		}
	})
	if seen < 30 {
		t.Errorf("only %d files were looked at", seen)
	}
	for code, want := range map[string]int{
		`web.Field{Label: "Name"}`:                               1,
		`web.Field{Label: q.T("Name"), Name: "name"}`:            0,
		`web.Notice{Text: "Ask " + vendor}`:                      1,
		`web.Notice{Text: vendor + " says no"}`:                  1,
		`web.Cell{Text: a + " · " + b}`:                          0,
		`web.Badge{Word: "Off", Hint: "switched off"}`:           0, // badges are a vocabulary
		`web.Fact{Label: "IP"}`:                                  0,
		`q.Page("Sign in")`:                                      1,
		`q.Page(q.T("Sign in"), web.Link{Label: "Overview"})`:    1,
		`func() { form.Submit, form.Cancel = "Go", q.Href("") }`: 1,
	} {
		if got := handed(t, "x.go", []byte("package x\n\nvar x = "+code)); len(got) != want {
			t.Errorf("%s: %q, want %d", code, got, want)
		}
	}
}

// handed are the texts that a file hands pages itself.
func handed(t *testing.T, name string, source []byte) (found []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	look := func(e ast.Expr) {
		for _, text := range texts(e) {
			if letters.MatchString(text) && !slices.Contains(same(), strings.TrimSpace(text)) {
				found = append(found, text)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if typeName(n.Type) == "Badge" {
				return true
			}
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok && slices.Contains(shown(), typeName(pair.Key)) {
					look(pair.Value)
				}
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if field, ok := to.(*ast.SelectorExpr); ok && slices.Contains(shown(), field.Sel.Name) && len(n.Rhs) == len(n.Lhs) {
					look(n.Rhs[i])
				}
			}
		case *ast.CallExpr:
			if typeName(n.Fun) == "Page" && len(n.Args) > 0 {
				look(n.Args[0])
			}
		}
		return true
	})
	return found
}

// texts are the literals that an expression is, or is put together of by +.
func texts(e ast.Expr) []string {
	if text, constant := literal(e); constant {
		return []string{text}
	}
	if sum, ok := e.(*ast.BinaryExpr); ok {
		return append(texts(sum.X), texts(sum.Y)...)
	}
	return nil
}
