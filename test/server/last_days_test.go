package server_test

import (
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// A last day is the vendor's at every door, wherever the viewer is: on the 5th of
// September the clocks of Santiago go from midnight to one.
func TestLastDaysAtEveryDoor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		x := servertest.OpenShop(t, s)
		x.Manage(t, "PATCH", "/vendor", servertest.Fields{"zone": "America/Santiago"}, "")
		x.Travel(t, "Europe/Berlin")
		const day, shown, ends, begins = "2027-09-04", "4 Sep 2027", "2027-09-05T04:00:00Z", "2027-09-04T04:00:00Z"

		byAPI, key := x.Issue(t, x.Edition, servertest.Fields{"name": "By API", "starts_at": day, "expires_at": day})
		x.Post(t, "/licenses/new", url.Values{
			"edition_id": {x.Edition}, "customer": {"K-1001"}, "name": {"By form"}, "starts_at": {day}, "expires_mode": {"at"}, "expires_at": {day},
		})
		importer := servertest.Importer{Browser: x.Browser, Server: s}
		importer.Carry(t, importer.Read(t, "licenses", "customer_number,edition,license_name,starts,expires\nK-1001,Basic,By file,"+day+","+day+"\n"), nil)
		x.Manage(t, "PATCH", "/editions/"+x.Pro, servertest.Fields{"expires_mode": "at", "expires_at": day}, "")
		byEdition, _ := x.Issue(t, x.Pro, servertest.Fields{"name": "By edition", "starts_at": begins})

		file := exported(t, x.Get(t, "/licenses?format=csv"))
		list := x.Get(t, "/licenses")
		rows := list.Text("#rows")
		for _, name := range []string{"By API", "By form", "By file", "By edition"} {
			row := file[name]
			if row == nil || row["Expires"] != day || row["Starts"] != day {
				t.Errorf("%s is exported as %v", name, row)
				continue
			}
			href := "/licenses/" + row["Licence id"]
			if end, begin := x.Value(t, href, "expires_at"), x.Value(t, href, "starts_at"); end != ends || begin != begins {
				t.Errorf("%s holds from %s to %s, want %s to %s", name, begin, end, begins, ends)
			}
			page := x.Get(t, href)
			if said := page.Text("main"); !strings.Contains(said, "Begins"+shown) || !strings.Contains(said, "over in America/Santiago"+shown) {
				t.Errorf("the page of %s says %s", name, said)
			}
			if form := servertest.Filled(x.Get(t, href+"/extend")); form.Get("expires_at") != "2028-09-04" {
				t.Errorf("%s is extended to %s", name, form.Get("expires_at"))
			}
			if form := servertest.Filled(x.Get(t, href+"/change")); form.Get("starts_at") != day || name != "By edition" && form.Get("expires_at") != day {
				t.Errorf("the form of %s holds %s to %s", name, form.Get("starts_at"), form.Get("expires_at"))
			}
		}
		// Each row says the first day, under "Not started", and the last.
		if list.Find("#rows tr").Length() != 4 || strings.Count(rows, shown) != 8 || strings.Count(rows, "from "+shown) != 4 || strings.Contains(rows, "5 Sep") {
			t.Errorf("the list says %s", rows)
		}
		foot := x.Get(t, "/licenses").Text("footer")
		if !strings.Contains(foot, "Times in Europe/Berlin") || !strings.Contains(foot, "first and last days in America/Santiago") {
			t.Errorf("the foot says %s", foot)
		}
		servertest.Says(t, x.Get(t, "/licenses/"+byEdition+"/change"), "main", "As the edition says: "+shown)
		if form := servertest.Filled(x.Get(t, "/editions/"+x.Pro+"/edit")); form.Get("expires_at") != day {
			t.Errorf("the edition's form holds %s", form.Get("expires_at"))
		}

		said := x.Fill(t, "/licenses/"+byAPI+"/extend", url.Values{"expires_at": {"2028-09-02"}})
		servertest.Says(t, said, "#flash", "The licence now holds until the end of 2 Sep 2028.")
		if end := x.Value(t, "/licenses/"+byAPI, "expires_at"); end != "2028-09-03T04:00:00Z" {
			t.Errorf("extended to the end of a day before a midnight that is not, it ends %s", end)
		}
		servertest.Says(t, x.Get(t, "/licenses/"+byAPI+"/history"), "#rows", shown, "2 Sep 2028")

		x.Manage(t, "PATCH", "/licenses/"+byAPI, servertest.Fields{"starts_at": nil}, "")
		x.Activate(t, key, "drill-1", "hall-1")
		activation, _ := x.Get(t, "/licenses/"+byAPI+"/devices").Find("#rows a").Attr("href")
		activation = strings.TrimPrefix(activation, x.Base)
		suspended := x.Fill(t, activation+"/suspend", url.Values{"until": {day}})
		servertest.Says(t, suspended, "main", "suspended until the end of "+shown, "refused until the end of "+shown)
		servertest.Says(t, x.Get(t, activation+"/suspend"), "main", "ends in America/Santiago")
	})
}

