package arch_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// maxLines is where a file is to be split.
const maxLines = 500

// emptyNames say nothing of what a package owns.
var emptyNames = []string{"utils", "util", "common", "helpers", "helper", "models", "types", "manager", "misc"}

// clocks may ask the machine for the time; everyone else is given a clock.
var clocks = []string{
	"internal/ident", "internal/cli", "internal/clientcmd", "internal/server", "internal/store/pgtest", "cmd", "bench", "client", "test",
}

// dateForms may read and write instants in forms of their own: other people's protocols,
// what stands in files and on command lines. Everyone else has internal/calendar.
var dateForms = []string{
	"internal/calendar", "internal/wire/slascone", "internal/wire/wellknown", "internal/audit", "internal/store/backup", "internal/cli", "internal/clientcmd",
	"client", "signed", "bench", "test",
}

// source is one file of a package of this module.
type source struct {
	pkg    string // the package's import path without the module
	name   string
	text   []byte
	test   bool
	syntax *ast.File
	files  *token.FileSet
}

// parse reads a file; the error names it.
func parse(pkg, name string, text []byte) (source, error) {
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, path.Join(pkg, name), text, parser.ParseComments|parser.SkipObjectResolution)

	return source{pkg, name, text, strings.HasSuffix(name, "_test.go"), syntax, files}, err
}

// imports returns the name that the file calls a package by, or "".
func (s source) imports(imported string) string {
	for _, spec := range s.syntax.Imports {
		if spec.Path.Value != `"`+imported+`"` {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}

		return path.Base(imported)
	}

	return ""
}

// wrongs returns one sentence for each rule that the file breaks.
func (s source) wrongs() []string {
	var wrong []string
	lines := bytes.Count(s.text, []byte("\n"))
	if lines > maxLines && !ast.IsGenerated(s.syntax) {
		wrong = append(wrong, fmt.Sprintf("%s/%s has %d lines: split it, %d is the most", s.pkg, s.name, lines, maxLines))
	}
	clock := s.imports("time")
	inTesting := s.imports("testing") != ""
	ast.Inspect(s.syntax, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			from, ok := node.X.(*ast.Ident)
			if !ok || clock == "" || from.Name != clock {
				return true
			}
			at := s.files.Position(node.Pos())
			switch node.Sel.Name {
			case "Sleep":
				if s.test {
					wrong = append(wrong, fmt.Sprintf("%s: a test waits for a signal, it does not sleep", at))
				}
			case "Now", "Since", "Until":
				if !s.test && !withinAny(s.pkg, clocks) {
					wrong = append(wrong, fmt.Sprintf("%s: time.%s reads the machine's clock; take an ident.Clock", at, node.Sel.Name))
				}
			case "Parse", "ParseInLocation", "DateOnly", "DateTime", "RFC3339", "RFC3339Nano":
				if !s.test && !withinAny(s.pkg, dateForms) {
					wrong = append(wrong, fmt.Sprintf("%s: time.%s is a form of dates of its own; take internal/calendar", at, node.Sel.Name))
				}
			}
		case *ast.CallExpr:
			call, ok := node.Fun.(*ast.SelectorExpr)
			if ok && inTesting && len(node.Args) == 0 && (call.Sel.Name == "Skip" || call.Sel.Name == "SkipNow") {
				wrong = append(wrong, fmt.Sprintf("%s: a test that is skipped says why", s.files.Position(node.Pos())))
			}
		}

		return true
	})

	return wrong
}

func TestFilesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, pkg := range loadHouse(t).own {
		inModule := strings.TrimPrefix(strings.TrimPrefix(pkg.ImportPath, module), "/")
		for _, name := range slices.Concat(pkg.GoFiles, pkg.CgoFiles, pkg.IgnoredGoFiles, pkg.TestGoFiles, pkg.XTestGoFiles) {
			text, err := os.ReadFile(filepath.Join(pkg.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			file, err := parse(inModule, name, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, sentence := range file.wrongs() {
				t.Error(sentence)
			}
		}
	}
}

func TestPackagesSayWhatTheyOwn(t *testing.T) {
	t.Parallel()
	for _, pkg := range loadHouse(t).own {
		if !slices.Contains(pkg.GoFiles, "doc.go") && !slices.Contains(pkg.GoFiles, "main.go") {
			t.Errorf("%s has no doc.go", pkg.ImportPath)
		}
		if slices.Contains(emptyNames, path.Base(pkg.ImportPath)) || slices.Contains(emptyNames, pkg.Name) {
			t.Errorf("%s: the name says nothing; name it for what it owns", pkg.ImportPath)
		}
	}
}

// The rules themselves: each text breaks one, or none. The spaces before some
// brackets keep these texts out of a plain search for the same slips.
func TestWrongs(t *testing.T) {
	t.Parallel()
	const long = "package x\n"
	for name, test := range map[string]struct {
		pkg, file, text string
		want            string // part of the only sentence; "" when the file is right
	}{
		"long":             {"internal/x", "x.go", long + strings.Repeat("\n", maxLines), "501 lines"},
		"long enough":      {"internal/x", "x.go", long + strings.Repeat("\n", maxLines-1), ""},
		"long, generated":  {"internal/x", "x.go", "// Code generated by y. DO NOT EDIT.\n\n" + long + strings.Repeat("\n", maxLines), ""},
		"now":              {"internal/x", "x.go", "package x\nimport \"time\"\nvar _ = time.Now()", "x.go:3:9: time.Now"},
		"now as a value":   {"internal/x", "x.go", "package x\nimport \"time\"\nvar _ = time.Now", "time.Now"},
		"now, renamed":     {"internal/x", "x.go", "package x\nimport clock \"time\"\nvar _ = clock.Now()", "time.Now"},
		"since":            {"internal/x", "x.go", "package x\nimport \"time\"\nvar _ = time.Since(y)", "time.Since"},
		"now in a clock":   {"internal/ident", "x.go", "package x\nimport \"time\"\nvar _ = time.Now()", ""},
		"now in a test":    {"internal/x", "x_test.go", "package x\nimport \"time\"\nvar _ = time.Now()", ""},
		"somebody's now":   {"internal/x", "x.go", "package x\nimport \"time\"\nvar _ = clock.Now().Add(time.Hour)", ""},
		"a date":           {"internal/x", "x.go", "package x\nimport \"time\"\nvar _, _ = time.Parse(y, z)", "internal/calendar"},
		"a form":           {"internal/x", "x.go", "package x\nimport \"time\"\nvar _ = y.Format(time.DateOnly)", "internal/calendar"},
		"a date in a test": {"internal/x", "x_test.go", "package x\nimport \"time\"\nvar _ = y.Format(time.DateOnly)", ""},
		"the calendar's":   {"internal/calendar", "x.go", "package x\nimport \"time\"\nvar _ = y.Format(time.DateOnly)", ""},
		"sleep in a test":  {"internal/x", "x_test.go", "package x\nimport \"time\"\nfunc f() { time.Sleep (1) }", "does not sleep"},
		"sleep elsewhere":  {"internal/x", "x.go", "package x\nimport \"time\"\nfunc f() { time.Sleep (1) }", ""},
		"bare skip":        {"internal/x", "x_test.go", "package x\nimport \"testing\"\nfunc f(t *testing.T) { t.Skip () }", "says why"},
		"bare skip now":    {"internal/x", "x.go", "package x\nimport \"testing\"\nfunc f(t testing.TB) { t.SkipNow() }", "says why"},
		"skip with reason": {"internal/x", "x_test.go", "package x\nimport \"testing\"\nfunc f(t *testing.T) { t.Skip(1) }", ""},
		"another skip":     {"internal/x", "x.go", "package x\nfunc f(s scanner) { s.Skip() }", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := parse(test.pkg, test.file, []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			wrong := file.wrongs()
			if test.want == "" && len(wrong) > 0 || test.want != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], test.want)) {
				t.Errorf("got %q, want %q", wrong, test.want)
			}
		})
	}
}
