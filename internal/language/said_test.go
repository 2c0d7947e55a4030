package language

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// saying are the folders and files whose faults pages of the portal, of sign-in and of the account
// can show: all of their messages, helps and words on fields are in every language.
func saying() []string {
	return []string{
		"internal/access", "internal/owners", "internal/fault", "internal/web", "internal/web/account", "internal/web/entrance", "internal/web/people",
		"internal/web/portal", "internal/wiring/pairs", "internal/edge", "internal/identity/accesstoken.go", "internal/mailing/stop.go",
		"internal/licensing/handover.go", "internal/licensing/deletion.go", "internal/wiring/hand_overs.go", "internal/web/portal/licenses", "internal/web/portal/requests", "internal/web/portal/takeover",
		"internal/wiring/portal.go", "internal/wiring/portal_screens.go", "internal/wiring/site.go", "internal/listing", "internal/web/portal/files", "internal/signin",
		"internal/prepaid", "internal/web/prepaid", "internal/web/prepaid/cards", "internal/web/prepaid/devices", "internal/web/prepaid/orders",
	}
}

// together are sentences that code puts together, and the names of answers.
func together() []string {
	return []string{
		"There is no such %s.", "The provider %s.", "must be one of %s, with a leading \"-\" for descending", "At most %s rows can be changed at once.", "must be between %d and %d characters long",
		"must not hold the character U+%s, which can't be seen; type it anew", "must be one of %s, or empty", "must be one e-mail address such as anna@example.com",
		"must be a date written year-month-day, such as 2027-12-31",
		"%s: The card is locked.", "%s: The card is bound to a device.", "%s: The card has no days left.", "%s: The card is part of a sale that is under way.",
		"%s: Only a card that was never bound and never charged can be locked.", "%s: The cards or devices belong to several customers.",
		"%s: there is no such card", "%s: there is no such device", "must be %s at most: no more cards of this filter can be sold",
		"Bad Request", "Forbidden", "Not Found", "Conflict", "Unprocessable Entity", "Request Entity Too Large", "Too Many Requests", "Service Unavailable",
		"Request Timeout", "Internal Server Error", "Method Not Allowed", "Something went wrong on the server.",
		"Try again; if it stays, give the operator the request_id.",
	}
}

// sentences are what rooms say that pages of the portal can show, as formats where it
// holds numbers.
func sentences(t *testing.T) []string {
	t.Helper()
	all := together()
	for _, dir := range saying() {
		of := filepath.Join("..", "..", dir)
		if !strings.HasSuffix(of, ".go") {
			of = filepath.Join(of, "*.go")
		}
		files, err := filepath.Glob(of)
		if err != nil || len(files) == 0 && dir != "internal/web/portal" {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, faults(t, name, source)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// faults are the texts of the faults that a file makes.
func faults(t *testing.T, name string, source []byte) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	say := func(e ast.Expr) {
		if call, ok := e.(*ast.CallExpr); ok && typeName(call.Fun) == "Sprintf" {
			e = call.Args[0]
		}
		if text, ok := literal(e); ok && text != "" {
			all = append(all, text)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if m, ok := n.Type.(*ast.MapType); ok && typeName(m.Key) == "refusalCode" {
				for _, e := range n.Elts {
					said, _ := e.(*ast.KeyValueExpr).Value.(*ast.CompositeLit)
					say(said.Elts[0])
					say(said.Elts[1])
				}
			}
			if of := typeName(n.Type); of != "Error" && of != "Field" {
				return true
			}
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok && (typeName(pair.Key) == "Message" || typeName(pair.Key) == "Help") {
					say(pair.Value)
				}
			}
		case *ast.CallExpr:
			switch of := typeName(n.Fun); {
			case of == "Refused" && len(n.Args) == 3:
				say(n.Args[1])
				say(n.Args[2])
			case of == "Check" && len(n.Args) == 3:
				say(n.Args[2])
			}
		}
		return true
	})
	return all
}
