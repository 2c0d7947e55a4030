package imports_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Cards and devices come in by files: what one server exports, another one takes. All or
// nothing is as for other files, and a number that stands twice is told with its line.
func TestCardsAndDevicesByFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		from := servertest.OpenShop(t, s)
		code := servertest.Fields{"code": "TR-30", "name": "Tracker", "models": []string{"GT06*"}, "days": 30}
		from.Manage(t, "POST", "/prepaid/license-codes", code, "")
		send := func(path string, body servertest.Fields, key string) {
			t.Helper()
			if a := s.Do(t, "POST", "/api/v1/prepaid"+path, body, "Authorization", "Bearer "+from.Vendor.AdminKey, "Idempotency-Key", key); a.Status >= 300 {
				t.Fatalf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		send("/cards", servertest.Fields{"license_code": "TR-30", "count": 2, "days": 12}, "1")
		send("/cards", servertest.Fields{"license_code": "TR-30", "count": 1, "customer_id": from.Customer}, "2")
		for _, number := range []string{"0035-693803 564380-9", "+49 171 5", "=1+1"} {
			send("/devices", servertest.Fields{"number": number, "model": "GT06N", "customer_id": from.Customer}, number)
		}
		export := func(shop *servertest.Shop, what string) string {
			t.Helper()
			return string(s.Do(t, "GET", "/api/v1/prepaid/"+what+".csv", nil, "Authorization", "Bearer "+shop.Vendor.AdminKey).Body)
		}
		to := &servertest.Shop{Server: s, Vendor: s.Vendor(t, "Other")}
		to.Browser = s.SignIn(t, to.Vendor)
		to.Manage(t, "POST", "/prepaid/license-codes", code, "")
		to.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Kirk AG", "customer_number": "K-1001"}, "")
		b := servertest.Importer{Browser: to.Browser, Server: s}
		for what, columns := range map[string][]string{
			"cards": {"number", "license_code", "status", "total_days", "available_days", "customer_number"}, "devices": {"number", "model", "customer_number"},
		} {
			file := export(from, what)
			if done := b.Carry(t, b.Read(t, what, file), url.Values{"all_or_nothing": {"on"}}); stat(done, "Done") != "3" {
				t.Fatalf("%s: %s", what, done.Text("main"))
			}
			was, is := read(t, &servertest.Page{Body: file}, columns...), read(t, &servertest.Page{Body: export(to, what)}, columns...)
			if strings.Join(was, "\n") != strings.Join(is, "\n") {
				t.Errorf("%s were\n%s\nand are\n%s", what, strings.Join(was, "\n"), strings.Join(is, "\n"))
			}
			again := b.Read(t, what, file+"\n")
			if n := len(problems(again)); n != 3 {
				t.Errorf("%s once more: %d lines are refused: %s", what, n, again.Text("tbody"))
			}
		}
		// One issue of each day for each holder stands in the sales record, and not one for each card.
		if file := export(to, "transfers"); strings.Count(file, ",issue,") != 2+3 {
			t.Errorf("the sales record:\n%s", file)
		}
		draft := b.Read(t, "devices", "IMEI,Type\n77 1,GT06N\n3.5E+14,GT06N\n00771,GT06N\n")
		if told := problems(draft); len(told) != 2 || !strings.Contains(told[0], "IMEI was changed by a spreadsheet") || !strings.Contains(told[1], "IMEI is in line 2 already") {
			t.Errorf("the preview tells %q", told)
		}
	})
}
