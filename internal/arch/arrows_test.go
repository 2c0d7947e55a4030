package arch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "chancery"

// within reports whether the path is the tree's root or below it.
func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}

// denied reports whether one of the trees holds an import from elsewhere. That a
// type of ours can say how it is stored (database/sql/driver) is no SQL.
func denied(imported string, trees []string) bool {
	return withinAny(imported, trees) && imported != "database/sql/driver"
}

// withinAny reports whether one of the trees holds the path.
func withinAny(path string, trees []string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool { return within(path, tree) })
}

// wrongImports returns one sentence for each import of a package that its place
// does not allow. Standard tells whether an import is the standard library's.
func wrongImports(path string, imports []string, standard func(string) bool) []string {
	inModule := strings.TrimPrefix(path, module+"/")
	at := slices.IndexFunc(places, func(p place) bool { return withinAny(inModule, p.trees) })
	if at < 0 {
		return []string{path + " has no place in the house: give it one in internal/arch"}
	}
	here := places[at]
	var wrong []string
	for _, imported := range imports {
		own, isOwn := strings.CutPrefix(imported, module+"/")
		tree := here.trees[slices.IndexFunc(here.trees, func(tree string) bool { return within(inModule, tree) })]
		switch {
		case isOwn && !within(own, tree) && !withinAny(own, here.allows),
			!isOwn && denied(imported, here.denies),
			!isOwn && here.strict && !standard(imported):
			wrong = append(wrong, fmt.Sprintf("%s must not import %s", path, imported))
		}
	}

	return wrong
}

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	house := loadHouse(t)
	for _, pkg := range house.own {
		for _, sentence := range wrongImports(pkg.ImportPath, pkg.Imports, house.isStandard) {
			t.Error(sentence)
		}
	}
}

// A room that reaches SQL or HTTP through somebody else's package has it in the
// room all the same.
func TestRoomsReachNoSQLAndNoHTTP(t *testing.T) {
	t.Parallel()
	house := loadHouse(t)
	quiet := append(internal(rooms...), leavesAndTx...)
	for _, pkg := range house.own {
		if !withinAny(strings.TrimPrefix(pkg.ImportPath, module+"/"), quiet) {
			continue
		}
		for _, reached := range pkg.Deps {
			if denied(reached, notInTheRoom) {
				t.Errorf("%s reaches %s", pkg.ImportPath, reached)
			}
		}
	}
}

func TestTheProgramHoldsNoTestCode(t *testing.T) {
	t.Parallel()
	house := loadHouse(t)
	for _, pkg := range house.own {
		if pkg.Name != "main" || !within(pkg.ImportPath, module+"/cmd") {
			continue
		}
		for _, reached := range pkg.Deps {
			for _, suffix := range []string{"/servertest", "/storetest", "/pgtest"} {
				if within(reached, module) && strings.HasSuffix(reached, suffix) {
					t.Errorf("%s reaches %s", pkg.ImportPath, reached)
				}
			}
		}
	}
}

// The program needs nothing else on the machine, which an empty container is: it
// brings the time zones that vendors may name.
func TestTheProgramBringsTimeZones(t *testing.T) {
	t.Parallel()
	for _, pkg := range loadHouse(t).own {
		if pkg.ImportPath == module+"/cmd/chancery" && !slices.Contains(pkg.Deps, "time/tzdata") {
			t.Errorf("%s does not reach time/tzdata", pkg.ImportPath)
		}
	}
}

// The ADR tells people what the table tells the tests: it names every place.
func TestTheADRNamesEveryPlace(t *testing.T) {
	t.Parallel()
	adr, err := os.ReadFile(filepath.Join("..", "..", "docs", "adr", "0002-rooms-and-arrows.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		for _, tree := range p.trees {
			if name := strings.TrimPrefix(tree, "internal/"); !strings.Contains(string(adr), "`"+name+"`") {
				t.Errorf("docs/adr/0002-rooms-and-arrows.md does not name `%s`", name)
			}
		}
	}
}

// The rules themselves: each line is an import that must be seen as wrong, or
// must not.
func TestWrongImports(t *testing.T) {
	t.Parallel()
	standard := func(path string) bool { return !strings.Contains(path, ".") }
	for _, test := range []struct {
		path, imported string
		right          bool
	}{
		{"internal/fault", "errors", true},
		{"internal/fault", "chancery/internal/ident", false},
		{"internal/fault", "database/sql/driver", true},
		{"internal/terms", "chancery/internal/fault", true},
		{"internal/terms", "chancery/internal/listing", false},
		{"internal/tx", "chancery/internal/ident", true},
		{"internal/tx", "chancery/internal/audit", false},
		{"internal/licensing", "chancery/internal/tx", true},
		{"internal/licensing", "chancery/internal/licensing/goodwill", true},
		{"internal/licensing", "chancery/internal/catalog", false},
		{"internal/licensing", "chancery/internal/vendors", false},
		{"internal/licensing", "database/sql", false},
		{"internal/licensing", "net/http/httptest", false},
		{"internal/licensing", "net/url", true},
		{"internal/licensing", "github.com/jackc/pgx/v5", false},
		{"internal/licensing", "chancery/client", false},
		{"internal/offline", "chancery/signed", true},
		{"internal/mail", "chancery/internal/outbox", true},
		{"internal/mail", "chancery/internal/store", false},
		{"internal/webhook", "chancery/internal/outbound", true},
		{"internal/outbound", "chancery/internal/fault", false},
		{"internal/store/licensing", "chancery/internal/licensing", true},
		{"internal/store/licensing", "chancery/internal/store", true},
		{"internal/store/licensing", "chancery/internal/web/console", false},
		{"internal/store", "chancery/internal/wiring", false},
		{"internal/edge", "chancery/internal/wire/manage", false},
		{"internal/wire/manage", "chancery/internal/edge", true},
		{"internal/wire/manage", "chancery/internal/store", false},
		{"internal/wire/manage", "chancery/internal/web", false},
		{"internal/web/console", "chancery/internal/web/layout", true},
		{"internal/web/console", "chancery/internal/wire/manage", false},
		{"internal/web/console", "chancery/internal/store/catalog", false},
		{"internal/wiring", "chancery/internal/store", true},
		{"internal/wiring", "chancery/internal/server", false},
		{"internal/server", "chancery/internal/wiring", true},
		{"internal/server", "chancery/internal/web/console", false},
		{"internal/server", "chancery/internal/cli", false},
		{"internal/cli", "chancery/internal/server", true},
		{"internal/cli", "chancery/internal/wire/manage", false},
		{"internal/server/servertest", "chancery/internal/server", true},
		{"cmd/chancery", "chancery/internal/cli", true},
		{"cmd/chancery", "chancery/internal/server", false},
		{"cmd/chancery", "chancery/internal/store", false},
		{"client", "chancery/signed", true},
		{"client", "chancery/internal/fault", false},
		{"client", "github.com/google/uuid", false},
		{"signed", "crypto/ed25519", true},
		{"signed", "github.com/go-jose/go-jose/v4", false},
		{"signed", "chancery/client", false},
		{"internal/helpful", "errors", false},
	} {
		wrong := wrongImports(module+"/"+test.path, []string{test.imported}, standard)
		if right := len(wrong) == 0; right != test.right {
			t.Errorf("%s importing %s: right %t, want %t", test.path, test.imported, right, test.right)
		}
	}
}
