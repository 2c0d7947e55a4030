package store

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lasting are references that need no index, because no row that they lead to is
// ever deleted: it is the parent that each is written by. None of them has a key
// that changes.
var lasting = map[string]string{
	"consumptions(vendor_id,device_id)": "devices: every amount that is consumed would pay for the index",
	"month_places(vendor_id,device_id)": "devices: every place that is taken would pay for the index",
	"prepaid_devices(vendor_id,id)":     "devices: it is the device's own row",
}

// Whoever deletes a row has the database look for what refers to it: by an index
// of all rows that refer, or through all of their table.
func TestEveryReferenceHasAnIndex(t *testing.T) {
	t.Parallel()
	lite, post := both(t)
	for _, b := range []bench{lite, post} {
		indexes := indexesOf(t, b)
		missing := map[string]bool{}
		for _, r := range referencesOf(t, b) {
			if slices.ContainsFunc(indexes, func(i index) bool {
				return i.table == r.table && !i.partial && (i.columns == r.columns || strings.HasPrefix(i.columns, r.columns+","))
			}) {
				continue
			}
			name := r.table + "(" + r.columns + ")"
			missing[name] = true
			if lasting[name] == "" {
				t.Errorf("%s: nothing leads from %s to %s but a reading of the whole table", b.Dialect.Name(), r.to, name)
			}
		}
		for name := range lasting {
			if !missing[name] {
				t.Errorf("%s: %s is said to have no index, and has one", b.Dialect.Name(), name)
			}
		}
	}
}

// What is said to last is deleted by no statement of the program.
func TestLastingRowsAreNeverDeleted(t *testing.T) {
	t.Parallel()
	parents := map[string]bool{}
	for _, why := range lasting {
		parent, _, _ := strings.Cut(why, ":")
		parents[parent] = true
	}
	deleted := regexp.MustCompile(`DELETE FROM (\w+)`)
	seen := 0
	if err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".sql") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range deleted.FindAllSubmatch(text, -1) {
			seen++
			if parents[string(found[1])] {
				t.Errorf("%s deletes from %s", path, found[1])
			}
		}
		return err
	}); err != nil || seen < 20 {
		t.Errorf("%d deletes were found: %v", seen, err)
	}
}
