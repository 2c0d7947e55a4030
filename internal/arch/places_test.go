package arch_test

import "slices"

// rooms are the nouns of the trade. They decide; they never import each other.
var rooms = []string{
	"vendors", "devices", "customers", "catalog", "licensing", "floating", "metering", "offline", "prepaid",
	"observe", "entitled", "identity", "access", "keyring", "audit", "outbox", "mailing", "imports", "figures", "erasure", "testclock", "owners",
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
	readers      = append(slices.Clone(ground), "internal/entry", "internal/visible")
	leaves       = append(slices.Clone(readers), internal("listing", "terms", "recheck", "budget", "refusal", "calendar", "colour", "language")...)
	leavesAndTx  = append(slices.Clone(leaves), "internal/tx")
	inner        = append(slices.Clone(leavesAndTx), internal(rooms...)...)
	adapters     = internal("outbound", "signin", "webhook", "mail", "geo", "metrics")
	faces        = internal("edge", "wire", "web")
	notInTheRoom = []string{"database/sql", "net/http", "html/template", "github.com/jackc/pgx", "modernc.org/sqlite", "zombiezen.com/go/sqlite"}
)

// places is the whole house, and the one list of its rooms and arrows. The first place
// whose tree holds a package is its place. A room's own tree is always allowed to it.
var places = slices.Concat(
	[]place{
		{trees: []string{"signed"}, strict: true},
		{trees: []string{"client"}, allows: []string{"signed"}, strict: true},
		{trees: ground, denies: notInTheRoom},
		{trees: readers[2:], allows: readers, denies: notInTheRoom},
		{trees: internal("language"), allows: internal("calendar"), denies: notInTheRoom},
		{trees: leaves, allows: readers, denies: notInTheRoom},
		{trees: []string{"internal/tx"}, allows: leaves, denies: notInTheRoom},
	},
	each(internal(rooms...), place{allows: append([]string{"signed"}, leavesAndTx...), denies: notInTheRoom}),
	[]place{{trees: internal("outbound"), strict: true}},
	each(adapters, place{allows: append([]string{"internal/outbound"}, inner...)}),
	[]place{
		{trees: internal("store/storetest"), allows: append(internal("store", "wiring/pairs"), inner...)},
		{trees: internal("store"), allows: inner},
		{trees: internal("edge"), allows: append([]string{"signed"}, inner...)},
		{trees: internal("wire"), allows: append([]string{"signed", "internal/edge"}, inner...)},
		{trees: internal("web"), allows: append([]string{"signed", "internal/edge"}, inner...)},
		{trees: internal("arch")},
		{trees: internal("setup"), allows: ground, denies: notInTheRoom},
		{trees: internal("clientcmd"), allows: []string{"client", "signed", "internal/refusal"}, denies: notInTheRoom},
		{trees: internal("demo"), allows: append([]string{"client", "signed"}, inner...), denies: notInTheRoom[:1]},
		{trees: internal("wiring/pairs"), allows: inner, denies: notInTheRoom},
		{trees: internal("wiring"), allows: slices.Concat(adapters, faces, inner, internal("setup", "store"), []string{"signed"})},
		{trees: internal("server/servertest"), allows: slices.Concat(inner, internal("server", "wiring", "store"), []string{"client", "signed"})},
		{trees: internal("server"), allows: slices.Concat(inner, internal("setup", "wiring", "store", "edge", "geo", "metrics"))},
		{trees: internal("cli"), allows: slices.Concat(inner, internal("setup", "server", "wiring", "store", "mail", "demo", "clientcmd"), []string{"signed"})},
		{trees: []string{"bench", "test"}, allows: []string{"client", "signed", "internal"}},
		{trees: []string{"cmd"}, allows: []string{"internal/cli"}},
	},
)

// suites is what the suite of a room, its external test package, may import. It drives
// the room's services on real databases, and never the whole program, so that a room's
// tests are built in seconds.
var suites = slices.Concat([]string{"signed"}, internal("store", "wiring/pairs", "mail"), inner)

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
