package imports

import (
	"testing"

	"chancery/internal/calendar"
	"chancery/internal/calendar/calendartest"
	"chancery/internal/terms"
)

// Last and first days of a file are those of the vendor, in every zone, and what an
// export writes of the result is what was read.
func TestDaysOfAFile(t *testing.T) {
	t.Parallel()
	r, err := ReadAs(Licenses, []string{"Customer number", "Edition", "Starts", "Expires"})
	if err != nil {
		t.Fatal(err)
	}
	zones := calendartest.Zones(t)
	for d := range calendartest.Days() {
		l := Line{Cells: []string{"K-1", "Pro", d.String(), d.String()}}
		for _, zone := range zones {
			got, wrong := licenseLine(r, l, zone)
			if wrong.Err() != nil || got.ExpiresMode != terms.ExpiresAt || !got.ExpiresAt.Equal(d.Ends(zone)) || !got.StartsAt.Equal(d.Begins(zone)) {
				t.Fatalf("%v in %s is read as %v to %v: %v", d, zone, got.StartsAt, got.ExpiresAt, wrong)
			}
			if end, start := calendar.WriteEnd(got.ExpiresAt, zone), calendar.WriteBeginning(got.StartsAt, zone); end != d.String() || start != d.String() {
				t.Fatalf("%v in %s is written %s to %s", d, zone, start, end)
			}
		}
	}
}

// An end within a day comes back to the millisecond.
func TestInstantsOfAFile(t *testing.T) {
	t.Parallel()
	r, err := ReadAs(Licenses, []string{"customer_number", "edition", "starts", "expires"})
	if err != nil {
		t.Fatal(err)
	}
	zone := calendartest.Zones(t)[0]
	got, wrong := licenseLine(r, Line{Cells: []string{"K-1", "Pro", "2027-01-01T08:30:00.123Z", "2027-06-30T12:00:00+02:00"}}, zone)
	if wrong.Err() != nil || calendar.WriteInstant(got.StartsAt) != "2027-01-01T08:30:00.123Z" || calendar.WriteInstant(got.ExpiresAt) != "2027-06-30T10:00:00Z" {
		t.Errorf("read as %v to %v: %v", got.StartsAt, got.ExpiresAt, wrong)
	}
	for _, text := range []string{"31.12.2027", "9999-12-31", "soon"} {
		if _, wrong := licenseLine(r, Line{Cells: []string{"K-1", "Pro", "", text}}, zone); len(wrong) != 1 || wrong[0].Name != "expires" {
			t.Errorf("%s: %v", text, wrong)
		}
	}
}

// A heading that may mean a column gives way to the column's own name, so that files
// which lists export can be imported.
func TestHeadingsOfExports(t *testing.T) {
	t.Parallel()
	headings := []string{"Licence", "Customer", "Activations", "Expires", "Customer number", "Edition", "Tokens", "Licence name", "Licensee"}
	r, err := ReadAs(Licenses, headings)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "", "", "expires", "customer_number", "edition", "tokens", "license_name", "licensee_email"} {
		if got := r.As(i); got != want {
			t.Errorf("%s is read as %q, want %q", headings[i], got, want)
		}
	}
	if _, err := ReadAs(Licenses, []string{"Customer number", "customer_number", "Edition"}); err == nil {
		t.Error("a column that comes twice was taken")
	}
}
