package arch_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// properNames begin with a capital, or hold one, and are nothing of ours.
var properNames = []string{
	"Chancery", "Chromium", "Debian", "Ed25519", "English", "Go", "IPtoASN", "OpenAPI", "OpenID", "PostgreSQL", "Prometheus", "SQLite", "Standard", "Unix",
	"WebAuthn", "Webhooks", "X25519",
}

var (
	wordOfDoc    = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*`)
	qualified    = regexp.MustCompile(`\b([a-z]+)\.([A-Z][A-Za-z0-9]*)`)
	capitalised  = regexp.MustCompile(`[a-z0-9,)] ([A-Z][A-Za-z0-9]*)`)
	humped       = regexp.MustCompile(`\b[A-Z]+[a-z0-9]+[A-Z][A-Za-z0-9]*`)
	fileOfDoc    = regexp.MustCompile(`[\w*/.-]+\.(?:go|md|json|js|sh)\b`)
	folderOfDoc  = regexp.MustCompile(`(?:^|[\s(])([a-z][a-z0-9]*(?:/[a-z0-9]+)+)(?:/?[\s,.;:)]|$)`)
	packageOfDoc = regexp.MustCompile(`(?:\(package|\b(?:and|by|from|in|is|of|see|to|use|uses|with) package|\bPackage|\bthe room) ([a-z]+)\b`)
	tableOfDoc   = regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`)
)

// described is a package as its doc.go and its code tell of it.
type described struct {
	pkg      string // import path without the module
	dir      string
	text     string          // of the package comment
	declares map[string]bool // names of types, functions, methods, fields, constants and variables
	services []string        // exported types that New, or a function that begins so, makes
}

// describe reads a package.
func describe(pkg listed) (described, error) {
	d := described{pkg: strings.TrimPrefix(pkg.ImportPath, module+"/"), dir: pkg.Dir, declares: map[string]bool{}}
	for _, name := range slices.Concat(pkg.GoFiles, pkg.TestGoFiles, pkg.XTestGoFiles) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return d, err
		}
		if name == "doc.go" {
			d.text = file.Doc.Text()
		}
		d.take(file, strings.HasSuffix(name, "_test.go"))
	}

	return d, nil
}

// take adds what a file declares.
func (d *described) take(file *ast.File, test bool) {
	ast.Inspect(file, func(node ast.Node) bool {
		var names []*ast.Ident
		switch node := node.(type) {
		case *ast.FuncDecl:
			names = []*ast.Ident{node.Name}
			if made := makes(node); made != "" && !test {
				d.services = append(d.services, made)
			}
		case *ast.TypeSpec:
			names = []*ast.Ident{node.Name}
		case *ast.ValueSpec:
			names = node.Names
		case *ast.Field:
			names = node.Names
		}
		for _, name := range names {
			d.declares[name.Name] = true
		}

		return true
	})
}

// makes returns the exported type that a function named New... returns a pointer to, or "".
func makes(f *ast.FuncDecl) string {
	if f.Recv != nil || !strings.HasPrefix(f.Name.Name, "New") || f.Type.Results == nil {
		return ""
	}
	pointer, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	made, ok := pointer.X.(*ast.Ident)
	if !ok || !made.IsExported() {
		return ""
	}

	return made.Name
}

// truth is what comments are compared with.
type truth struct {
	root     string // folder of the module
	packages []described
	words    map[string]bool // of the migrations: names of tables and columns are among them
	standard func(importPath string) bool
}

// named are the packages that a comment calls by a name.
func (t truth) named(name string) []described {
	return slices.DeleteFunc(slices.Clone(t.packages), func(o described) bool { return path.Base(o.pkg) != name })
}

// declaredWithin reports whether a package, or one below it, declares a name.
func (t truth) declaredWithin(pkg, name string) bool {
	return slices.ContainsFunc(t.packages, func(o described) bool { return within(o.pkg, pkg) && o.declares[name] })
}

