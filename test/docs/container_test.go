package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An image is built of the folders that the program is made of, by name, and the list
// of what may be sent to the build lets nothing else through: a folder in which a server
// has run holds a database and its master key.
func TestAnImageHoldsNothingButSources(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	copies := regexp.MustCompile(`(?m)^COPY ([^-].*) \S+$`).FindAllStringSubmatch(read("Containerfile"), -1)
	copied := make([]string, 0, len(copies))
	for _, m := range copies {
		copied = append(copied, strings.Fields(m[1])...)
	}
	slices.Sort(copied)
	var sent []string
	ignore := strings.Split(read(".dockerignore"), "\n")
	if !slices.Contains(ignore, "*") || !slices.Contains(ignore, "**/data") || !slices.Contains(ignore, "**/*.key") {
		t.Errorf(".dockerignore does not begin with leaving out everything, and data: %q", ignore)
	}
	for _, line := range ignore {
		if name, let := strings.CutPrefix(line, "!"); let {
			sent = append(sent, name)
		}
	}
	slices.Sort(sent)
	if !slices.Equal(copied, sent) {
		t.Errorf("the Containerfile copies %q, .dockerignore lets %q through", copied, sent)
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{if .Module}}{{if .Module.Main}}{{.ImportPath}}{{end}}{{end}}`, "./cmd/chancery")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{"go.mod": true, "go.sum": true}
	for pkg := range strings.FieldsSeq(string(out)) {
		folder, _, _ := strings.Cut(strings.TrimPrefix(pkg, "chancery/"), "/")
		used[folder] = true
		if !slices.Contains(copied, folder) {
			t.Errorf("%s is part of the program, and not copied", pkg)
		}
	}
	for _, name := range copied {
		if !used[name] {
			t.Errorf("%s is copied, and no part of the program", name)
		}
	}
}
