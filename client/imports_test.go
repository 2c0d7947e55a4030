package client_test

import (
	"os/exec"
	"strings"
	"testing"
)

// A vendor's program must be able to take the SDK without taking anything else.
func TestTheSDKNeedsTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "chancery/client").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dependency := range strings.FieldsSeq(string(out)) {
		if dependency != "chancery/client" && dependency != "chancery/signed" {
			t.Errorf("depends on %s", dependency)
		}
	}
}
