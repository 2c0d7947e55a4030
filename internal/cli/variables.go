package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// warnOfVariables names environment variables that look like settings and are
// none: a misspelt one would silently do nothing.
func warnOfVariables(w io.Writer, model *kong.Application) {
	known := []string{"CHANCERY_MASTER_KEY"}
	_ = kong.Visit(model, func(node kong.Visitable, next kong.Next) error { // our function never fails
		if flag, ok := node.(*kong.Flag); ok {
			known = append(known, flag.Envs...)
		}
		return next(nil)
	})
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "CHANCERY_") || strings.HasPrefix(name, "CHANCERY_TEST_") || slices.Contains(known, name) {
			continue
		}
		fmt.Fprintf(w, "chancery: warning: there is no setting %s; %s\n", name, meant(name, known))
	}
}
