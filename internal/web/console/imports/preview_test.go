package imports_test

import (
	"regexp"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// problems are the texts beside the lines of an import's page.
func problems(p *servertest.Page) []string {
	var all []string
	for _, row := range p.Find("tbody tr").EachIter() {
		if text := row.Find("td").Eq(1).Text(); strings.Contains(text, "Problem") {
			all = append(all, strings.TrimPrefix(text, "Problem"))
		}
	}
	return all
}

// fieldName finds what columns, and fields of the API, are called.
var fieldName = regexp.MustCompile(`[a-z]+(_[a-z]+)+`)

// The preview says of a line what the import would say: it asks the same rooms.
func TestThePreviewKnowsWhatTheImportRefuses(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		shop := servertest.OpenShop(t, s)
		b := servertest.Importer{Browser: shop.Browser, Server: s}
		shop.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "No address", "customer_number": "K-0"}, "")
		shop.Manage(t, "POST", "/editions", servertest.Fields{
			"product_id": shop.Product, "name": "Mailed", "token_limit": 1, "activation_on_creation": "customer_email",
		}, "")
		shop.Issue(t, shop.Edition, servertest.Fields{"legacy_license_key": "OLD-1"})
		shop.Manage(t, "POST", "/prepaid/license-codes", servertest.Fields{"code": "TR-30", "name": "Tracker", "models": []string{"GT06*"}, "days": 30}, "")
		shop.Manage(t, "POST", "/prepaid/devices", servertest.Fields{"number": "0035 7", "model": "GT06N"}, "")
		shop.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Below", "customer_number": "K-B", "superior_id": shop.Customer}, "")
		good := map[string]string{"customers": "K-1001,Basic,", "licenses": "K-1001,Basic,", "cards": "tr-30,,5,K-1001,", "devices": "1001,GT06N,K-B"}
		for kind, lines := range map[string][]string{
			"customers": {
				"company_name,customer_number,email",
				"Anna,K-1,anna@",
				"Anna,K-2,anna@x.example;bob@x.example",
				"Anna,K-3,anna@x.example extra",
				strings.Repeat("n", 201) + ",K-4,",
				"Anna," + strings.Repeat("k", 101) + ",",
				"Anna,K-1001,",
			},
			"licenses": {
				"customer_number,edition,licensee_email,starts,expires,legacy_license_key,tokens,sessions,license_name",
				"K-1001,Basic,foo,,,,,,",
				"K-1001,Basic,,2030-01-02,2030-01-01,,,,",
				"K-1001,Basic,,,,OLD-1,,,",
				"K-0,Basic,,,,,,,",
				"K-0,Mailed,anna@example.com,,,,,,",
				"K-1001,Basic,,,,,100001,,",
				"K-1001,Team,,,,,,-1,",
				"K-1001,Basic,,,40000 days,,,,",
				"K-1001,Basic,,,,,,," + strings.Repeat("n", 257),
				"K-1001,Basic,,1960-01-01,,,,,",
				"K-1001,Basic,,,9999-12-31,,,,",
				"K-9,Basic,,,,,,,",
				"K-1001,Gold,,,,,,,",
			},
			"cards": {
				"license_code,number,days,customer_number,locked",
				"TR-31,,,,",
				"TR-30,K7MD-2QXR-84TD,,,",
				"TR-30,,0,,",
				"TR-30,,100001,,",
				"TR-30,,ten,,",
				"TR-30,,,K-9,",
				"TR-30,,,K-B,",
				"TR-30,,,,perhaps",
			},
			"devices": {
				"number,model,customer_number",
				"3.56938E+14,GT06N,",
				"357,GT06N,",
				"1002,,",
				",GT06N,",
				"---,GT06N,",
				"1003,GT06N,K-9",
				strings.Repeat("n", 101) + ",GT06N,",
			},
		} {
			draft := b.Read(t, kind, strings.Join(lines, "\n")+"\n"+good[kind]+"\n")
			told := problems(draft)
			if len(told) < len(lines)-1 {
				t.Errorf("%s: the preview tells of %d lines, want %d: %s", kind, len(told), len(lines)-1, draft.Text("tbody"))
				continue
			}
			// Tried all the same, the rooms say the very words.
			if done := b.Carry(t, draft, nil); stat(done, "Done") != "1" {
				t.Errorf("%s: the good line: %s", kind, done.Text("main"))
			}
			b.Post(t, draft.Path+"/retry", nil)
			if _, err := s.Program.Rooms().Imports.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
			again := problems(b.Get(t, draft.Path))
			if len(again) != len(told) {
				t.Errorf("%s: %d lines were refused, the preview told of %d", kind, len(again), len(told))
				continue
			}
			for i, text := range again {
				if name := fieldName.FindString(text); name != "" && !strings.Contains(lines[0], name) {
					t.Errorf("%s: %s: %q names %s, which is no column of the file", kind, lines[i+1], text, name)
				}
				if text != told[i] {
					t.Errorf("%s: %s: the preview said %q, the import %q", kind, lines[i+1], told[i], text)
				}
			}
		}
	})
}
