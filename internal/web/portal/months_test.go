package portal_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// The owner of a licence that counts the devices of each month is told of the month, and
// not that a deleted device frees a place.
func TestALicenceThatCountsMonths(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		edition := s.Manage(t, "POST", "/editions", servertest.Fields{
			"product_id": s.Product, "name": "By the month", "activation_counting": "monthly", "token_limit": 2,
		}, "id")
		id, key := s.Issue(t, edition, servertest.Fields{"licensee_email": "anna@example.com"})
		s.Activate(t, key, "drill-1", "hall-1")
		s.Activate(t, key, "drill-2", "hall-2")
		if a := server.Do(t, "POST", "/api/v2/isv/"+s.Vendor.VendorID+"/provisioning/activations", servertest.Fields{
			"product_id": s.Product, "license_key": key, "client_id": "drill-3",
		}, "ProvisioningKey", s.Vendor.ProvisioningKey); a.Status != 409 {
			t.Fatalf("a device too many: %d %s", a.Status, a.Body)
		}
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		licence := "/licenses/" + id
		for _, path := range []string{"/", licence} {
			p := anna.Get(t, path)
			servertest.Says(t, p, ".app-tile:contains('This month')", "of 2 allowed", "Counts anew on 1 ")
			servertest.Says(t, p, ".app-notice:contains('Used up.')",
				"All 2 places of this month are taken", "is not valid until 1 ", "Deleting a device frees no place this month.", "Ask for more")
			if text := p.Text(".app-notice"); strings.Contains(text, "Delete a device") || strings.Contains(text, "activations are in use") {
				t.Errorf("%s: the notice says %s", path, text)
			}
		}
		servertest.Says(t, anna.Get(t, licence), "main", "counts the devices of each month")
		list := licence + "/activations"
		device := strings.TrimPrefix(anna.Get(t, list).Find("#rows a[href*='/activations/']").First().AttrOr("href", ""), anna.Base)
		for path, want := range map[string]string{device + "/delete": "loses its activation at once.", list + "/delete": "2 devices lose their activations at once."} {
			p := anna.Get(t, path)
			servertest.Says(t, p, "main", want, "That frees no place", "keeps its place until 1 ")
			if text := p.Text("main"); strings.Contains(text, "free for another device") {
				t.Errorf("%s says %s", path, text)
			}
		}
	})
}

// The list of devices tells which of them count this month, finds them by it, and says it in
// its file.
func TestWhichDevicesCountThisMonth(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, key := m.Issue(t, `"token_limit":2,"activation_counting":"monthly"`)
		call := func(path string, status int, more servertest.Fields) {
			t.Helper()
			more["product_id"], more["software_version"], more["operating_system"] = m.Product, "1", "Linux"
			a := m.Do(t, "POST", "/api/v2/isv/"+m.Vendor.VendorID+"/provisioning/"+path, more, "ProvisioningKey", m.Vendor.ProvisioningKey)
			if a.Status != status {
				t.Fatalf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		for _, client := range []string{"one", "two"} {
			call("activations", 200, servertest.Fields{"license_key": key, "client_id": client, "hostname": client})
		}
		m.Clock.Advance(31 * 24 * time.Hour)
		call("activations", 200, servertest.Fields{"license_key": key, "client_id": "new", "hostname": "new"})
		call("heartbeats", 200, servertest.Fields{"client_id": "one"})
		anna := m.AsOwner(t, m.Vendor, "kirk@example.com", nil)
		list := "/licenses/" + id + "/activations"
		for query, want := range map[string]string{
			"":           "new:Counts one:Counts two:Not used yet",
			"?month=yes": "new:Counts one:Counts",
			"?month=no":  "two:Not used yet",
		} {
			p := anna.Get(t, list+query)
			column := p.Find("thead th:contains('This month')").Index()
			var got []string
			for _, row := range p.Find("#rows tr").EachIter() {
				for _, host := range []string{"new", "one", "two"} {
					if row.Find("a:contains('"+host+"')").Length() > 0 {
						got = append(got, host+":"+strings.TrimSpace(row.Children().Eq(column).Text()))
					}
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v, want %s", query, got, want)
			}
		}
		if csv := anna.Get(t, list+"?format=csv"); !strings.Contains(csv.Body, "This month") || strings.Count(csv.Body, "Counts") != 2 {
			t.Errorf("the file: %s", csv.Body)
		}
		call("heartbeats", 409, servertest.Fields{"client_id": "two"})
		servertest.Says(t, anna.Get(t, list+"?month=no"), "#rows", "two", "Found no place")
		device := strings.TrimPrefix(anna.Get(t, list+"?month=no").Find("#rows a").First().AttrOr("href", ""), anna.Base)
		servertest.Says(t, anna.Get(t, device), "main", "This month", "Found no place")

		edition := m.API(t, 201, "POST", "/editions", servertest.Fields{"product_id": m.Product, "name": "Held", "token_limit": 2})["id"].(string)
		l := m.API(t, 201, "POST", "/licenses", servertest.Fields{"edition_id": edition, "customer_id": m.Customer})
		held, heldKey := l["id"].(string), l["license_key"].(string)
		call("activations", 200, servertest.Fields{"license_key": heldKey, "client_id": "three", "hostname": "three"})
		p := anna.Get(t, "/licenses/"+held+"/activations?month=yes")
		servertest.Says(t, p, "#rows", "three")
		if strings.Contains(p.Text("main"), "This month") {
			t.Error("a licence that counts activations tells of months")
		}
	})
}

// The mail that a licence is used up tells when the month ends.
func TestAUsedUpMonthIsMailed(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		_, key := m.Issue(t, `"token_limit":1,"activation_counting":"monthly"`)
		m.Box.Await(t)
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"used_up","is_on":true,"to_customer":true,"staff":[]}`)
		for i, status := range []int{200, 409} {
			a := m.Do(t, "POST", "/api/v2/isv/"+m.Vendor.VendorID+"/provisioning/activations", servertest.Fields{
				"product_id": m.Product, "license_key": key, "client_id": "drill-" + strconv.Itoa(i),
			}, "ProvisioningKey", m.Vendor.ProvisioningKey)
			if a.Status != status {
				t.Fatalf("device %d: %d %s", i, a.Status, a.Body)
			}
		}
		got := m.Box.Read(t)
		if !strings.Contains(got.Subject, "all places of this month are taken") || !strings.Contains(got.Text, "The month ends on 31 March 2026") {
			t.Errorf("%s\n%s", got.Subject, got.Text)
		}
	})
}
