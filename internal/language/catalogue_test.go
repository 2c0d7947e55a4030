package language

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// spoken are the folders whose people are spoken to in their language, below the
// repository's root: code and templates of theirs hold no text but through the catalogue.
func spoken() []string {
	return []string{
		"internal/web", "internal/web/templates", "internal/web/pages", "internal/web/entrance", "internal/web/account",
		"internal/web/people", "internal/web/portal", "internal/web/prepaid",
	}
}

// use is where a text is used.
type use struct{ text, place string }

// TestTheCatalogue: each language has every text that is used, with the same arguments,
// and none that is not.
func TestTheCatalogue(t *testing.T) {
	t.Parallel()
	used := uses(t)
	places := map[string]string{}
	for _, u := range used {
		places[u.text] = u.place
	}
	if len(places) < 150 {
		t.Fatalf("only %d texts were found", len(places))
	}
	saids := map[string]bool{}
	for _, text := range sentences(t) {
		saids[text] = true
	}
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		f, err := parse(l.code)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range slices.Sorted(maps.Keys(places)) {
			own, has := f.Texts[text]
			switch {
			case l.code == english && !has:
				own.one = text
			case !has:
				t.Errorf("texts/%s.json lacks %q (%s)", l.code, text, places[text])
				continue
			}
			for _, words := range own.forms() {
				if wrong := differ(text, words, own.plurals != nil); wrong != "" {
					t.Errorf("texts/%s.json, %q: %s", l.code, text, wrong)
				}
			}
		}
		for _, text := range slices.Sorted(maps.Keys(f.Texts)) {
			if places[text] == "" {
				t.Errorf("texts/%s.json has %q, which nobody uses", l.code, text)
			}
		}
		if l.code == english {
			continue
		}
		for text := range saids {
			if f.Said[text] == "" {
				t.Errorf("texts/%s.json lacks what rooms say: %q", l.code, text)
			}
		}
		for _, text := range slices.Sorted(maps.Keys(f.Said)) {
			if !saids[text] {
				t.Errorf("texts/%s.json has %q, which no room says", l.code, text)
			}
		}
	}
}

func (t text) forms() []string {
	if t.plurals == nil {
		return []string{t.one}
	}
	return slices.Collect(maps.Values(t.plurals))
}

var verbs = regexp.MustCompile(`%(\[\d+\])?[a-z%]`)

// differ says where a translation takes other arguments than the text. In a plural the
// number may be left out: "one device".
func differ(text, words string, plural bool) string {
	has := arguments(words)
	for n, verb := range arguments(text) {
		if got, ok := has[n]; !ok && (!plural || verb != "d") || ok && got != verb {
			return fmt.Sprintf("argument %d is %q, and %q in the translation", n, verb, got)
		}
		delete(has, n)
	}
	if len(has) > 0 {
		return "the translation takes more arguments"
	}
	if strings.TrimSpace(words) != words || words == "" {
		return "the translation is empty, or has blanks at its ends"
	}
	return ""
}

func arguments(text string) map[int]string {
	found, n := map[int]string{}, 0
	for _, v := range verbs.FindAllString(text, -1) {
		if v == "%%" {
			continue
		}
		n++
		if at, _, ok := strings.Cut(v, "]"); ok {
			n, _ = strconv.Atoi(at[2:])
		}
		found[n] = v[len(v)-1:]
	}
	return found
}

// A language's file has each text once, in order: two who add texts at once do so in
// different places.
func TestFilesAreInOrder(t *testing.T) {
	t.Parallel()
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range all.Codes() {
		b, err := files.ReadFile("texts/" + code + ".json")
		if err != nil {
			t.Fatal(err)
		}
		last, in := "", ""
		for line := range strings.SplitSeq(string(b), "\n") {
			if m := regexp.MustCompile(`^  "(\w+)": \{$`).FindStringSubmatch(line); m != nil {
				in, last = m[1], ""
			}
			m := regexp.MustCompile(`^    ("(?:[^"\\]|\\.)*"): `).FindStringSubmatch(line)
			if m == nil || in == "dates" {
				continue
			}
			var key string
			if err := json.Unmarshal([]byte(m[1]), &key); err != nil {
				t.Fatal(err)
			}
			if key <= last {
				t.Errorf("texts/%s.json: %q stands behind %q", code, key, last)
			}
			last = key
		}
		if bytes.Contains(b, []byte("\t")) {
			t.Errorf("texts/%s.json has tabs", code)
		}
	}
}

