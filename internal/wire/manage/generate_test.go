package manage_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The generators that vendors use, at exact versions; the Go one is in tools/go.mod.
const openAPITypeScript = "openapi-typescript@7.13.0"

// A client generated from the document compiles.
func TestOpenAPIGeneratesClients(t *testing.T) {
	t.Parallel()
	document := must[string](t)(filepath.Abs("testdata/openapi.json"))
	t.Run("Go", func(t *testing.T) {
		t.Parallel()
		generated := filepath.Join(t.TempDir(), "client.go")
		tools := "-modfile=tools/go.mod"
		for _, args := range [][]string{
			{"tool", tools, "oapi-codegen", "-generate", "types,client", "-package", "chancery", "-o", generated, document},
			{"build", tools, generated},
		} {
			if out, err := run(t, "go", args...); err != nil {
				t.Fatalf("go %s: %v\n%s", args[0], err, out)
			}
		}
	})
	t.Run("TypeScript", func(t *testing.T) {
		t.Parallel()
		if _, err := exec.LookPath("npm"); err != nil {
			t.Log("NOT CHECKED: there is no npm here to run openapi-typescript with")
			return
		}
		generated := filepath.Join(t.TempDir(), "client.d.ts")
		out, err := run(t, "npm", "exec", "--yes", "--prefer-offline", "--package="+openAPITypeScript, "--package=typescript@5.9.3", "--",
			"openapi-typescript", document, "-o", generated)
		if noNetwork.Match(out) {
			t.Logf("NOT CHECKED: npm can't fetch %s from here", openAPITypeScript)
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if text := must[[]byte](t)(os.ReadFile(generated)); !strings.Contains(string(text), "export interface operations") {
			t.Errorf("%d bytes were generated, without the operations", len(text))
		}
	})
}

var noNetwork = regexp.MustCompile(`npm (ERR!|error) code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH)`)

// run runs a command at the top of the repository.
func run(t *testing.T, name string, args ...string) ([]byte, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = "../../.."
	return c.CombinedOutput()
}

// Generators make a type of each inline enum and object, named by its schema and
// property, and types of each operation: none may meet a schema of that name.
func TestOpenAPINamesDoNotCollide(t *testing.T) {
	t.Parallel()
	var document struct {
		Servers []struct {
			URL string `json:"url"`
		} `json:"servers"`
		Paths map[string]map[string]struct {
			ID string `json:"operationId"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile("testdata/openapi.json")), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Servers) != 1 || document.Servers[0].URL != "/" {
		t.Errorf("servers: %v", document.Servers)
	}
	owners := map[string][]string{}
	own := func(name, owner string) {
		name = strings.ToLower(name)
		owners[name] = append(owners[name], owner)
	}
	for name, schema := range document.Components.Schemas {
		own(name, "schema "+name)
		for property := range schema.Properties {
			own(name+camel(property), "property "+name+"."+property)
			own(name+camel(property)+"Item", "an item of "+name+"."+property)
		}
	}
	for _, methods := range document.Paths {
		for _, op := range methods {
			for _, suffix := range []string{"", "Params", "Body", "JSONBody", "JSONRequestBody", "Request", "Response", "Res", "Req"} {
				own(camel(op.ID)+suffix, "operation "+op.ID)
			}
		}
	}
	if len(owners) < 500 {
		t.Fatalf("only %d names were looked at", len(owners))
	}
	for name, all := range owners {
		if slices.Sort(all); len(all) > 1 {
			t.Errorf("%s is the name of: %s", name, strings.Join(all, ", "))
		}
	}
}

func camel(s string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("_-. ", r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
