// Command summary reads what `go test -json` prints and says it in few lines:
// one for each package, the full output of what failed, the reason of each
// skip, and last of all "N passed, N failed, N skipped".
//
// It exits with 1 when a test or a package failed, and also when no test ran.
// A package that fails outside its tests, because it does not build for
// instance, counts as one failure.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	ok, err := summarise(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action      string  `json:"Action"`
	Package     string  `json:"Package"`
	ImportPath  string  `json:"ImportPath"`  // of build-output: the package being built
	FailedBuild string  `json:"FailedBuild"` // of fail: the package whose build failed
	Test        string  `json:"Test"`
	Output      string  `json:"Output"`
	Elapsed     float64 `json:"Elapsed"` // seconds
}

// run is what is known of all packages so far.
type run struct {
	out      io.Writer
	packages map[string]*result
	builds   map[string]string // output of the compiler by package

	passed, failed, skipped int
}

// result is what is known of a package that has not ended.
type result struct {
	output  map[string]string // by test; "" is the package's own
	order   []string          // tests in the order they started
	failing int
	ran     int
}

// summarise copies the gist of the events to the writer and reports whether
// tests ran and all of them passed.
func summarise(events io.Reader, out io.Writer) (bool, error) {
	state := &run{out: out, packages: map[string]*result{}, builds: map[string]string{}}
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			state.line(line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	for name := range state.packages {
		state.failed++
		fmt.Fprintf(out, "FAIL\t%s\tit was cut off\n", name)
	}
	if state.passed+state.failed == 0 {
		fmt.Fprintln(out, "no test ran")
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", state.passed, state.failed, state.skipped)

	return state.failed == 0 && state.passed > 0, nil
}

// line takes one line; what is not an event is passed on as it is.
func (r *run) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		fmt.Fprint(r.out, line)

		return
	}
	if e.Action == "build-output" {
		r.builds[e.ImportPath] += e.Output

		return
	}
	if e.Package == "" {
		return
	}
	pkg := r.packages[e.Package]
	if pkg == nil {
		pkg = &result{output: map[string]string{}}
		r.packages[e.Package] = pkg
	}
	if e.Test != "" {
		r.test(pkg, e)
	} else {
		r.pkg(pkg, e)
	}
}

// test takes an event of a test.
func (r *run) test(pkg *result, e event) {
	switch e.Action {
	case "run":
		pkg.ran++
		pkg.order = append(pkg.order, e.Test)
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") { // that it runs, pauses or goes on
			pkg.output[e.Test] += e.Output
		}
	case "pass":
		r.passed++
		delete(pkg.output, e.Test)
	case "skip":
		r.skipped++
		fmt.Fprintf(r.out, "skip\t%s %s: %s\n", e.Package, e.Test, reason(pkg.output[e.Test]))
		delete(pkg.output, e.Test)
	case "fail":
		r.failed++
		pkg.failing++
	}
}

// pkg takes an event of a whole package.
func (r *run) pkg(pkg *result, e event) {
	switch e.Action {
	case "output":
		if e.Output != "FAIL\n" && !strings.HasPrefix(e.Output, "FAIL\t") { // we say so ourselves
			pkg.output[""] += e.Output
		}

		return
	case "pass":
		if pkg.ran > 0 {
			fmt.Fprintf(r.out, "ok\t%s\t%.1fs\t%d tests\n", e.Package, e.Elapsed, pkg.ran)
		}
	case "fail":
		for _, test := range pkg.order {
			fmt.Fprint(r.out, pkg.output[test])
		}
		if pkg.failing == 0 {
			r.failed++
			fmt.Fprint(r.out, r.builds[e.FailedBuild])
		}
		fmt.Fprint(r.out, pkg.output[""])
		fmt.Fprintf(r.out, "FAIL\t%s\t%.1fs\n", e.Package, e.Elapsed)
	case "skip": // it has no test files
	default:
		return
	}
	delete(r.packages, e.Package)
}

// reason finds why a test was skipped in its output.
func reason(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "---") {
			return line
		}
	}

	return "no reason given"
}
