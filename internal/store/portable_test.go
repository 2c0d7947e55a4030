package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// unportable is what a text for both engines can't say, with an example of each.
// A pattern is matched against the text with its blanks folded to one.
var unportable = []struct{ what, pattern, example string }{
	{"row locks are the Dialect's", `\bFOR (NO KEY )?(UPDATE|SHARE)\b`, "SELECT 1 FOR UPDATE"},
	{"row locks are the Dialect's", `\bSKIP LOCKED\b`, "SELECT 1 SKIP LOCKED"},
	{"= ANY: use IN with one placeholder each", `\b(ANY|ALL) ?\(`, "WHERE id = ANY($1)"},
	{"LIKE minds the case on one engine only: fold, and use a range", `\bI?LIKE\b`, "WHERE a ILIKE $1"},
	{"GLOB", `\bGLOB\b`, "WHERE a GLOB $1"},
	{"the larger of two is the Dialect's", `\b(GREATEST|LEAST) ?\(`, "GREATEST(a, b)"},
	{"the larger of two is the Dialect's", `\b(MAX|MIN) ?\((\([^()]*\)|[^(),])*,`, "MAX(a, b)"},
	{"time is the transaction's", `(?i)\b(now|datetime|strftime|unixepoch) ?\(|\bCURRENT_(TIMESTAMP|DATE|TIME)\b`, "at < now()"},
	{"data-modifying CTE", `\bAS (NOT MATERIALIZED |MATERIALIZED )?\( ?(INSERT|UPDATE|DELETE)\b`, "WITH a AS (DELETE FROM b RETURNING id)"},
	{"SUM of bigint is numeric: CAST(SUM(x) AS BIGINT)", `\bSUM ?\(`, "SELECT SUM(n)"},
	{"a bare parameter in IS NULL has no type: CAST it", `\$\d+ IS (NOT )?NULL`, "WHERE $1 IS NULL"},
	{"the order of NULL: sort by a column that is NOT NULL", `\bNULLS (FIRST|LAST)\b`, "ORDER BY a NULLS LAST"},
	{"explicit columns", `\b(SELECT|RETURNING) (\w+\.)?\*`, "SELECT * FROM a"},
	{"casts are CAST(x AS y)", `::\w`, "$1::bigint"},
	{"ON CONFLICT, not INSERT OR", `\b(INSERT|UPDATE) OR \w`, "INSERT OR IGNORE INTO a"},
	{"REPLACE INTO", `\bREPLACE INTO\b`, "REPLACE INTO a"},
	{"COALESCE", `\b(IFNULL|NVL|ISNULL) ?\(`, "IFNULL(a, 0)"},
	{"booleans are 0 and 1", `\b(TRUE|FALSE)\b`, "WHERE a = TRUE"},
	{"rowid", `(?i)\browid\b`, "SELECT rowid"},
	{"JSON is text", `\bJSONB?_\w+ ?\(|->>?`, "a ->> 'b'"},
	{"patterns", `~~?\*| SIMILAR TO `, "a ~* b"},
	{"DISTINCT ON", `\bDISTINCT ON\b`, "SELECT DISTINCT ON (a)"},
	{"array functions", `(?i)\b(unnest|array_agg|string_agg|group_concat|generate_series) ?\(|\bARRAY ?\[`, "unnest($1)"},
	{"LATERAL", `\bLATERAL\b`, "JOIN LATERAL"},
}

var (
	blanks  = regexp.MustCompile(`\s+`)
	castSum = regexp.MustCompile(`\bCAST ?\( ?(COALESCE ?\( ?)?SUM ?\(`) // the one way to write a sum
	sqlish  = regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|AND|OR|ORDER BY|FROM|JOIN|VALUES|RETURNING|CAST|COALESCE|CASE)\b`)
)

// compiled are the patterns, in the order of unportable.
var compiled = func() (all []*regexp.Regexp) {
	for _, u := range unportable {
		all = append(all, regexp.MustCompile(u.pattern))
	}
	return all
}()

// except names what a file may say all the same.
var except = map[string]string{
	"backup/write.go": "explicit columns", // it copies each table, whatever columns the schema at hand has
}

// saysUnportable gives what a text can't say on both engines.
func saysUnportable(text string) (what []string) {
	text = castSum.ReplaceAllString(blanks.ReplaceAllString(text, " "), "CAST(")
	for i, u := range unportable {
		if compiled[i].MatchString(text) {
			what = append(what, u.what)
		}
	}
	return what
}

func TestThePatternsFindTheirExamples(t *testing.T) {
	t.Parallel()
	for _, u := range unportable {
		if !slices.Contains(saysUnportable(u.example), u.what) {
			t.Errorf("%s: not found in %q", u.pattern, u.example)
		}
	}
	for _, fine := range []string{
		`SELECT CAST(SUM(n) AS BIGINT), MAX(a) FROM b WHERE c IN ($1, $2)`,
		`SELECT MAX(CASE WHEN (a) = 1 THEN 2 END), COUNT(*) FROM b`,
		`UPDATE a SET updated = $1 WHERE allowed = $2`,
	} {
		for _, what := range saysUnportable(fine) {
			t.Errorf("%q is found to say: %s", fine, what)
		}
	}
}

// One SQL text serves both engines. What differs is in dialect.go.
func TestSQLIsPortable(t *testing.T) {
	t.Parallel()
	texts := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path == "storetest" || path == "pgtest" || path == "migrations"):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go", strings.HasSuffix(path, "_test.go"), path == "dialect.go":
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if _, isImport := n.(*ast.ImportSpec); isImport {
				return false
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !sqlish.MatchString(text) {
				return true
			}
			texts++
			for _, what := range saysUnportable(text) {
				if except[path] != what {
					t.Errorf("%s: %s: %q", path, what, text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if texts < 60 {
		t.Errorf("only %d SQL texts were found", texts)
	}
}
