package docs_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chancery/internal/cli"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/mailing"
	"chancery/internal/outbox"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/web/show"
)

// page reads pages of docs/; "*" stands for all, with the README.
func page(t *testing.T, name string) string {
	t.Helper()
	files := []string{filepath.Join("..", "..", "docs", name)}
	if name == "*" {
		var err error
		if files, err = filepath.Glob(filepath.Join("..", "..", "docs", "*.md")); err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join("..", "..", "README.md"))
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		all.WriteByte('\n')
	}
	return all.String()
}

// help is what a command says of itself.
func help(t *testing.T, command ...string) string {
	t.Helper()
	var out, wrong bytes.Buffer
	if code := cli.Main(append(command, "--help"), &out, &wrong); code != 0 {
		t.Fatalf("%v: %d %s", command, code, wrong.String())
	}
	return out.String()
}

var (
	flag     = regexp.MustCompile(`\B--(?:\[no-\])?([a-z][a-z-]+)`)
	preset   = regexp.MustCompile(`(?m)^ +--([a-z-]+)=("?[a-z0-9]+"?) `)
	command  = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z-]+)?)  +[A-Z]`)
	inTicks  = regexp.MustCompile("`([^`\n]+)`")
	jsonTag  = regexp.MustCompile("json:\"([a-z_]+)")
	tableRow = regexp.MustCompile(`(?m)^\|.*\|$`)
)

// rowOf is the row of a table that names all this in its first column.
func rowOf(text string, names ...string) string {
	for _, row := range tableRow.FindAllString(text, -1) {
		cell := strings.Split(row, "|")[1]
		if !slices.ContainsFunc(names, func(name string) bool { return !strings.Contains(cell, name) }) {
			return row
		}
	}
	return ""
}

// Each flag of serve has its line, with its default; each command has one, too.
func TestFlagsAreTold(t *testing.T) {
	t.Parallel()
	operate := page(t, "operate.md")
	said := help(t, "serve")
	for _, f := range flag.FindAllStringSubmatch(said, -1) {
		name := f[1]
		if strings.Contains(f[0], "[no-]") {
			name = "no-" + name
		}
		if name != "help" && name != "config" && rowOf(operate, "`--"+name) == "" {
			t.Errorf("operate.md has no line for serve --%s", name)
		}
	}
	presets := preset.FindAllStringSubmatch(said, -1)
	if len(presets) < 8 {
		t.Fatalf("only %d defaults were found in\n%s", len(presets), said)
	}
	for _, p := range presets {
		if row, want := rowOf(operate, "`--"+p[1]), "`"+strings.Trim(p[2], `"`)+"`"; !strings.Contains(row, want) {
			t.Errorf("the default of --%s is %s: %s", p[1], want, row)
		}
	}
	commands := command.FindAllStringSubmatch(help(t), -1)
	if len(commands) < 20 {
		t.Fatalf("only %d commands were found", len(commands))
	}
	for _, c := range commands {
		first, second, _ := strings.Cut(c[1], " ")
		if first == "client" {
			second = "…"
		}
		if rowOf(operate, "`chancery "+first, second) == "" {
			t.Errorf("operate.md has no line for chancery %s", c[1])
		}
	}
}

// No page tells of a flag that no command has.
func TestFlagsThatAreToldExist(t *testing.T) {
	t.Parallel()
	have := []string{
		"head", "json", "out", "revoke", "root", "root-key", // of commands below, which the overview doesn't show
		"build-arg", "request", "header", "data-binary", "id-attr", "pubkey-pem", "pubkey-cert-pem", "verify", "time-stamping", "output", // of other programs
	}
	for _, c := range command.FindAllStringSubmatch(help(t), -1) {
		for _, f := range flag.FindAllStringSubmatch(help(t, strings.Fields(c[1])...), -1) {
			have = append(have, f[1], "no-"+f[1])
		}
	}
	for _, f := range flag.FindAllStringSubmatch(page(t, "*"), -1) {
		if !slices.Contains(have, f[1]) {
			t.Errorf("no command has the flag --%s", f[1])
		}
	}
}

// Each figure that /metrics serves of ours has its line, and no other has one.
func TestFiguresAreTold(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.MetricsListen = "127.0.0.1:0" })
	s.Do(t, "GET", "/healthz", nil)
	operator := servertest.Server{URL: s.Program.MetricsURL()}
	served := regexp.MustCompile(`(?m)^# TYPE (chancery_\w+)`).FindAllStringSubmatch(string(operator.Do(t, "GET", "", nil).Body), -1)
	if len(served) < 8 {
		t.Fatalf("only %d figures are served", len(served))
	}
	operate := page(t, "operate.md")
	names := make([]string, 0, len(served))
	for _, m := range served {
		names = append(names, m[1])
		if row := rowOf(operate, "`"+m[1]); row == "" {
			t.Errorf("operate.md has no line for %s", m[1])
		}
	}
	for _, told := range regexp.MustCompile("`(chancery_[a-z_]+)").FindAllStringSubmatch(page(t, "*"), -1) {
		if !slices.Contains(names, told[1]) {
			t.Errorf("there is no figure %s", told[1])
		}
	}
}

