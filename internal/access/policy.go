package access

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"chancery/internal/entry"
	"chancery/internal/fault"
)

// MinPassword is how long a password is at least, in characters.
const MinPassword = 10

//go:embed common_passwords.txt
var commonText string

// common holds the common passwords as fold gives them.
var common = sync.OnceValue(func() map[string]bool { //nolint:gochecknoglobals // read once
	all := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			all[fold(word)] = true
		}
	}
	return all
})

// CheckPassword refuses a password that is too short, or among the first that
// somebody would try on this person.
func CheckPassword(field, password string, person Person) error {
	var wrong fault.Fields
	prepared, good := entry.Password(password)
	if good {
		password = prepared
	}
	switch {
	case !utf8.ValidString(password):
		wrong.Check(false, field, "must be text")
	case len(password) > MaxPassword:
		wrong.Check(false, field, "must be at most 1024 bytes long")
	case utf8.RuneCountInString(password) < MinPassword:
		wrong.Check(false, field, "must be at least 10 characters long")
	case !good:
		wrong.Check(false, field, "holds a character that a password can't hold, such as a tab, or one that can't be seen")
	case isCommon(password):
		wrong.Check(false, field, "is one of the first that somebody would try; take several words that do not belong together")
	case isOwn(password, person):
		wrong.Check(false, field, "must not be made of your name or address")
	}
	return wrong.Err()
}

// isCommon knows a common password also in other letters ("P4ssw0rd"), with
// digits and signs around it ("password2026!"), and repeated ("abcabcabcabc").
func isCommon(password string) bool {
	folded := fold(password)
	core := fold(strings.Trim(strings.ToLower(password), "0123456789!?.,:;-_*#$@&%+=/ "))
	return few(folded) || runs(strings.ToLower(password)) || common()[folded] || common()[core] || repeated(folded) || repeated(core)
}

// fold gives one form to what people take for variations.
func fold(s string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i").
		Replace(strings.ToLower(s))
}

// few: three different characters or less.
func few(s string) bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen) <= 3
}

// runs: each character is the next, or the one before, of its neighbour.
func runs(s string) bool {
	r := []rune(s)
	up, down := 0, 0
	for i := 1; i < len(r); i++ {
		switch r[i] - r[i-1] {
		case 1:
			up++
		case -1:
			down++
		}
	}
	return up >= len(r)-2 || down >= len(r)-2
}

// repeated: one piece of up to half of it, again and again, that is common or short.
func repeated(s string) bool {
	for n := 1; n <= len(s)/2; n++ {
		piece := s[:n]
		if strings.HasPrefix(strings.Repeat(piece, len(s)/n+1), s) && (n <= 4 || common()[piece]) {
			return true
		}
	}
	return false
}

// isOwn: the address, or the name, with little beside it.
func isOwn(password string, person Person) bool {
	lower := strings.ToLower(password)
	local, domain, _ := strings.Cut(person.Email, "@")
	for _, own := range []string{person.Email, local, domain, strings.ToLower(person.Name), strings.ReplaceAll(strings.ToLower(person.Name), " ", "")} {
		if len(own) >= 4 && strings.Contains(lower, own) && len(lower)-len(own) < 6 {
			return true
		}
	}
	return false
}
