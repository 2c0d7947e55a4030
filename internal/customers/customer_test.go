package customers

import (
	"regexp"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		customer Customer
		good     bool
	}{
		"least":          {Customer{CompanyName: "A", Number: "1"}, true},
		"with mail":      {Customer{CompanyName: "A", Number: "1", Email: "a@b.example"}, true},
		"no name":        {Customer{CompanyName: " ", Number: "1"}, false},
		"no number":      {Customer{CompanyName: "A", Number: " "}, false},
		"hidden number":  {Customer{CompanyName: "A", Number: "1\u200b2"}, false},
		"hidden name":    {Customer{CompanyName: "A\u202eB", Number: "1"}, false},
		"Persian name":   {Customer{CompanyName: "می\u200cخواهم", Number: "1"}, true},
		"NUL in number":  {Customer{CompanyName: "A", Number: "1\x00"}, false},
		"no mail":        {Customer{CompanyName: "A", Number: "1", Email: "anna"}, false},
		"named mail":     {Customer{CompanyName: "A", Number: "1", Email: "Anna <a@b.example>"}, false},
		"two mails":      {Customer{CompanyName: "A", Number: "1", Email: "a@b.example,c@d.example"}, false},
		"mail injection": {Customer{CompanyName: "A", Number: "1", Email: "a@b.example\r\nBcc: x@y.example"}, false},
		"long mail":      {Customer{CompanyName: "A", Number: "1", Email: strings.Repeat("a", 250) + "@b.example"}, false},
	} {
		if _, err := c.customer.read(Customer{}); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewNumber(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^C-[0-9B-DF-HJ-NP-TV-Z]{4}-[0-9B-DF-HJ-NP-TV-Z]{4}$`)
	for _, random := range [][]byte{make([]byte, 8), {255, 255, 255, 255, 255, 255, 255, 255}, {1, 2, 3, 4, 5, 6, 7, 8}} {
		if n := newNumber(random); !form.MatchString(n) {
			t.Errorf("%q", n)
		}
	}
}
