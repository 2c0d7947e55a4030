package arch_test

import (
	"path"
	"strings"
	"testing"
)

// peers are folders whose packages are areas of one face: an area never imports
// another. What all of them may import is named beside.
var peers = map[string][]string{
	"internal/wire/manage": {"operation", "value"},
	"internal/web/console": {},
	"internal/web/portal":  {},
	"internal/web/prepaid": {},
}

// wrongPeer reports whether an area imports another area of its face.
func wrongPeer(pkg, imported string) bool {
	face := path.Dir(pkg)
	shared, is := peers[face]
	if !is || path.Dir(imported) != face || imported == pkg {
		return false
	}
	for _, name := range shared {
		if imported == face+"/"+name {
			return false
		}
	}

	return true
}

func TestAreasDoNotImportEachOther(t *testing.T) {
	t.Parallel()
	for _, pkg := range loadHouse(t).own {
		for _, imported := range pkg.Imports {
			if wrongPeer(strings.TrimPrefix(pkg.ImportPath, module+"/"), strings.TrimPrefix(imported, module+"/")) {
				t.Errorf("%s must not import %s: areas do not know each other", pkg.ImportPath, imported)
			}
		}
	}
}

// The rule itself: each line is an import that must be seen as wrong, or must not.
func TestWrongPeer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pkg, imported string
		wrong         bool
	}{
		{"internal/wire/manage/licenses", "internal/wire/manage/devices", true},
		{"internal/wire/manage/licenses", "internal/wire/manage/operation", false},
		{"internal/wire/manage/operation", "internal/wire/manage/licenses", true},
		{"internal/wire/manage/licenses", "internal/licensing", false},
		{"internal/web/console/licenses", "internal/web/console/devices", true},
		{"internal/web/console/licenses", "internal/web", false},
		{"internal/web/portal/people", "internal/web/portal/overview", true},
		{"internal/web/portal/people", "internal/web/portal", false},
		{"internal/web/prepaid/cards", "internal/web/prepaid/devices", true},
		{"internal/web/prepaid/cards", "internal/web/prepaid", false},
	} {
		if got := wrongPeer(test.pkg, test.imported); got != test.wrong {
			t.Errorf("%s importing %s: wrong %t, want %t", test.pkg, test.imported, got, test.wrong)
		}
	}
}