// Every mail that owners choose is named on the page of the dashboard as the account's page
// names it, and every word that owners meet is among the words.
func TestChoosableMailsAreTold(t *testing.T) {
	t.Parallel()
	dashboard := strings.Join(strings.Fields(page(t, "dashboard.md")), " ")
	for _, k := range mailing.Choosable() {
		if name := show.MailChoice(k); !strings.Contains(dashboard, "*"+name+"*") {
			t.Errorf("docs/dashboard.md does not name %s as the account's page does: *%s*", k, name)
		}
	}
	words := page(t, "glossary.md")
	for _, word := range []string{"hand-over", "request", "display name"} {
		if !strings.Contains(words, "\n| "+word+" |") {
			t.Errorf("docs/glossary.md lacks %s", word)
		}
	}
}

// Each event, mail, permission, role and column of a file has its line.
func TestNamesAreTold(t *testing.T) {
	t.Parallel()
	told := func(file string, names ...string) {
		t.Helper()
		text := page(t, file)
		for _, name := range names {
			if rowOf(text, name) == "" {
				t.Errorf("%s has no line for %s", file, name)
			}
		}
	}
	for _, event := range outbox.Catalogue() {
		told("events.md", "`"+event+"`")
	}
	for _, kind := range mailing.Kinds() {
		told("mail.md", "`"+string(kind)+"`")
	}
	for _, role := range identity.BuiltInRoles() {
		told("users.md", role.Name)
	}
	for _, p := range identity.Descriptions() {
		told("users.md", "`"+string(p.Permission)+"`")
	}
	for _, kind := range []imports.Kind{imports.Customers, imports.Licenses} {
		for _, c := range imports.ColumnsOf(kind) {
			told("import.md", "`"+c.Name+"`")
		}
	}
	events := page(t, "events.md")
	for _, row := range tableRow.FindAllString(events, -1) {
		for _, name := range inTicks.FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
			if !slices.Contains(outbox.Catalogue(), name[1]) {
				t.Errorf("there is no event %s", name[1])
			}
		}
	}
}

// The table of roles says who has which permission.
func TestRolesAreToldAsTheyAre(t *testing.T) {
	t.Parallel()
	users := page(t, "users.md")
	for _, d := range identity.Descriptions() {
		row := rowOf(users, "`"+string(d.Permission)+"`")
		for _, role := range identity.BuiltInRoles() {
			if role.Key == identity.Owner || role.Key == identity.AdminRole {
				continue
			}
			if has := slices.Contains(role.Permissions, d.Permission); has != strings.Contains(row, role.Name) {
				t.Errorf("%s has %s: %t, but the page says: %s", role.Name, d.Permission, has, row)
			}
		}
	}
}

// Each call of the clients has its line.
func TestTheClientsCallsAreTold(t *testing.T) {
	t.Parallel()
	all := page(t, "*")
	s := servertest.Start(t, servertest.SQLite(t))
	calls := 0
	for _, r := range s.Program.Routes() {
		if call, ok := strings.CutPrefix(r.Path, "/api/v2/isv/{isv_id}"); ok && call != "/{call...}" {
			calls++
			if !strings.Contains(all, "`"+call+"`") && !strings.Contains(all, "`GET "+call+"`") && !strings.Contains(all, "`POST "+call+"`") {
				t.Errorf("no page tells of %s %s", r.Method, call)
			}
		}
	}
	if calls < 15 {
		t.Errorf("only %d calls were looked at", calls)
	}
}

// Each field of the clients' calls and answers is named, so that nobody who writes
// a client has to guess one.
func TestTheClientsFieldsAreTold(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, name := range []string{"clients-api.md", "meters.md", "floating.md", "offline-files.md"} {
		all.WriteString(page(t, name))
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "internal", "wire", "slascone", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range jsonTag.FindAllSubmatch(text, -1) {
			fields[string(tag[1])] = true
		}
	}
	if len(fields) < 80 {
		t.Errorf("only %d fields were looked at", len(fields))
	}
	for name := range fields {
		if !regexp.MustCompile("[`\"]" + name + `\b`).MatchString(all.String()) {
			t.Errorf("no page of the clients' API tells of the field %s", name)
		}
	}
}
