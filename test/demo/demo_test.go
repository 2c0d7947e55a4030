package demo

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"chancery/internal/cli"
)

// The test's own program is chancery when this is set.
const beChancery = "TEST_BE_CHANCERY"

func TestMain(m *testing.M) {
	if os.Getenv(beChancery) != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// patience bounds what must come, on a busy machine.
const patience = 2 * time.Minute

// lastLine is the one that the demo prints once all is there to try.
const lastLine = "Ctrl-C stops the demo."

// shown is a running demo.
type shown struct {
	text string // what it printed until it was ready
	tmp  string // where it keeps its data
	cmd  *exec.Cmd
	rest *bufio.Reader
}

// show starts the program and waits until it says that it is ready.
func show(t *testing.T) *shown {
	t.Helper()
	s := &shown{tmp: t.TempDir()}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	s.cmd = exec.CommandContext(ctx, os.Args[0], "demo", "--listen", "127.0.0.1:0", "--licenses", "400")
	s.cmd.Env = append(os.Environ(), beChancery+"=1", "TMPDIR="+s.tmp)
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = s.cmd.Wait() })
	s.rest = bufio.NewReader(out)
	for !strings.Contains(s.text, lastLine) {
		line, err := s.rest.ReadString('\n')
		if err != nil {
			t.Fatalf("the demo ended with %v after:\n%s", err, s.text)
		}
		s.text += line
	}
	return s
}

// commands gives the lines of a text that are indented and match, one per line.
func commands(text, match string) string {
	return strings.Join(regexp.MustCompile(`(?m)^  (?:`+match+`).*$`).FindAllString(text, -1), "\n")
}

// shell runs a script as a reader would, and gives what it printed. The first
// command that fails ends it; curl fails on an answer that is a refusal.
func shell(t *testing.T, dir, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", `curl() { command curl --fail-with-body "$@"; echo; }`+"\n"+script)
	cmd.Env, cmd.Dir = append(os.Environ(), beChancery+"=1"), dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n--- printed\n%s", err, script, out)
	}
	return string(out)
}

// One demo for all: making its data takes a while under the race detector.
func TestTheDemo(t *testing.T) { //nolint:tparallel // its parts follow one another, the last one ends the demo
	t.Parallel()
	s := show(t)
	t.Run("what it prints works", s.printsWhatWorks)
	t.Run("every state is there", s.hasEveryState)
	t.Run("every state of prepaid is there", s.hasEveryPrepaidState)
	t.Run("the README works", s.servesTheREADME)
	t.Run("integrating works", s.servesIntegrate)
	t.Run("it leaves nothing behind", s.leavesNothing)
}

func (s *shown) printsWhatWorks(t *testing.T) {
	script := commands(s.text, `export|curl|\S+ client`)
	if n := strings.Count(script, "\n") + 1; n < 15 {
		t.Fatalf("the demo prints only %d commands:\n%s", n, s.text)
	}
	out := shell(t, t.TempDir(), script)
	for _, want := range []string{
		"Activated.", "The licence is valid.", "Deactivated;", `"client_id":"my-laptop"`,
		`"used_up_reason":"activations_exceeded"`, `"action":"activation.`, `"edition_name":"Standard"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no command printed %s:\n%s", want, out)
		}
	}
	// How many depends on what the simulated clients have done meanwhile.
	if !regexp.MustCompile(`"goodwill_used":[1-9]`).MatchString(out) {
		t.Errorf("no command printed a licence on goodwill:\n%s", out)
	}
}

func (s *shown) leavesNothing(t *testing.T) {
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(s.rest)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	if !strings.Contains(string(rest), "Stopped.") {
		t.Errorf("the last words were %q", rest)
	}
	left, err := filepath.Glob(filepath.Join(s.tmp, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// In one process: the simulated clients come, call and go, and no goroutine is
// left. It is not parallel, so that the goroutines are its own.
func TestTheDemoLeavesNoGoroutine(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	beat, said, ended := make(chan time.Time), make(chan string, 100), make(chan error, 1)
	go func() {
		ended <- cli.Demo{
			Listen: "127.0.0.1:0", Program: "chancery", Out: io.Discard, Log: slog.New(slog.DiscardHandler),
			Beat: beat, Say: func(line string) { said <- line },
		}.Run(ctx)
	}()
	var lines []string
	hear := func() {
		select {
		case line := <-said:
			lines = append(lines, line)
		case err := <-ended:
			t.Fatalf("the demo ended: %v; it said %q", err, lines)
		}
	}
	for range 4 {
		hear()
	}
	for range 12 {
		beat <- time.Time{}
		hear()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{"press-01 activated", "sent a heartbeat", "gave its activation up", "press-05 activated"} {
		if !strings.Contains(all, want) {
			t.Errorf("no simulated client said %q:\n%s", want, all)
		}
	}
	if strings.Contains(all, ": ") {
		t.Errorf("something went wrong:\n%s", all)
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for deadline := time.After(patience); runtime.NumGoroutine() > before; runtime.Gosched() {
		select {
		case <-deadline:
			stacks := make([]byte, 1<<20)
			t.Fatalf("goroutines are left:\n%s", stacks[:runtime.Stack(stacks, true)])
		default:
		}
	}
}

// Every state that a licence can be in is there to be looked at.
func (s *shown) hasEveryState(t *testing.T) {
	out := shell(t, t.TempDir(), commands(s.text, "export")+`
		get() { curl -s "$CHANCERY_CLIENT_URL/api/v1/$1" -H "Authorization: Bearer $ADMIN_KEY"; }
		get 'customers?limit=500'
		get 'licenses?limit=500'
		for id in $(get 'licenses?limit=200' | grep -o '{"id":"[^"]*","product_id' | cut -d '"' -f 4); do get "licenses/$id/activations?past=true"; done`)
	for part, least := range map[string]int{
		`"superior_id":"`: 20, `"superior_id":null`: 10, `(demo)","customer_number":"D-`: 300,
		`"validity_reason":"inactive"`: 3, `"validity_reason":"expired"`: 10, `"validity_reason":"trial_over"`: 10,
		`"validity_reason":"not_started"`: 1, `"used_up_reason":"activations_exceeded"`: 5, `"is_temporary":true`: 1,
		`"legacy_license_key":"OLD-`: 5, `"edition_name":"Floating"`: 5, `"overridden":["token_limit"]`: 3,
		`"is_goodwill":true`: 1, `"goodwill_used":1`: 5, `"suspended_until":"`: 1, `"release_reason":"client"`: 3, `"released_at":null`: 100,
	} {
		if n := strings.Count(out, part); n < least {
			t.Errorf("%d times %s, want at least %d", n, part, least)
		}
	}
}

