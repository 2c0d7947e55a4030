package docs_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	named    = regexp.MustCompile(`\bdocs/[a-z0-9/_-]+\.md(?:#[a-z0-9-]+)?`)
	ruled    = regexp.MustCompile(`(docs/rules/[a-z]+\.md), rules? ((?:\d+(?:, | and | to )?)+)`)
	bareRule = regexp.MustCompile(`(?i)\brules? \d`)
	fenced   = regexp.MustCompile("(?s)```.*?```")
)

// anchorsOf are the anchors of a page, as GitHub makes them of its headings.
func anchorsOf(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	headings := heading.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1)
	all := make([]string, 0, len(headings))
	for _, h := range headings {
		kept := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127:
				return r
			}
			return -1
		}, strings.ToLower(h[1]))
		all = append(all, kept)
	}
	return all
}

// leads checks that a page, and its anchor, are there.
func leads(t *testing.T, from, to string) {
	t.Helper()
	file, anchor, _ := strings.Cut(to, "#")
	if _, err := os.Stat(filepath.Join(root, file)); err != nil {
		t.Errorf("%s names %s, which is not there", from, file)
		return
	}
	if anchor != "" && strings.HasSuffix(file, ".md") && !slices.Contains(anchorsOf(t, file), anchor) {
		t.Errorf("%s names %s, which has no heading for #%s", from, file, anchor)
	}
}

// walk gives the files of the repository with one of the endings, by their paths.
func walk(t *testing.T, visit func(name string, text []byte), endings ...string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := path.Base(name); name != "." && strings.HasPrefix(base, ".") || base == "node_modules" || base == "bin" {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains(endings, path.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		visit(name, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every link of a page leads somewhere.
func TestLinksOfPagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	seen := 0
	walk(t, func(name string, text []byte) {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
			to := m[1]
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			seen++
			if strings.HasPrefix(to, "#") {
				to = path.Base(name) + to
			}
			leads(t, name, path.Join(path.Dir(name), to))
		}
	}, ".md")
	if seen < 100 {
		t.Errorf("only %d links were looked at", seen)
	}
}

// Every page that code, a template or a script names is there.
func TestPagesThatCodeNamesAreThere(t *testing.T) {
	t.Parallel()
	seen := 0
	walk(t, func(name string, text []byte) {
		for _, to := range named.FindAllString(string(text), -1) {
			seen++
			leads(t, name, to)
		}
	}, ".go", ".html", ".sql", ".sh", ".txtar", ".yml")
	if seen < 15 {
		t.Errorf("only %d names of pages were looked at", seen)
	}
}

// A comment that speaks of a rule names its page, and the rule is there.
func TestRulesThatCodeNamesAreThere(t *testing.T) {
	t.Parallel()
	seen := 0
	walk(t, func(name string, text []byte) {
		if !strings.HasPrefix(name, "internal/") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range file.Comments {
			said := strings.Join(strings.Fields(group.Text()), " ")
			for _, m := range ruled.FindAllStringSubmatch(said, -1) {
				seen++
				anchors := anchorsOf(t, m[1])
				for _, n := range regexp.MustCompile(`\d+`).FindAllString(m[2], -1) {
					if !slices.Contains(anchors, "rule-"+n) {
						t.Errorf("%s names rule %s of %s, which is not there", name, n, m[1])
					}
				}
			}
			if bareRule.MatchString(ruled.ReplaceAllString(said, "")) {
				t.Errorf("%s speaks of a rule without naming its page: %s", name, said)
			}
		}
	}, ".go")
	if seen < 10 {
		t.Errorf("only %d rules were looked at", seen)
	}
}

// The rules of a page are numbered from 1 without a gap.
func TestRulesAreNumbered(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "rules", "*.md"))
	if err != nil || len(pages) < 4 {
		t.Fatalf("%v %v", pages, err)
	}
	for _, file := range pages {
		n := 0
		for _, anchor := range anchorsOf(t, path.Join("docs/rules", filepath.Base(file))) {
			if number, is := strings.CutPrefix(anchor, "rule-"); is {
				if n++; number != strconv.Itoa(n) {
					t.Errorf("%s: rule %s stands where rule %d should", file, number, n)
				}
			}
		}
	}
}
