package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// protocols are phrases in which a word stands as a protocol, or the thing itself, calls it.
var protocols = regexp.MustCompile(`(?i)token keys?|access tokens?|a place is a token|server's own machine|its own machine`)

// quoted are lines of documentation that quote refusals of the wire, word by word.
var quoted = regexp.MustCompile(`^\| \d{4,5} \|`)

var (
	// running are the pages that speak of the machines that the server runs on, and of
	// building it.
	running = []string{"README.md", "CONTRIBUTING.md", "docs/operate.md", "docs/performance.md", "docs/users.md", "docs/mail.md"}

	// notForUsers says what was, or what is given up.
	notForUsers = []string{"CHANGELOG.md", "docs/glossary.md"}

	// speaking is the code whose sentences people read.
	speaking = []string{
		"internal/web/", "internal/wire/manage/", "internal/clientcmd/", "internal/terms/", "internal/licensing/", "internal/floating/",
		"internal/metering/", "internal/catalog/", "internal/customers/", "internal/vendors/", "internal/identity/", "internal/access/",
		"internal/imports/", "internal/erasure/", "internal/outbox/", "internal/mailing/", "internal/keyring/",
	}
)

// TestOneWordForEachThing holds what people read against the words that the
// glossary gives up.
func TestOneWordForEachThing(t *testing.T) {
	t.Parallel()
	words, seen := givenUp(t), 0
	check := func(place string, line int, text string, words []string) {
		seen++
		text = protocols.ReplaceAllString(text, "")
		for _, w := range words {
			if at := regexp.MustCompile(`(?i)\b` + w + `s?\b`).FindStringIndex(text); at != nil {
				t.Errorf("%s:%d says %q, which docs/glossary.md gives up: %s", place, line, w, text[max(0, at[0]-40):min(len(text), at[1]+40)])
			}
		}
	}
	walk(t, func(name string, text []byte) {
		switch {
		case strings.HasSuffix(name, ".html") && strings.HasPrefix(name, "internal/web/"):
			for n, line := range strings.Split(string(text), "\n") {
				check(name, n+1, shown(line), words)
			}
		case strings.HasSuffix(name, ".go") && slices.ContainsFunc(speaking, func(p string) bool { return strings.HasPrefix(name, p) }):
			for line, said := range sentences(t, name, text) {
				check(name, line, said, words)
			}
		case slices.Contains(notForUsers, name), strings.HasPrefix(name, "docs/adr/"), !strings.HasSuffix(name, ".md"), strings.Contains(name, "/") && !strings.HasPrefix(name, "docs/"):
		default:
			w := words
			if slices.Contains(running, name) {
				w = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "machine" || w == "job" })
			}
			for n, line := range prose(string(text)) {
				check(name, n+1, line, w)
			}
		}
	}, ".html", ".go", ".md")
	if seen < 5000 {
		t.Errorf("only %d lines were looked at", seen)
	}
}

// givenUp are the words in the last column of the glossary's table.
func givenUp(t *testing.T) (words []string) {
	t.Helper()
	for line := range strings.SplitSeq(page(t, "glossary.md"), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) == 5 {
			for _, m := range regexp.MustCompile(`\*([a-z ]+)\*`).FindAllStringSubmatch(cells[3], -1) {
				words = append(words, m[1])
			}
		}
	}
	if len(words) < 5 {
		t.Fatalf("the glossary gives up %q", words)
	}
	return words
}

// prose gives the lines of a page without code, addresses and quotations of the wire.
func prose(page string) []string {
	lines, code := strings.Split(page, "\n"), false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if code = code != fence; code || fence || quoted.MatchString(line) {
			lines[i] = ""
			continue
		}
		lines[i] = regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)|https?://\\S+").ReplaceAllString(line, " ")
	}
	return lines
}

// shown is what a line of a template shows: its text, and what is read aloud.
func shown(line string) string {
	line = regexp.MustCompile(`\{\{.*?\}\}`).ReplaceAllString(line, " ")
	said := regexp.MustCompile(`(?:title|aria-label|placeholder|alt)="([^"]*)"`).FindAllString(line, -1)
	return regexp.MustCompile(`<[^>]*>|<[^>]*$|^[^<]*[a-z-]+="[^"]*"[^<>]*>`).ReplaceAllString(line, " ") + " " + strings.Join(said, " ")
}

// sentences are the string literals of a file that people may read, by their line:
// those with a space in them, and of the tags of fields what documents them.
func sentences(t *testing.T, file string, source []byte) map[int]string {
	t.Helper()
	if strings.HasSuffix(file, "_test.go") {
		return nil
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[int]string)
	ast.Inspect(parsed, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err == nil && lit.Value[0] == '`' {
			_, text, _ = strings.Cut(text, `doc:"`)
		}
		if strings.Contains(text, " ") {
			found[fset.Position(lit.Pos()).Line] += text + " "
		}
		return true
	})
	return found
}
