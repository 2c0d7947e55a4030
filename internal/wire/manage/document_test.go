package manage_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/store/storetest"
)

// The document is what vendors generate their clients from: a change of it is
// a change of the API, and is to be seen in a review.
func TestOpenAPIIsAsPublished(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	got := b.ok(t, "GET", "/api/v1/openapi.json", "", "Authorization", "").raw
	const golden = "testdata/openapi.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := must[[]byte](t)(os.ReadFile(golden))
	if got != string(want) {
		t.Errorf("the OpenAPI document differs from %s; if that is meant, run: UPDATE_GOLDEN=1 go test ./internal/wire/manage -run OpenAPI", golden)
	}
}

func TestOpenAPIHoldsTogether(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	raw := b.ok(t, "GET", "/api/v1/openapi.json", "").raw
	var document struct {
		OpenAPI    string                               `json:"openapi"`
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(raw), &document); err != nil || document.OpenAPI != "3.1.0" {
		t.Fatalf("version %q, %v", document.OpenAPI, err)
	}
	for _, ref := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(raw, -1) {
		if document.Components.Schemas[ref[1]] == nil {
			t.Errorf("a reference to %s leads nowhere", ref[1])
		}
	}
	ids := map[string]bool{}
	for _, route := range b.edge.Routes() {
		if route.Public != "" {
			continue
		}
		op := document.Paths[route.Path][strings.ToLower(route.Method)]
		id, _ := op["operationId"].(string)
		if id == "" || ids[id] || op["summary"] == "" {
			t.Errorf("%s %s is not described, or under another's id", route.Method, route.Path)
		}
		ids[id] = true
	}
}

func TestDocsPageNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	page := b.ok(t, "GET", "/api/docs", "", "Authorization", "")
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	for _, forbidden := range []string{"<script", "http://", "https://", " style=", "<no value>", "ZgotmplZ"} {
		if strings.Contains(page.raw, forbidden) {
			t.Errorf("the page holds %s", forbidden)
		}
	}
	for _, route := range b.edge.Routes() {
		if route.Public == "" && !strings.Contains(page.raw, "</span> "+route.Path+"</code>") {
			t.Errorf("the page does not show %s", route.Path)
		}
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page.raw, -1) {
		if ids[id[1]] {
			t.Errorf("two elements have the id %s", id[1])
		}
		ids[id[1]] = true
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page.raw, -1) {
		if !ids[link[1]] {
			t.Errorf("a link to #%s leads nowhere", link[1])
		}
	}
	if style := b.ok(t, "GET", "/api/docs/style.css", "", "Authorization", ""); !strings.HasPrefix(style.header.Get("Content-Type"), "text/css") {
		t.Errorf("style is %s", style.header.Get("Content-Type"))
	}
}
