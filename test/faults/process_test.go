package faults_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"chancery/internal/app"
)

// TestMain makes this test binary the program itself when it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("CHANCERY_FAULTS_PROGRAM") != "" {
		os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// program is the program on one database.
type program struct {
	t    *testing.T
	env  []string
	self string
}

func newProgram(t *testing.T, storage app.Storage) program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "CHANCERY_FAULTS_PROGRAM=1", "CHANCERY_DATA="+t.TempDir())
	if storage.Dir != "" {
		env = append(env, "CHANCERY_DATA="+storage.Dir)
	}
	if storage.URL != "" {
		env = append(env, "CHANCERY_DATABASE="+storage.URL, "CHANCERY_MASTER_KEY="+storage.MasterKey)
	}
	return program{t, env, self}
}

func (p program) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(p.t.Context(), p.self, args...)
	cmd.Env = p.env
	return cmd
}

// run runs a command that must succeed and gives what it printed.
func (p program) run(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("chancery %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// running is a server process.
type running struct {
	cmd  *exec.Cmd
	url  string
	gone chan struct{}
}

// serve starts a server and waits until it serves.
func (p program) serve() *running {
	p.t.Helper()
	cmd := p.command("serve", "--listen", "127.0.0.1:0", "--no-access-log")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	s := &running{cmd: cmd, gone: make(chan struct{})}
	address := make(chan string, 1)
	go func() {
		defer close(s.gone)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if _, rest, ok := strings.Cut(lines.Text(), "msg=serving address="); ok {
				at, _, _ := strings.Cut(rest, " ")
				address <- at
			}
		}
		_ = cmd.Wait()
	}()
	p.t.Cleanup(s.kill)
	select {
	case at := <-address:
		s.url = "http://" + at
	case <-s.gone:
		p.t.Fatal("the server ended before it served")
	}
	return s
}

// kill is kill -9.
func (s *running) kill() {
	_ = s.cmd.Process.Kill()
	<-s.gone
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// post gives 0 when there was no answer: then nothing is known.
func post(url, header, key string, body any) (status int, answer map[string]any) {
	b, _ := json.Marshal(body)                                          //nolint:errchkjson // maps of strings
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(b)) //nolint:noctx // the client has a timeout
	if err != nil {
		return 0, nil
	}
	r.Header.Set(header, key)
	r.Header.Set("Content-Type", "application/json")
	got, err := client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer got.Body.Close()
	var v any
	if json.NewDecoder(got.Body).Decode(&v) != nil {
		return 0, nil
	}
	answer, _ = v.(map[string]any)
	return got.StatusCode, answer
}
