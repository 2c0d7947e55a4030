package cli

import (
	"slices"
	"strings"
)

// offered is how many names nearest gives at most.
const offered = 3

// nearest gives the names that somebody who wrote name may have meant, the likeliest
// first: those that few letters tell from it, or that hold it.
func nearest(name string, known []string) []string {
	type near struct {
		name string
		far  int
	}
	var all []near
	for _, k := range known {
		far := distance(name, k)
		if len(name) > 2 && (strings.Contains(k, name) || strings.Contains(name, k)) {
			far = min(far, 2)
		}
		if far <= max(2, len(name)/3) {
			all = append(all, near{k, far})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return a.far - b.far })
	names := make([]string, 0, offered)
	for _, n := range all[:min(len(all), offered)] {
		names = append(names, n.name)
	}
	return names
}

// meant is a clause that offers the nearest names, or says how to see all of them.
func meant(name string, known []string) string {
	if names := nearest(name, known); len(names) > 0 {
		return "did you mean " + strings.Join(names, ", or ") + "?"
	}
	return "`chancery serve --help` lists what there is."
}

// distance is how many letters must be put in, taken out or changed to make b of a
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, up := i+1, row[0]
		row[0] = left
		for j := range len(b) {
			changed := up
			if a[i] != b[j] {
				changed++
			}
			up = row[j+1]
			left = min(left+1, up+1, changed)
			row[j+1] = left
		}
	}
	return row[len(b)]
}
