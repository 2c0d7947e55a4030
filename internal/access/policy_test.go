package access

import (
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	person := Person{Email: "anna.kovacs@example.com", Name: "Anna Kovacs"}
	for password, fine := range map[string]bool{
		"violet harbour nineteen": true,
		"tR7#kq0!pZ":              true,
		"süßer Brei im Topf":      true,
		"längeräöü":               false, // nine characters, more bytes
		"short":                   false,
		"":                        false,
		"password123!":            false,
		"P4ssw0rd2026":            false,
		"passwordpassword":        false,
		"abcabcabcabc":            false,
		"aaaaaaaaaaaa":            false,
		"abababababab":            false,
		"abcdefghijkl":            false,
		"9876543210":              false,
		"1q2w3e4r5t":              false,
		"Qwertyuiop":              false,
		"welcome-2026":            false,
		"annakovacs1":             false,
		"anna.kovacs!":            false,
		"example.com1":            false,
		"chancery2026":            false,
		"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6": false,
		strings.Repeat("long ", 206):               false,
	} {
		if err := CheckPassword("password", password, person); (err == nil) != fine {
			t.Errorf("%.30q: %v, want fine %t", password, err, fine)
		}
	}
}
