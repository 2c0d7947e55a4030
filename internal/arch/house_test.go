package arch_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// listed is what is used of `go list -json`.
type listed struct {
	ImportPath     string   `json:"ImportPath"`
	Name           string   `json:"Name"`
	Dir            string   `json:"Dir"`
	Standard       bool     `json:"Standard"`
	Imports        []string `json:"Imports"`
	Deps           []string `json:"Deps"`
	GoFiles        []string `json:"GoFiles"`
	CgoFiles       []string `json:"CgoFiles"`
	IgnoredGoFiles []string `json:"IgnoredGoFiles"`
	TestGoFiles    []string `json:"TestGoFiles"`
	XTestGoFiles   []string `json:"XTestGoFiles"`
	TestImports    []string `json:"TestImports"`
	XTestImports   []string `json:"XTestImports"`
}

// house is every package of the module and all that they import.
type house struct {
	own      []listed
	standard map[string]bool
}

func (h house) isStandard(path string) bool { return h.standard[path] }

// loadHouse asks the go command once for all tests.
func loadHouse(t *testing.T) house {
	t.Helper()
	loaded, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.own) == 0 {
		t.Fatal("go list knows no package of this module")
	}

	return loaded
}

var load = sync.OnceValues(func() (house, error) {
	const fields = "ImportPath,Name,Dir,Standard,Imports,Deps,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,TestImports,XTestImports"
	list := exec.Command("go", "list", "-deps", "-json="+fields, module+"/...")
	var complaint strings.Builder
	list.Stderr = &complaint
	out, err := list.Output()
	if err != nil {
		return house{}, errors.New("go list: " + complaint.String())
	}
	if err := seeFolders(filepath.Join("..", "..")); err != nil {
		return house{}, err
	}
	all := house{standard: map[string]bool{}}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg listed
		err := decoder.Decode(&pkg)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return house{}, err
		}
		if within(pkg.ImportPath, module) {
			all.own = append(all.own, pkg)
		}
		all.standard[pkg.ImportPath] = pkg.Standard
	}
})

// seeFolders opens every folder of the module. The go command keeps a test's
// result until a file or folder changes that the test opened, and does not know
// what its own `go list` opened: without this a new file would go unseen.
func seeFolders(root string) error {
	return filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(entry.Name(), ".") && name != root
		if err == nil && entry.IsDir() && (hidden || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}

		return err
	})
}
