package imports

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
)

func TestReadFileTakesWhatSpreadsheetsWrite(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"commas":       "company_name,email\nAcme,a@example.com\n",
		"semicolons":   "company_name;email\r\nAcme;a@example.com\r\n",
		"tabs":         "company_name\temail\nAcme\ta@example.com",
		"a mark":       "\xef\xbb\xbfcompany_name,email\nAcme,a@example.com\n",
		"quotes":       "\"company_name\",\"email\"\n\"Acme\",\"a@example.com\"\n",
		"empty lines":  "company_name,email\n\n,\nAcme,a@example.com\n,,\n",
		"blanks":       "company_name, email\n  Acme , a@example.com \n",
		"in quotes":    "company_name,email,\"notes; internal; old; x\"\nAcme,a@example.com,\"a; b\"\n",
		"sep=;":        "sep=;\r\ncompany_name;email;\"a,b,c,d\"\r\nAcme;a@example.com\r\n",
		"sep quoted":   "\xef\xbb\xbf\"SEP=,\"\ncompany_name,email\nAcme,a@example.com\n",
		"sep a tab":    "sep=\t\ncompany_name\temail\nAcme\ta@example.com\n",
		"empty in tab": "company_name\tx\temail\nAcme\t\ta@example.com",
	} {
		f, err := ReadFile([]byte(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r, err := ReadAs(Customers, f.Columns)
		if err != nil || len(f.Lines) != 1 || r.cell(f.Lines[0], "company_name") != "Acme" || r.cell(f.Lines[0], "email") != "a@example.com" {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	for content, want := range map[string]string{"sep=|\ncompany_name|email\nA|b\n": "it may be a comma", "sep=;\ncompany_name\n\"A": "at line 3"} {
		if _, err := ReadFile([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", content, err)
		}
	}
	if f, err := ReadFile([]byte("sep=;\ncompany_name\nAcme\n")); err != nil || f.Lines[0].Number != 3 {
		t.Errorf("the first line below the heading of a file that says what separates: %+v, %v", f, err)
	}
	f, err := ReadFile([]byte("company_name\n\"Acme\nLtd\"\n\nBolt\n"))
	if err != nil || f.Lines[0].Number != 2 || f.Lines[1].Number != 5 {
		t.Errorf("the numbers of lines: %+v, %v", f.Lines, err)
	}
}

func TestHeadingsAreUnderstood(t *testing.T) {
	t.Parallel()
	for heading, want := range map[string]string{
		"Company Name": "company_name", "COMPANY": "company_name", "E-Mail": "email", "customer_no": "customer_number", "Parent": "superior_number", "Colour": "",
	} {
		if got, _ := known(Customers, heading); got != want {
			t.Errorf("%q is read as %q, want %q", heading, got, want)
		}
	}
	for heading, want := range map[string]string{
		"Seats": "tokens", "Expiration date": "expires", "template_name": "edition", "licence name": "license_name", "email": "licensee_email", "number": "customer_number",
	} {
		if got, _ := known(Licenses, heading); got != want {
			t.Errorf("%q is read as %q, want %q", heading, got, want)
		}
	}
}

func TestTheNearestNameIsRead(t *testing.T) {
	t.Parallel()
	r, err := ReadAs(Licenses, []string{"Licence", "Customer", "Activations", "Customer number", "Edition"})
	if err != nil || r.As(3) != "customer_number" || r.As(1) != "" || r.As(2) != "" {
		t.Errorf("a list of licences: %+v, %v", r, err)
	}
	if r, err := ReadAs(Customers, []string{"Name", "Company", "Customer id", "Number"}); err != nil || r.As(1) != "company_name" || r.As(3) != "customer_number" || len(r.Ignored) != 2 {
		t.Errorf("a list of customers: %+v, %v", r, err)
	}
	for _, headings := range [][]string{{"Company", "company"}, {"company_name", "Company Name"}} {
		if _, err := ReadAs(Customers, headings); err == nil {
			t.Errorf("%q name one column twice, and are taken", headings)
		}
	}
}

func TestLicenceLines(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	headings := []string{"customer_number", "edition", "tokens", "starts", "expires", "temporary", "active"}
	r, err := ReadAs(Licenses, headings)
	if err != nil {
		t.Fatal(err)
	}
	for text, c := range map[string]struct {
		wrong string // fields, joined
		good  func(l LicenseLine) bool
	}{
		"K,E,,,,,": {"", func(l LicenseLine) bool {
			return l.ExpiresMode == "" && l.Tokens == nil && !l.IsTemporary && !l.IsInactive
		}},
		"K,E,5,,never,yes,no": {"", func(l LicenseLine) bool {
			return *l.Tokens == 5 && l.ExpiresMode == terms.ExpiresNever && l.IsTemporary && l.IsInactive
		}},
		"K,E,,,2027-03-27,,":      {"", func(l LicenseLine) bool { return l.ExpiresAt.Equal(time.Date(2027, 3, 27, 23, 0, 0, 0, time.UTC)) }},
		"K,E,,2027-03-29,,,":      {"", func(l LicenseLine) bool { return l.StartsAt.Equal(time.Date(2027, 3, 28, 22, 0, 0, 0, time.UTC)) }},
		"K,E,,,365 days,,":        {"", func(l LicenseLine) bool { return l.ExpiresMode == terms.ExpiresDaysActivated && l.ExpiresDays == 365 }},
		"K,E,,,1 Day,,":           {"", func(l LicenseLine) bool { return l.ExpiresDays == 1 }},
		",,x,soon,no days,maybe,": {"tokens temporary customer_number edition starts expires", nil},
		"K,E,1.5,,2027-02-30,,":   {"tokens expires", nil},
	} {
		l, wrong := licenseLine(r, Line{Cells: strings.Split(text, ",")}, berlin)
		var names []string
		for _, w := range wrong {
			names = append(names, w.Name)
		}
		if got := strings.Join(names, " "); got != c.wrong || c.good != nil && !c.good(l) {
			t.Errorf("%s: %+v, wrong: %s", text, l, got)
		}
	}
}

// nothing is a vendor who has nothing yet, and rooms that take everything.
type nothing struct{}

func (nothing) Numbers(context.Context, ident.VendorID, []string) (map[string]bool, error) {
	return map[string]bool{}, nil
}

func (nothing) RefusedCards(_ context.Context, _ ident.VendorID, lines []CardLine) ([]error, error) {
	return make([]error, len(lines)), nil
}

func (nothing) RefusedDevices(_ context.Context, _ ident.VendorID, lines []DeviceLine) ([]error, error) {
	return make([]error, len(lines)), nil
}

func (nothing) CardKey(number string) string { return number }

func (nothing) RefusedCustomers(lines []CustomerLine) []error { return make([]error, len(lines)) }

func (nothing) RefusedLicenses(_ context.Context, _ ident.VendorID, lines []LicenseLine) ([]error, error) {
	return make([]error, len(lines)), nil
}

func FuzzReadFile(f *testing.F) {
	for _, s := range []string{"company_name\nAcme\n", "a;b\n\"1;2\n", "PK\x03\x04", "\xef\xbb\xbfname\t\n", strings.Repeat("x,", 60), "name\n\"\"\"\"\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := ReadFile(content)
		if err != nil {
			if _, ok := errors.AsType[*fault.Error](err); !ok {
				t.Errorf("%q: a refusal is no fault: %v", content, err)
			}
			return
		}
		if len(file.Lines) == 0 || len(file.Lines) > MaxLines || len(file.Columns) > maxColumns {
			t.Errorf("%q: %d lines of %d columns", content, len(file.Lines), len(file.Columns))
		}
		for _, k := range []Kind{Customers, Licenses} {
			r, err := ReadAs(k, file.Columns)
			if err != nil {
				continue
			}
			s := Service{Config{Known: nothing{}}}
			if err := s.check(t.Context(), ident.VendorID{}, k, time.UTC, file, r); err != nil {
				t.Fatal(err)
			}
			last := 1
			for _, l := range file.Lines {
				if l.Number <= last {
					t.Errorf("%q: line %d after %d", content, l.Number, last)
				}
				last = l.Number
			}
		}
	})
}