// Every state that a card and a device can be in is there, once all devices have lived up to now.
func (s *shown) hasEveryPrepaidState(t *testing.T) {
	out := shell(t, t.TempDir(), commands(s.text, "export")+`
		get() { curl -s "$CHANCERY_CLIENT_URL/api/v1/prepaid/$1" -H "Authorization: Bearer $ADMIN_KEY"; }
		least() { until [ "$(get "$2&limit=500" | grep -o "$3" | wc -l)" -ge "$1" ]; do :; done; }
		for status in unused inactive in_use deactivated expired; do least 3 "cards?status=$status" '"number":'; done
		least 3 'cards?locked=true' '"number":'
		least 3 'devices?blacklisted=true' '"blacklisted":true'
		get 'transfers?limit=500'
		get 'deductions?limit=500'`)
	for part, least := range map[string]int{
		`"method":"sell"`: 20, `"method":"return"`: 3, `"method":"issue"`: 10, `"method":"device_sale"`: 1, `"method":"top_up"`: 1, `"method":"withdraw"`: 1,
		`"kind":"charge"`: 100, `"kind":"failed"`: 1,
	} {
		if n := strings.Count(out, part); n < least {
			t.Errorf("%d times %s, want at least %d", n, part, least)
		}
	}
}

// blocks gives the blocks of shell commands of a page, one after the other.
func blocks(t *testing.T, page ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, page...)...))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(found) < 2 {
		t.Fatalf("%v has %d blocks of commands", page, len(found))
	}
	all := make([]string, 0, len(found))
	for _, block := range found {
		all = append(all, block[1])
	}
	return strings.Join(all, "\n")
}

// The README's commands run against a demo as often as one likes, and show what is refused.
func (s *shown) servesTheREADME(t *testing.T) {
	script := blocks(t, "README.md")
	out := shell(t, t.TempDir(), commands(s.text, "export")+"\n"+script+"\n"+script)
	for want, times := range map[string]int{
		"license key: ": 2, "HTTP/1.1 200 OK": 2, "X-Slascone-Signature: ": 2, `"is_license_valid":true`: 2, "Successfully deactivated": 2,
		`"is_goodwill":true`: 2, `"id":2000,`: 2, `"code":`: 0,
	} {
		if n := strings.Count(out, want); n != times {
			t.Errorf("%d times %s, want %d:\n%s", n, want, times, out)
		}
	}
	if !regexp.MustCompile(`license key: \S{36}\n`).MatchString(out) || !strings.Contains(out, `"name":"export"`) {
		t.Errorf("no licence:\n%s", out)
	}
	refused := shell(t, t.TempDir(), commands(s.text, "export")+"\nunset -f curl; set +e; ADMIN_KEY=cha_wrong\n"+script)
	if !strings.Contains(refused, "key_unknown") && !strings.Contains(refused, `"status":401`) {
		t.Errorf("a refusal is not shown:\n%s", refused)
	}
}

// What docs/integrate.md lets one type works word by word with what the demo prints.
func (s *shown) servesIntegrate(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	out := shell(t, root, commands(s.text, "export")+"\nchancery() { "+program+` "$@"; }`+"\n"+blocks(t, "docs", "integrate.md"))
	for want, times := range map[string]int{
		"Activated.": 3, "Deactivated;": 3, "Counted 12 of pages; ": 1, "Session open until ": 1, "Session closed.": 1,
		"Exported.": 1, "The licence is valid.": 3,
	} {
		if n := strings.Count(out, want); n < times {
			t.Errorf("%d times %q, want %d:\n%s", n, want, times, out)
		}
	}
}

// What the pages point to is there.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"))
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), link[1])); err != nil {
				t.Errorf("%s points to %s, which is not there", page, link[1])
			}
		}
	}
}
