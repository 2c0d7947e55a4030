package docs_test

import (
	"fmt"
	"go/ast"
	"go/constant"
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
	var rows, elsewhere strings.Builder
	for _, k := range refusal.All() {
		if k.Elsewhere {
			fmt.Fprintf(&elsewhere, "%d ", k.ID)
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
	for _, id := range strings.Fields(elsewhere.String()) {
		if !strings.Contains(rest, id) {
			t.Errorf("docs/clients-api.md does not say under its table that %s is not given", id)
		}
	}
}

// The SDK imports nothing of the house: its constants stand beside the table, each
// with the table's short words.
func TestTheSDKNamesRefusalsAsTheServerDoes(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "client", "errors.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Refusal") {
			return true
		}
		looked++
		name := spec.Names[0].Name
		value, _ := spec.Values[0].(*ast.BasicLit)
		if value == nil {
			t.Errorf("client.%s is not a number", name)
			return true
		}
		id, _ := constant.Int64Val(constant.MakeFromLiteral(value.Value, value.Kind, 0))
		k, known := refusal.Find(int(id))
		switch said := strings.TrimSpace(spec.Comment.Text()); {
		case !known:
			t.Errorf("client.%s is %d, which internal/refusal does not have", name, id)
		case said != k.Words:
			t.Errorf("client.%s is explained as %q; internal/refusal says %q", name, said, k.Words)
		}
		return true
	})
	if want := 25; looked < want {
		t.Errorf("client/errors.go has %s constants of refusals, want at least %d", strconv.Itoa(looked), want)
	}
}
