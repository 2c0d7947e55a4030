package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/wiring"
)

// nobody is a UUID that nothing has.
const nobody = "0190a8f0-0000-7000-8000-00000000dead"

// vendor is a vendor with a product, an edition and a customer, on a server.
type vendor struct {
	*servertest.Server
	wiring.NewVendor

	product, edition, customer string
}

// terms are fields of an edition or a licence.
type terms map[string]any

// open makes a vendor that sells one edition with these terms.
func open(t testing.TB, s *servertest.Server, name string, of terms) vendor {
	t.Helper()
	v := vendor{Server: s, NewVendor: s.Vendor(t, name)}
	v.product = v.manage(t, 201, "POST", "/products", terms{"name": "Drill"}).text(t, "id")
	edition := terms{"product_id": v.product, "name": "Pro"}
	maps.Copy(edition, of)
	v.edition = v.manage(t, 201, "POST", "/editions", edition).text(t, "id")
	v.customer = v.manage(t, 201, "POST", "/customers", terms{"company_name": "Kirk AG", "email": "kirk@example.com"}).text(t, "id")
	return v
}

// license is an issued licence.
type license struct {
	ID        string   `json:"id"`
	Key       string   `json:"license_key"`
	TokenKeys []string `json:"token_keys"`
}

// issue issues a licence with these terms of its own.
func (v vendor) issue(t testing.TB, own terms) (l license) {
	t.Helper()
	fields := terms{"edition_id": v.edition, "customer_id": v.customer}
	maps.Copy(fields, own)
	v.manage(t, 201, "POST", "/licenses", fields).JSON(t, &l)
	return l
}

// at gives the same vendor as another server over its database serves it.
func (v vendor) at(s *servertest.Server) vendor {
	v.Server = s
	return v
}

// answer is an answer whose fields can be asked for.
type answer struct{ servertest.Answer }

// manage calls the management API with the vendor's admin key and expects want.
func (v vendor) manage(t testing.TB, want int, method, path string, body any, headers ...string) answer {
	t.Helper()
	a := v.Do(t, method, "/api/v1"+path, body, append([]string{"Authorization", "Bearer " + v.AdminKey}, headers...)...)
	if a.Status != want {
		t.Fatalf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, want)
	}
	return answer{a}
}

// call calls the clients' surface with the provisioning key.
func (v vendor) call(t testing.TB, path string, body any, headers ...string) answer {
	t.Helper()
	return answer{v.Do(t, "POST", v.clients()+path, body, append([]string{"ProvisioningKey", v.ProvisioningKey}, headers...)...)}
}

func (v vendor) clients() string { return "/api/v2/isv/" + v.VendorID + "/provisioning" }

// activation is the body of an activation.
func (v vendor) activation(key, client string) terms {
	return terms{"product_id": v.product, "license_key": key, "client_id": client}
}

// settle waits until what moves by itself, mail on its way, has come to rest.
func (v vendor) settle(t *testing.T) {
	t.Helper()
	for waiting := true; waiting; {
		var queued struct {
			Items []struct{ ID string }
		}
		v.manage(t, 200, "GET", "/mails?state=queued", nil).JSON(t, &queued)
		waiting = len(queued.Items) > 0
	}
}

// heartbeat is the body of a heartbeat.
func (v vendor) heartbeat(client string) terms {
	return terms{"product_id": v.product, "client_id": client, "software_version": "1.0", "operating_system": "Linux"}
}

// field gives a field of the answer's body.
func (a answer) field(t testing.TB, name string) any {
	t.Helper()
	var all map[string]any
	a.JSON(t, &all)
	return all[name]
}

func (a answer) text(t testing.TB, name string) string {
	t.Helper()
	text, _ := a.field(t, name).(string)
	return text
}

// refused expects 409 with the protocol's number and a word on what to do.
func (a answer) refused(t testing.TB, id int) {
	t.Helper()
	var r struct {
		ID            int
		Message, Help string
	}
	if a.Status == 409 {
		a.JSON(t, &r)
	}
	if r.ID != id || !sentence(r.Message) || !sentence(r.Help) {
		t.Errorf("got %d %s, want the refusal %d", a.Status, a.Body, id)
	}
}

// sentence reports whether a text can be shown to a person as it is.
func sentence(text string) bool {
	return len(text) > 10 && len(text) < 300 && strings.HasSuffix(text, ".") && !strings.ContainsAny(text, "\n\t%")
}

// moving gives a change of configuration that brings a clock of the test's own.
func moving() (*ident.ManualClock, func(*server.Config)) {
	clock := ident.NewManualClock(time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC))
	return clock, func(c *server.Config) { c.Clock = clock }
}

// behindProxy has the server believe X-Forwarded-For, so that a test can call from
// many addresses.
func behindProxy(c *server.Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// volatile are the tables that are written to while nothing changes: who holds
// the lease, when a client was last seen, how often something was refused, seals.
func volatile() []string {
	return []string{"figures", "figure_days", "leases", "pulses", "denials", "last_refusals", "change_counter", "goose_db_version", "audit_seals", "audit_heads", "word_progress"}
}

// contents gives all rows of all tables that a call without effect leaves alone.
func contents(t testing.TB, s *servertest.Server) map[string]string {
	t.Helper()
	db := s.Program.Rooms().DB
	all := map[string]string{}
	for _, name := range s.Tables(t) {
		if slices.Contains(volatile(), name) {
			continue
		}
		rows, err := db.Query(t.Context(), "SELECT * FROM "+name) //nolint:unqueryvet // whatever there is may not change
		if err != nil {
			t.Fatal(err)
		}
		all[name] = dump(t, rows)
	}
	return all
}

func dump(t testing.TB, rows store.Rows) string {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(values...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// unchanged fails when anything differs from what was there before.
func unchanged(t testing.TB, s *servertest.Server, before map[string]string) {
	t.Helper()
	for name, rows := range contents(t, s) {
		was := strings.Split(before[name], "\n")
		for line := range strings.SplitSeq(rows, "\n") {
			if !slices.Contains(was, line) {
				t.Errorf("%s has a new or changed row: %.500s", name, line)
			}
		}
		if n := strings.Count(rows, "\n") + 1; n < len(was) {
			t.Errorf("%s lost %d rows", name, len(was)-n)
		}
	}
}

// wrong gives the names that a problem calls wrong.
func (a answer) wrong(t testing.TB) (names []string) {
	t.Helper()
	var p struct {
		Errors []struct {
			Name string `json:"name"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(a.Body, &p); err != nil {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	for _, e := range p.Errors {
		names = append(names, e.Name)
	}
	return names
}

// jsonOf gives the fields as a body.
func jsonOf(t testing.TB, fields terms) io.Reader {
	t.Helper()
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(data)
}

// read reads a response in full.
func read(t testing.TB, r *http.Response) answer {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{servertest.Answer{Status: r.StatusCode, Header: r.Header, Body: data}}
}