// TestNoTextInTemplates: what a template shows comes from the catalogue.
func TestNoTextInTemplates(t *testing.T) {
	t.Parallel()
	seen := 0
	inSpoken(t, ".html", func(name string, source []byte) {
		seen++
		for _, text := range literals(string(source)) {
			t.Errorf("%s shows %q, which is not from the catalogue: write {{t %q}}", name, text, text)
		}
	})
	if seen < 10 {
		t.Errorf("only %d templates were looked at", seen)
	}
	for source, want := range map[string]string{
		`<p class="x">{{.Text}} · <b>→</b></p>`: "",
		`<p>Hello</p>`: "Hello",
		`<a title="Copy" href="/x">{{t "Copy"}}</a>`:                            "Copy",
		"<a\n  aria-label=\"{{if .X}}Open{{end}}\">{{.Y}}</a>":                  "Open",
		`<span{{if .Mono}} class="app-mono"{{else}} class="x"{{end}}></span>`:   "",
		`<script src="{{asset "x.js"}}"></script><svg><path d="M1 1h2"/></svg>`: "",
		`<a href="{{.X}}">CSV</a>`:                                              "",
		`{{/* A note */}}{{define "x"}}{{if eq .A "b"}}c{{end}}{{end}}`:         "c",
	} {
		if got := strings.Join(literals(source), "|"); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

// same are words that are the same in every language: names, and attributes in a part of
// a template that stands within a tag.
func same() []string {
	return []string{"Chancery", "· Chancery", "CSV", "API", "IP", "UTC", "license.xml", "acme", "Authorization: Bearer cht_…", "required", "readonly", "autofocus", "data-looks"}
}

var (
	actions    = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	attributes = regexp.MustCompile(`(?s)(?:^|[\s"}])(title|aria-label|placeholder|alt|data-label)="([^"]*)"`)
	tags       = regexp.MustCompile(`(?s)<[^>]*>`)
	letters    = regexp.MustCompile(`\pL`)
)

// literals are the texts that a template holds itself.
func literals(source string) (found []string) {
	source = actions.ReplaceAllStringFunc(source, func(a string) string { return strings.Repeat("\n", 1+strings.Count(a, "\n")) })
	for _, m := range attributes.FindAllStringSubmatch(source, -1) {
		found = append(found, m[2])
	}
	source = regexp.MustCompile(`[\w:-]+="[^"]*"`).ReplaceAllString(source, "")
	found = append(found, strings.Split(tags.ReplaceAllString(source, "\n"), "\n")...)
	for i := range found {
		found[i] = strings.TrimSpace(found[i])
	}
	return slices.DeleteFunc(found, func(s string) bool { return !letters.MatchString(s) || slices.Contains(same(), s) })
}

// inSpoken goes through the files of the folders that speak.
func inSpoken(t *testing.T, ending string, fn func(name string, source []byte)) {
	t.Helper()
	for _, dir := range spoken() {
		root := filepath.Join("..", "..", dir)
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name != root && (dir == "internal/web" || dir == "internal/web/templates") {
					return fs.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(name, ending) || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			source, err := os.ReadFile(name)
			fn(strings.TrimPrefix(filepath.ToSlash(name), "../../"), source)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// uses are all texts that code, templates and scripts take from the catalogue.
func uses(t *testing.T) (all []use) {
	t.Helper()
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			place := strings.TrimPrefix(filepath.ToSlash(name), "../../")
			switch filepath.Ext(name) {
			case ".go":
				all = append(all, inCode(t, place, source)...)
			case ".html":
				all = append(all, inTemplate(place, string(source))...)
			case ".js":
				for _, m := range regexp.MustCompile(`\bt\(("(?:[^"\\]|\\.)*")\)`).FindAllStringSubmatch(string(source), -1) {
					text, _ := strconv.Unquote(m[1])
					all = append(all, use{text, place})
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func inTemplate(place, source string) (all []use) {
	for _, action := range actions.FindAllString(source, -1) {
		for _, m := range regexp.MustCompile(`(?:^\{\{-?|[\s(|])\s*t ("(?:[^"\\]|\\.)*")`).FindAllStringSubmatch(action, -1) {
			text, _ := strconv.Unquote(m[1])
			all = append(all, use{text, place})
		}
	}
	return all
}

// inCode finds the texts that code takes by T, and the words of badges. What T is called
// with must be a constant text.
func inCode(t *testing.T, place string, source []byte) (all []use) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, place, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n ast.Node) string { return fmt.Sprintf("%s:%d", place, set.Position(n.Pos()).Line) }
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || called.Sel.Name != "T" && (called.Sel.Name != "Mark" || typeName(called.X) != "language") || len(n.Args) == 0 {
				return true
			}
			text, constant := literal(n.Args[0])
			switch {
			case constant:
				all = append(all, use{text, at(n)})
			case place != "internal/language/language.go" && !forwards(n):
				t.Errorf("%s: the text of T is not constant, so nobody can find it", at(n))
			}
		case *ast.CompositeLit:
			if name := typeName(n.Type); name != "Badge" || !strings.HasPrefix(place, "internal/web/") || strings.HasPrefix(place, "internal/web/console/") {
				return true
			}
			for _, e := range n.Elts {
				pair, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if key, ok := pair.Key.(*ast.Ident); ok && (key.Name == "Word" || key.Name == "Hint") {
					if text, constant := literal(pair.Value); constant {
						all = append(all, use{text, at(pair)})
					}
				}
			}
		}
		return true
	})
	return all
}

// forwards reports whether a call hands on what it was given itself: T(text, args...).
func forwards(call *ast.CallExpr) bool {
	text, ok := call.Args[0].(*ast.Ident)
	return ok && text.Name == "text" && call.Ellipsis.IsValid()
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal is a constant text: "…", or several joined by +.
func literal(e ast.Expr) (text string, constant bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		a, one := literal(e.X)
		b, two := literal(e.Y)
		return a + b, one && two && e.Op == token.ADD
	case *ast.ParenExpr:
		return literal(e.X)
	}
	return "", false
}

// What scripts say stands in the list that pages carry.
func TestScriptsSayWhatPagesCarry(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../web/language.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range uses(t) {
		if strings.HasSuffix(u.place, ".js") && !bytes.Contains(source, []byte(strconv.Quote(u.text))) {
			t.Errorf("%s says %q, which scriptWords of internal/web does not have", u.place, u.text)
		}
	}
}
