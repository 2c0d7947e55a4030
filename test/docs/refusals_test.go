package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chancery/internal/refusal"
)

// The table of refusals in docs/clients-api.md is made from the server's own:
// UPDATE_GOLDEN=1 writes it.
func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	const head = "| `id` | in short | `message` | `help` |\n| --- | --- | --- | --- |\n"
	var rows strings.Builder
	var elsewhere []string
	for _, k := range refusal.All() {
		if k.Elsewhere {
			elsewhere = append(elsewhere, strconv.Itoa(k.ID))
			continue
		}
		fmt.Fprintf(&rows, "| %d | %s | %s | %s |\n", k.ID, k.Words, k.Message, k.Help)
	}
	text := strings.TrimSuffix(page(t, "clients-api.md"), "\n")
	before, after, found := strings.Cut(text, head)
	if !found {
		t.Fatalf("docs/clients-api.md has no table that begins with\n%s", head)
	}
	told, rest, _ := strings.Cut(after, "\n\n")
	if told+"\n" != rows.String() {
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(filepath.Join("..", "..", "docs", "clients-api.md"), []byte(before+head+rows.String()+"\n"+rest), 0o600); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("docs/clients-api.md differs from internal/refusal; UPDATE_GOLDEN=1 writes this:\n%s", rows.String())
	}
	for _, id := range elsewhere {
		if !strings.Contains(rest, id) {
			t.Errorf("docs/clients-api.md does not say under its table that %s is not given", id)
		}
	}
}

// The SDK imports nothing of the house: its constants stand beside the table, each
// with the table's short words.
func TestTheSDKNamesRefusalsAsTheServerDoes(t *testing.T) {
	t.Parallel()
	words := map[string]string{}
	for _, spec := range sdkConstants(t, "errors.go", "Refusal") {
		words[spec.Names[0].Name] = strings.TrimSpace(spec.Comment.Text())
	}
	for name, id := range sdkRefusals(t) {
		switch k, known := refusal.Find(id); {
		case !known:
			t.Errorf("client.%s is %d, which internal/refusal does not have", name, id)
		case words[name] != k.Words:
			t.Errorf("client.%s is explained as %q; internal/refusal says %q", name, words[name], k.Words)
		}
	}
}

// sdkRefusals are the numbers of the SDK's constants.
func sdkRefusals(t *testing.T) map[string]int {
	t.Helper()
	ids := map[string]int{}
	for _, spec := range sdkConstants(t, "errors.go", "Refusal") {
		value, _ := spec.Values[0].(*ast.BasicLit)
		if value == nil {
			t.Fatalf("client.%s is not a number", spec.Names[0].Name)
		}
		id, err := strconv.Atoi(value.Value)
		if err != nil {
			t.Fatal(err)
		}
		ids[spec.Names[0].Name] = id
	}
	if want := 25; len(ids) < want {
		t.Errorf("client/errors.go has %d constants of refusals, want at least %d", len(ids), want)
	}
	return ids
}

// sdkConstants are the SDK's constants in a file whose names have a prefix.
func sdkConstants(t *testing.T, name, prefix string) (all []*ast.ValueSpec) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "client", name), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, prefix) {
			all = append(all, spec)
		}
		return true
	})
	return all
}

// The server that programs are tested against says what the real one says.
func TestTheServerForTestsRefusesAsTheServerDoes(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "client", "clienttest", "refusals.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ids, looked := sdkRefusals(t), 0
	ast.Inspect(file, func(n ast.Node) bool {
		row, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, _ := row.Key.(*ast.SelectorExpr)
		said, _ := row.Value.(*ast.CompositeLit)
		if key == nil || said == nil || len(said.Elts) != 2 {
			return true // no row of the table
		}
		looked++
		k, _ := refusal.Find(ids[key.Sel.Name])
		if message, help := text(said.Elts[0]), text(said.Elts[1]); message != k.Message || help != k.Help {
			t.Errorf("clienttest says for %s %q, %q; internal/refusal says %q, %q", key.Sel.Name, message, help, k.Message, k.Help)
		}
		return true
	})
	if want := 8; looked < want {
		t.Errorf("%d refusals were looked at, want at least %d", looked, want)
	}
}

// text is a string that stands in code.
func text(e ast.Expr) string {
	literal, _ := e.(*ast.BasicLit)
	if literal == nil {
		return ""
	}
	said, _ := strconv.Unquote(literal.Value)
	return said
}
