package licensing

import (
	"cmp"
	"strings"

	"chancery/internal/terms"
)

// CompareVersions orders software versions: parts between dots, dashes and
// pluses, numbers as numbers and before words, a leading "v" ignored; a shorter
// one comes first ("2.1" < "2.1.1") unless the rest is a pre-release word
// ("2.1-beta" < "2.1"). What is no version at all still has a fixed order.
func CompareVersions(a, b string) int {
	pa, pb := versionParts(a), versionParts(b)
	for i := range max(len(pa), len(pb)) {
		var x, y string
		if i < len(pa) {
			x = pa[i]
		}
		if i < len(pb) {
			y = pb[i]
		}
		if c := comparePart(x, y); c != 0 {
			return c
		}
	}
	return 0
}

func versionParts(v string) []string {
	v = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "v")
	v, _, _ = strings.Cut(v, "+") // build metadata does not order
	return strings.FieldsFunc(v, func(r rune) bool { return r == '.' || r == '-' || r == '_' || r == ' ' })
}

// comparePart: a word (pre-release) < nothing = 0 < a number.
func comparePart(x, y string) int {
	nx, ny := number(x), number(y)
	switch {
	case nx == "" && ny == "":
		return strings.Compare(x, y)
	case nx == "":
		return -1
	case ny == "":
		return 1
	}
	nx, ny = strings.TrimLeft(nx, "0"), strings.TrimLeft(ny, "0")
	if c := cmp.Compare(len(nx), len(ny)); c != 0 {
		return c
	}
	return strings.Compare(nx, ny)
}

// number gives the digits of a numeric part ("0" for a missing one), or "" for a word.
func number(part string) string {
	if part == "" {
		return "0"
	}
	for _, r := range part {
		if r < '0' || r > '9' {
			return ""
		}
	}
	return part
}

// versionAllowed reports whether a policy lets this version run. A client that
// names no version is not judged.
func versionAllowed(p terms.Policy, version string) bool {
	if version == "" {
		return true
	}
	return (p.ReleaseLimit == "" || CompareVersions(version, p.ReleaseLimit) <= 0) &&
		(p.MinimumRelease == "" || CompareVersions(version, p.MinimumRelease) >= 0)
}