// untrue returns one sentence for each thing that a package's comment names and that is
// not there, and for each service of a room that it does not name.
func (t truth) untrue(d described) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, d.pkg+"/doc.go "+fmt.Sprintf(format, args...)) }
	flat := strings.Join(strings.Fields(strings.ReplaceAll(d.text, "\n\n", ". ")), " ")

	for _, m := range qualified.FindAllStringSubmatch(flat, -1) {
		if found := t.named(m[1]); len(found) > 0 && !slices.ContainsFunc(found, func(o described) bool { return o.declares[m[2]] }) {
			say("names %s, which %s does not have", m[0], m[1])
		}
	}
	plain := qualified.ReplaceAllString(flat, "")
	names := humped.FindAllString(plain, -1)
	for _, m := range capitalised.FindAllStringSubmatch(plain, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if !isAcronym(name) && !slices.Contains(properNames, name) && !t.declaredWithin(d.pkg, name) {
			say("names %s, which the package does not have", name)
		}
	}
	for _, name := range fileOfDoc.FindAllString(flat, -1) {
		if !existsIn(name, d.dir, filepath.Join(d.dir, "*"), t.root) {
			say("names %s, which is not there", name)
		}
	}
	for _, m := range folderOfDoc.FindAllStringSubmatch(fileOfDoc.ReplaceAllString(flat, ""), -1) {
		if !t.standard(m[1]) && !existsIn(m[1], d.dir, t.root, filepath.Join(t.root, "internal")) {
			say("names the folder %s, which is not there", m[1])
		}
	}
	for _, m := range packageOfDoc.FindAllStringSubmatch(flat, -1) {
		if len(t.named(m[1])) == 0 {
			say("names the package %s, which is not there", m[1])
		}
	}
	if within(d.pkg, "internal/store") {
		for _, name := range tableOfDoc.FindAllString(flat, -1) {
			if !t.words[name] {
				say("names %s, which no migration makes", name)
			}
		}
	}
	if slices.Contains(internal(rooms...), d.pkg) {
		words := wordOfDoc.FindAllString(flat, -1)
		for _, service := range d.services {
			if !slices.Contains(words, service) {
				say("does not name %s, a service of the room", service)
			}
		}
	}

	return wrong
}

// isAcronym reports whether a name is written in capitals, but for an s.
func isAcronym(name string) bool {
	name = strings.TrimSuffix(name, "s")

	return strings.ToUpper(name) == name
}

// existsIn reports whether one of the folders has a file or folder; all may be patterns.
func existsIn(name string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		found, err := filepath.Glob(filepath.Join(folder, name))

		return err == nil && len(found) > 0
	})
}

// loadTruth reads the packages and the migrations.
func loadTruth(t *testing.T) truth {
	t.Helper()
	house := loadHouse(t)
	all := truth{root: filepath.Join("..", ".."), words: map[string]bool{}, standard: house.isStandard}
	for _, pkg := range house.own {
		d, err := describe(pkg)
		if err != nil {
			t.Fatal(err)
		}
		all.packages = append(all.packages, d)
	}
	migrations, err := filepath.Glob(filepath.Join(all.root, "internal/store/migrations/sqlite/*.sql"))
	if err != nil || len(migrations) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range migrations {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range wordOfDoc.FindAllString(string(text), -1) {
			all.words[word] = true
		}
	}

	return all
}

// Each doc.go tells the truth, as far as it can be compared: what it names is there, and
// that of a room names the room's services.
func TestDocsAreTrue(t *testing.T) {
	t.Parallel()
	all := loadTruth(t)
	for _, d := range all.packages {
		for _, sentence := range all.untrue(d) {
			t.Error(sentence)
		}
	}
}

// The comparison itself: each text is wrong in one thing, or in none.
func TestUntrue(t *testing.T) {
	t.Parallel()
	all := loadTruth(t)
	for text, want := range map[string]string{
		"Package audit seals; Sealer does.":                                       "",
		"Package audit seals.":                                                    "does not name Sealer",
		"Package audit has a Sealer and a Breaker.":                               "names Breaker",
		"Package audit: Sealer. UnsealerOfAll unseals.":                           "names UnsealerOfAll",
		"Package audit: Sealer, on SQLite, in Go, by HTTP, for APIs.":             "",
		"Package audit: Sealer, behind tx.Tx.Journal.":                            "",
		"Package audit: Sealer, behind tx.Diary.":                                 "names tx.Diary",
		"Package audit: Sealer, in seal.go and docs/audit-log.md.":                "",
		"Package audit: Sealer, in unseal.go.":                                    "names unseal.go",
		"Package audit: Sealer; store/audit and internal/tx.":                     "",
		"Package audit: Sealer; store/auditing.":                                  "names the folder store/auditing",
		"Package audit: Sealer; see package store, and the room identity.":        "",
		"Package audit: Sealer; see package shop.":                                "names the package shop",
		"Package audit: Sealer; that of the room cellar. Every package may call.": "names the package cellar",
	} {
		d := all.packages[slices.IndexFunc(all.packages, func(o described) bool { return o.pkg == "internal/audit" })]
		d.text = text
		if wrong := all.untrue(d); want == "" && len(wrong) > 0 || want != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], want)) {
			t.Errorf("%q: got %q, want %q", text, wrong, want)
		}
	}
}
