package arch_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unreached returns one sentence for each interface of an area of the portal that names a
// vendor, or somebody who acts, other than by a reach: by it an owner of licences is led
// to nothing that is out of reach.
func (s source) unreached() []string {
	var wrong []string
	ast.Inspect(s.syntax, func(node ast.Node) bool {
		declared, ok := node.(*ast.TypeSpec)
		if !ok {
			return true
		}
		methods, ok := declared.Type.(*ast.InterfaceType)
		if !ok {
			return true
		}
		ast.Inspect(methods, func(node ast.Node) bool {
			if from, ok := node.(*ast.SelectorExpr); ok {
				if name := from.Sel.Name; name == "VendorID" || name == "Principal" || name == "By" {
					wrong = append(wrong, s.files.Position(node.Pos()).String()+": "+declared.Name.Name+" takes a "+name+"; take an owners.Reach")
				}
			}
			return true
		})
		return true
	})

	return wrong
}

func TestAreasOfThePortalTakeAReach(t *testing.T) {
	t.Parallel()
	areas := 0
	for _, pkg := range loadHouse(t).own {
		inModule := strings.TrimPrefix(pkg.ImportPath, module+"/")
		if !within(inModule, "internal/web/portal") {
			continue
		}
		areas++
		for _, name := range pkg.GoFiles {
			text, err := os.ReadFile(filepath.Join(pkg.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			file, err := parse(inModule, name, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, sentence := range file.unreached() {
				t.Error(sentence)
			}
		}
	}
	if areas < 2 {
		t.Errorf("%d packages of the portal are looked at", areas)
	}
}

// The rule itself.
func TestUnreached(t *testing.T) {
	t.Parallel()
	for text, wrong := range map[string]int{
		"package x\ntype Rows interface { Get(r owners.Reach, id ident.UUID) error }":                              0,
		"package x\ntype Rows interface { Get(v ident.VendorID, id ident.UUID) error }":                            1,
		"package x\ntype Rows interface { A(r owners.Reach); Set(by identity.Principal) (ident.VendorID, error) }": 2,
		"package x\ntype Config struct { Vendor ident.VendorID }":                                                  0,
	} {
		file, err := parse("internal/web/portal/x", "x.go", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := file.unreached(); len(got) != wrong {
			t.Errorf("%s: %q, want %d", text, got, wrong)
		}
	}
}