// exported gives the rows of a file by the licence's name.
func exported(t *testing.T, p *servertest.Page) map[string]map[string]string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(lines[0], "Licence")
	rows := map[string]map[string]string{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		rows[line[at]] = row
	}
	return rows
}

// What lists of licences export, imports take back: the same days, and ends within a day.
func TestExportedLicencesAreImported(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		x := servertest.OpenShop(t, s)
		importer := servertest.Importer{Browser: x.Browser, Server: s}
		for _, zone := range []string{"America/Los_Angeles", "America/Santiago", "Pacific/Kiritimati", "Atlantic/Azores"} {
			x.Manage(t, "PATCH", "/vendor", servertest.Fields{"zone": zone}, "")
			given := map[string]servertest.Fields{
				"day":     {"expires_at": "2026-12-31", "starts_at": "2026-12-01"},
				"odd day": {"expires_at": "2027-09-04", "token_limit": 7},
				"instant": {"expires_at": "2027-06-30T12:34:56.789Z", "starts_at": "2026-12-01T08:30:00Z"},
				"never":   {"expires_mode": "never", "is_active": false},
				"rule":    {"expires_days": 365, "is_temporary": true},
			}
			for name, f := range given {
				f["name"] = zone + " " + name
				x.Issue(t, x.Edition, f)
			}
			file := x.Get(t, "/licenses?format=csv").Body
			was := exported(t, x.Get(t, "/licenses?format=csv"))
			if row := was[zone+" day"]; row["Expires"] != "2026-12-31" || row["Starts"] != "2026-12-01" {
				t.Errorf("in %s a day is exported as %v", zone, row)
			}
			for _, row := range was { // the lists' own file carries what an import needs
				for _, need := range []string{"Licence id", "License key", "Edition", "Product", "Customer number"} {
					if row[need] == "" {
						t.Fatalf("%q is not in %v", need, row)
					}
				}
			}
			renamed := strings.ReplaceAll(file, zone+" ", "again "+zone+" ")
			lines := strings.SplitAfter(renamed, "\n")
			kept := lines[:1]
			for _, line := range lines[1:] {
				if strings.HasPrefix(line, "again "+zone) {
					kept = append(kept, line)
				}
			}
			done := importer.Carry(t, importer.Read(t, "licenses", strings.Join(kept, "")), nil)
			now := exported(t, x.Get(t, "/licenses?format=csv"))
			for name := range given {
				before, after := was[zone+" "+name], now["again "+zone+" "+name]
				for _, column := range []string{"Expires", "Starts", "Tokens", "Temporary", "Active", "Edition", "Customer number"} {
					if after == nil || before[column] != after[column] {
						t.Errorf("in %s, %s: %s was %q and is %q after an import: %s", zone, name, column, before[column], after[column], done.Text("main"))
					}
				}
			}
		}
	})
}
