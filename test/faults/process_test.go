package faults_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"chancery/internal/cli"
	"chancery/internal/wiring"
)

// TestMain makes this test binary the program itself when it is asked to be, on
// a disk that forgets when it is asked for that.
func TestMain(m *testing.M) {
	if os.Getenv("CHANCERY_FAULTS_PROGRAM") != "" {
		useDisk()
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// program is the program on one database.
type program struct {
	t    *testing.T
	env  []string
	self string
}

func newProgram(t *testing.T, storage wiring.Storage) program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "CHANCERY_FAULTS_PROGRAM=1", "CHANCERY_DATA="+t.TempDir(),
		"CHANCERY_RATE_KEY=0", "CHANCERY_RATE_ADDRESS=0") // all calls come from one machine
	if storage.Dir != "" {
		env = append(env, "CHANCERY_DATA="+storage.Dir)
	}
	if storage.URL != "" {
		env = append(env, "CHANCERY_DATABASE="+storage.URL, "CHANCERY_MASTER_KEY="+storage.MasterKey)
	}
	return program{t, env, self}
}

// with is the same program with more of an environment.
func (p program) with(env ...string) program {
	p.env = append(slices.Clip(p.env), env...)
	return p
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

// verify has the program prove everything in its database.
func (p program) verify() {
	p.t.Helper()
	if out := p.run("verify"); !strings.Contains(out, "Nothing is wrong.") {
		p.t.Errorf("verify says %s", out)
	}
}

// running is a server process.
type running struct {
	cmd  *exec.Cmd
	url  string
	gone chan struct{}
	end  error // how it ended, once gone is closed

	mu  sync.Mutex
	log []string // its last lines
}

// serve starts a server and waits until it serves.
func (p program) serve(flags ...string) *running {
	p.t.Helper()
	cmd := p.command(append([]string{"serve", "--listen", "127.0.0.1:0", "--no-access-log", "--trusted-proxy", "127.0.0.0/8"}, flags...)...)
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
			s.keep(lines.Text())
			if _, rest, ok := strings.Cut(lines.Text(), "msg=serving address="); ok {
				at, _, _ := strings.Cut(rest, " ")
				address <- at
			}
		}
		s.end = cmd.Wait()
	}()
	p.t.Cleanup(s.kill)
	select {
	case at := <-address:
		s.url = "http://" + at
	case <-s.gone:
		p.t.Fatalf("the server ended before it served: %v\n%s", s.end, s.said())
	}
	return s
}

func (s *running) keep(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log = append(s.log, line); len(s.log) > 200 {
		s.log = s.log[100:]
	}
}

// said gives the last lines of its log.
func (s *running) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

// kill is kill -9.
func (s *running) kill() {
	_ = s.cmd.Process.Kill()
	<-s.gone
}

// stop asks it to stop, and gives how it ended.
func (s *running) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.gone
	return s.end
}

// copyFiles copies what is in a folder, folders in it left out.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	all, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, f.Name()), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
