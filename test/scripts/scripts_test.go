package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"chancery/internal/cli"
	"chancery/internal/server/servertest"
	"chancery/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"chancery": func() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".txtar"), func(t *testing.T) {
			t.Parallel()
			toldInFull(t, file)
			t.Run("sqlite", func(t *testing.T) {
				t.Parallel()
				tell(t, file, "sqlite", func(env *testscript.Env) {
					env.Setenv("CHANCERY_DATA", filepath.Join(env.WorkDir, "data"))
				})
			})
			t.Run("postgres", func(t *testing.T) {
				t.Parallel()
				url, key := pgtest.Database(t), servertest.MasterKey(t)
				tell(t, file, "postgres", func(env *testscript.Env) {
					env.Setenv("CHANCERY_DATABASE", url)
					env.Setenv("CHANCERY_MASTER_KEY", key)
				})
			})
		})
	}
}

// toldInFull fails for a story that testscript's own commands would end early, as
// passed: nothing after that would ever be looked at.
func toldInFull(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, _, _ := strings.Cut("\n"+string(text), "\n-- ")
	for line := range strings.Lines(script) {
		for word := range strings.FieldsSeq(line) {
			if word == "stop" || word == "skip" {
				t.Fatalf("%s ends with %q before its end; shutdown stops a server", file, strings.TrimSpace(line))
			}
			if !strings.HasPrefix(word, "[") {
				break
			}
		}
	}
}

// tell runs one story on one engine.
func tell(t *testing.T, file, engine string, setup func(*testscript.Env)) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Files:              []string{file},
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			setup(env)
			env.Values[serversKey{}] = servers{}
			return nil
		},
		Condition: func(cond string) (bool, error) { return cond == engine, nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "shutdown": shutdown, "crash": crash, "http": request, "json": compare, "jsonenv": jsonenv,
			"headerenv": headerenv, "need": need, "blocks": blocks,
		},
	})
}

// blocks writes the commands of a page of docs, all that it marks as sh, into a script
// that ends with the first that fails.
func blocks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: blocks PAGE.md SCRIPT")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", args[0]))
	ts.Check(err)
	script := "set -euo pipefail\n"
	for _, found := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllSubmatch(page, -1) {
		script += string(found[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(script), 0o600))
}

// need fails where a program of the system's is missing, and says how to get it.
// A story is never skipped.
func need(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: need PROGRAM")
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		ts.Fatalf("this story needs %s; run scripts/install.sh %[1]s", args[0])
	}
}
