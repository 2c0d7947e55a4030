package scripts

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

type serversKey struct{}

// servers are those of one story, by name.
type servers map[string]*server

type server struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once it has exited
}

// named takes as=NAME off the arguments; without it the name is URL.
func named(args []string) (string, []string) {
	if len(args) > 0 {
		if name, ok := strings.CutPrefix(args[0], "as="); ok {
			return name, args[1:]
		}
	}
	return "URL", args
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("use `! exec chancery serve` for a server that must not start")
	}
	name, args := named(args)
	all := ts.Value(serversKey{}).(servers)
	if all[name] != nil {
		ts.Fatalf("server %s runs already", name)
	}
	// The program is in the PATH that testscript has made for its commands.
	program, err := lookPath("chancery", ts.Getenv("PATH"))
	ts.Check(err)
	cmd := exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...) //nolint:noctx // it ends with its story
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = environ(ts)
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	log, err := os.Create(ts.MkAbs(name + ".log"))
	ts.Check(err)
	ts.Check(cmd.Start())
	s := &server{cmd: cmd, done: make(chan struct{})}
	all[name] = s
	address := make(chan string, 1)
	go func() {
		defer close(s.done)
		defer func() { _ = log.Close() }()
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			_, _ = log.WriteString(lines.Text() + "\n")
			if _, rest, ok := strings.Cut(lines.Text(), "msg=serving address="); ok {
				address <- strings.Fields(rest)[0]
			}
		}
		_ = cmd.Wait()
	}()
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		<-s.done
	})
	select {
	case a := <-address:
		ts.Setenv(name, "http://"+a)
		ts.Setenv(name+"_ADDRESS", a)
	case <-s.done:
		ts.Fatalf("the server did not start:\n%s", ts.ReadFile(name+".log"))
	}
}

func shutdown(ts *testscript.TestScript, neg bool, args []string) {
	s := take(ts, neg, args)
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	<-s.done
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		ts.Fatalf("the server exited with %d", code)
	}
}

func crash(ts *testscript.TestScript, neg bool, args []string) {
	s := take(ts, neg, args)
	ts.Check(s.cmd.Process.Kill())
	<-s.done
}

func take(ts *testscript.TestScript, neg bool, args []string) *server {
	name, rest := named(args)
	all := ts.Value(serversKey{}).(servers)
	s := all[name]
	if neg || len(rest) > 0 || s == nil {
		ts.Fatalf("usage: shutdown|crash [as=NAME] of a running server")
	}
	delete(all, name)
	return s
}

func lookPath(name, path string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", exec.ErrNotFound
}

// environ is what a server sees of the story's environment.
func environ(ts *testscript.TestScript) []string {
	env := []string{}
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "WORK", "CHANCERY_DATA", "CHANCERY_DATABASE", "CHANCERY_MASTER_KEY", "CHANCERY_CONFIG", "GOCOVERDIR",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}
