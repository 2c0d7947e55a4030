package arch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const module = "chancery"

// rooms are the nouns of the trade. They decide; they never import each other.
var rooms = []string{
	"vendors", "devices", "customers", "catalog", "licensing", "floating", "metering", "offline", "prepaid",
	"observe", "entitled", "identity", "keyring", "audit", "outbox", "mailing", "imports", "figures",
}

// place is where a package stands: whom it may import of this module, as
// prefixes of import paths, and what it may not import from elsewhere.
type place struct {
	trees  []string // import paths that stand here, each with all below it
	allows []string // the same, of the module's own packages
	denies []string // the same, of all others
	strict bool     // nothing but the standard library beside what it allows
}

var (
	ground       = []string{"internal/fault", "internal/ident"}
	leaves       = append(slices.Clone(ground), "internal/listing", "internal/terms", "internal/recheck", "internal/budget", "internal/refusal", "internal/visible")
	leavesAndTx  = append(slices.Clone(leaves), "internal/tx")
	inner        = append(slices.Clone(leavesAndTx), internal(rooms...)...)
	notInTheRoom = []string{"database/sql", "net/http", "html/template", "github.com/jackc/pgx", "modernc.org/sqlite", "zombiezen.com/go/sqlite"}
)

// places is the whole house. The first place whose tree holds a package is its
// place. A room's own tree is always allowed to it.
var places = slices.Concat(
	[]place{
		{trees: []string{"signed"}, strict: true},
		{trees: []string{"client"}, allows: []string{"signed"}, strict: true},
		{trees: ground, denies: notInTheRoom},
		{trees: leaves, allows: ground, denies: notInTheRoom},
		{trees: []string{"internal/tx"}, allows: leaves, denies: notInTheRoom},
	},
	each(internal(rooms...), place{allows: append([]string{"signed"}, leavesAndTx...), denies: notInTheRoom}),
	[]place{{trees: internal("outbound"), strict: true}},
	each(internal("signin", "webhook", "mail", "geo", "metrics"), place{allows: append([]string{"internal/outbound"}, inner...)}),
	[]place{
		{trees: internal("store"), allows: inner},
		{trees: internal("edge"), allows: append([]string{"signed"}, inner...)},
		{trees: internal("wire"), allows: append([]string{"signed", "internal/edge"}, inner...)},
		{trees: internal("web"), allows: append([]string{"signed", "internal/edge"}, inner...)},
		{trees: internal("arch")},
		{trees: internal("clientcmd"), allows: []string{"client", "signed", "internal/refusal"}, denies: notInTheRoom},
		{trees: internal("demo"), allows: append([]string{"client", "signed"}, inner...), denies: notInTheRoom[:1]},
		{trees: []string{"internal/app", "bench", "test"}, allows: []string{"client", "signed", "internal"}},
		{trees: []string{"cmd"}, allows: []string{"internal/app"}},
	},
)

// internal returns the import paths of internal packages, without the module.
func internal(names ...string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = "internal/" + name
	}

	return paths
}

// each returns one place like the given one for each tree.
func each(trees []string, like place) []place {
	all := make([]place, len(trees))
	for i, tree := range trees {
		all[i] = like
		all[i].trees = []string{tree}
	}

	return all
}

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
			for _, suffix := range []string{"/apptest", "/storetest", "/pgtest"} {
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
		{"internal/store", "chancery/internal/app", false},
		{"internal/edge", "chancery/internal/wire/manage", false},
		{"internal/wire/manage", "chancery/internal/edge", true},
		{"internal/wire/manage", "chancery/internal/store", false},
		{"internal/wire/manage", "chancery/internal/web", false},
		{"internal/web/console", "chancery/internal/web/layout", true},
		{"internal/web/console", "chancery/internal/wire/manage", false},
		{"internal/web/console", "chancery/internal/store/catalog", false},
		{"internal/app", "chancery/internal/store", true},
		{"internal/app/apptest", "chancery/internal/wire/manage", true},
		{"cmd/chancery", "chancery/internal/app", true},
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
