package imports_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// hostile are texts that a spreadsheet, a reader of CSV or a screen may take for
// something else.
func hostile() []string {
	return []string{
		"@home GmbH", "=cmd|' /C calc'!A0", "+49 30 1", "-ABC-123", "'-quoted", "''=twice", "'plain' one", "|pipe", "%percent", "＝wide", "＠wide",
		`a "quote" within`, `"all quoted"`, "a,comma", "a;semicolon", "sep=;", "a\\backslash", "#hash", "0012", "1E5", "TRUE", "null",
		"a mark ‹U+202E› as text", "‹U+2039›", "‹U+0041›", "Müller & Söhne <b>", "Ελληνική ΑΕ",
	}
}

// read gives the rows of an exported file by some of its headings, in order.
func read(t *testing.T, p *servertest.Page, headings ...string) []string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\ufeff"))).ReadAll()
	if err != nil || len(lines) == 0 {
		t.Fatalf("the export: %v in %s", err, p.Body)
	}
	rows := make([]string, 0, len(lines))
	for _, line := range lines[1:] {
		row := make([]string, 0, len(headings))
		for _, h := range headings {
			at := slices.Index(lines[0], h)
			if at < 0 {
				t.Fatalf("the export has no column %s: %q", h, lines[0])
			}
			row = append(row, line[at])
		}
		rows = append(rows, fmt.Sprintf("%q", row))
	}
	slices.Sort(rows)
	return rows
}

// What was exported makes the same customers and licences elsewhere, whatever the
// cells hold, and wherever the vendor's days begin (of all zones: TestDaysOfAFile).
func TestAnExportComesBackByAnImport(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			bringBack(t, zone)
		})
	}
}

func bringBack(t *testing.T, zone string) {
	t.Helper()
	shop := servertest.OpenShop(t, servertest.Start(t, servertest.SQLite(t)))
	other := servertest.OpenShop(t, servertest.Start(t, servertest.SQLite(t)))
	for _, at := range []*servertest.Shop{shop, other} {
		at.Manage(t, "PATCH", "/vendor", servertest.Fields{"zone": zone}, "")
	}
	above := ""
	for i, text := range hostile() {
		customer := shop.Manage(t, "POST", "/customers", servertest.Fields{
			"company_name": text, "customer_number": text, "email": fmt.Sprintf("c%d@example.com", i),
			"language": []string{"", "de", "en"}[i%3],
		}, "id")
		// Some stand below one that is made later, some below one that was there before.
		switch i % 4 {
		case 1:
			shop.Manage(t, "PATCH", "/customers/"+above, servertest.Fields{"superior_id": customer}, "")
		case 3:
			shop.Manage(t, "PATCH", "/customers/"+customer, servertest.Fields{"superior_id": above}, "")
		}
		above = customer
		shop.Issue(t, shop.Pro, servertest.Fields{
			"customer_id": customer, "name": text, "legacy_license_key": text, "starts_at": "2030-02-01T00:00:00Z", "token_limit": i + 1, "is_temporary": i%2 == 0,
			"is_active": i%3 != 0,
		})
	}
	for _, at := range []*servertest.Shop{shop, other} {
		edition := at.Manage(t, "POST", "/editions", servertest.Fields{"product_id": at.Product, "name": "@edition", "token_limit": 1}, "id")
		if at == shop {
			shop.Issue(t, edition, servertest.Fields{"expires_mode": "days_after_activation", "expires_days": 365})
		}
	}
	shop.Issue(t, shop.Team, servertest.Fields{"starts_at": "2026-09-06", "expires_at": "2027-09-04", "floating_token_limit": 7})

	there := servertest.Importer{Browser: other.Browser, Server: other.Server}
	for _, part := range []struct {
		kind, list string
		headings   []string
	}{
		{"customers", "/customers?format=csv", []string{"Customer", "Number", "E-mail", "Superior number", "Language"}},
		{"licenses", "/licenses?format=csv", []string{
			"Customer", "Customer number", "Product", "Edition", "Licence name", "Licensee", "Legacy key", "Starts", "Expires", "Tokens", "Sessions", "Temporary", "Active",
		}},
	} {
		from := shop.Get(t, part.list)
		want := read(t, from, part.headings...)
		draft := there.Read(t, part.kind, from.Body)
		if part.kind == "customers" {
			// The one customer that both vendors have from the start.
			want = slices.DeleteFunc(want, func(row string) bool { return strings.Contains(row, "K-1001") })
		}
		if stat(draft, "Waiting") != fmt.Sprint(len(want)) {
			t.Fatalf("%d rows were exported, and %s can be brought in: %s", len(want), stat(draft, "Waiting"), draft.Text("main"))
		}
		there.Carry(t, draft, url.Values{})
		got := read(t, there.Get(t, part.list), part.headings...)
		got = slices.DeleteFunc(got, func(row string) bool { return part.kind == "customers" && strings.Contains(row, "K-1001") })
		if !slices.Equal(got, want) {
			t.Errorf("%s: exported\n%s\nand exported again after the import\n%s", part.kind, strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
	}
}
