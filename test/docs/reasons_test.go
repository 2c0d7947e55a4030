package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"chancery/internal/licensing"
)

// The list of validity reasons is closed: the page and the SDK have those that the
// server gives, and no others.
func TestValidityReasonsAreTold(t *testing.T) {
	t.Parallel()
	_, after, found := strings.Cut(page(t, "licences.md"), "| `validity_reason` | the licence |")
	if !found {
		t.Fatal("docs/licences.md has no table of validity reasons")
	}
	table, _, _ := strings.Cut(after, "\n\n")
	told := make([]string, 0, len(licensing.Reasons()))
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` ").FindAllStringSubmatch(table, -1) {
		told = append(told, m[1])
	}
	if !slices.Equal(told, licensing.Reasons()) {
		t.Errorf("docs/licences.md tells %q, the server gives %q", told, licensing.Reasons())
	}
	named := make([]string, 0, len(licensing.Reasons()))
	for _, spec := range sdkConstants(t, "license.go", "Reason") {
		named = append(named, strings.Trim(text(spec.Values[0]), `"`))
	}
	if !slices.Equal(named, licensing.Reasons()) {
		t.Errorf("client/license.go names %q, the server gives %q", named, licensing.Reasons())
	}
}
