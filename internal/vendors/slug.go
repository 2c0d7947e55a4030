package vendors

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"chancery/internal/ident"
)

// MaxSlug is how long a slug may be, in characters.
const MaxSlug = 63

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// reservedSlugs are addresses below /console/ and /portal/ that are nobody's.
var reservedSlugs = []string{"assets", "gallery", "help", "sign-in", "sign-out"} //nolint:gochecknoglobals // a list that never changes

// goodSlug: the form of a UUID is kept for vendors that never chose a slug, so
// that nobody can sit down at the address that another's id would have.
func goodSlug(v Vendor) bool {
	_, err := ident.ParseUUID(v.Slug)
	return len(v.Slug) <= MaxSlug && slugForm.MatchString(v.Slug) && !slices.Contains(reservedSlugs, v.Slug) &&
		(err != nil || v.Slug == v.UUID.String())
}

// slugOf makes a slug of a name: its letters and digits without accents, dashes
// between the words.
func slugOf(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 0x300 && r < 0x370: // the accent that norm has taken off its letter
		case r == 'ß':
			b.WriteString("ss")
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	const room = 10 // for what tells two vendors of one name apart
	text := b.String()
	text = strings.Trim(text[:min(len(text), MaxSlug-room)], "-")
	if text == "" || slices.Contains(reservedSlugs, text) {
		text = strings.Trim("vendor-"+text, "-")
	}
	if _, err := ident.ParseUUID(text); err == nil {
		text = "vendor-" + text
	}
	return text
}
