package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/erasure"
	"chancery/internal/identity"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/store/backup"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// person is somebody who asks to be forgotten, by everything that the server was told.
var person = []string{
	"Müller & Söhne", "M\\u00fcller", "Müller &amp; Söhne", "Alte Müllerei", "erika@mueller.example", "kontakt@mueller.example", "hans@mueller.example",
	"Erikas Rechner", "erika-pc", "erikas-machine", "erika.local", "203.0.113.77", "erika-user", "Erika M",
}

// remembered gives where the server still knows the person: in which columns of which
// tables, and in a backup.
func remembered(t *testing.T, s *servertest.Server, words []string) (found []string) {
	t.Helper()
	db := s.Program.Rooms().DB
	knows := func(text string) string {
		for _, word := range words {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				return word
			}
		}
		return ""
	}
	for _, table := range s.Tables(t) {
		rows, err := db.Query(t.Context(), "SELECT * FROM "+table) //nolint:unqueryvet // all columns are looked at
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		all, err := store.All[[]sql.NullString](rows, nil)(func(scan store.Scan) ([]sql.NullString, error) {
			values := make([]sql.NullString, len(columns))
			dest := make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			return values, scan(dest...)
		})
		if err != nil {
			t.Fatal(table, err)
		}
		for _, values := range all {
			for i, v := range values {
				if word := knows(v.String); word != "" {
					found = append(found, fmt.Sprintf("%s.%s has %q: %.200s", table, columns[i], word, v.String))
				}
			}
		}
	}
	var file bytes.Buffer
	if _, err := backup.Write(t.Context(), db, 1, s.Program.Rooms().Clock.Now(), &file); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`"b":"[^"]*"`).ReplaceAllFunc(text, func(b []byte) []byte {
		plain, err := base64.StdEncoding.DecodeString(string(b[5 : len(b)-1]))
		if err != nil {
			t.Fatal(err)
		}
		return plain
	})
	if word := knows(string(text)); word != "" {
		found = append(found, "a backup has "+word)
	}
	return found
}

// erased begins an erasure by call, and waits until it has ended.
func (v vendor) erased(t *testing.T, body terms) {
	t.Helper()
	id := v.manage(t, 201, "POST", "/erasures", body).text(t, "id")
	v.finish(t, id)
}

func (v vendor) finish(t *testing.T, id string) {
	t.Helper()
	for done := false; !done; {
		if _, err := v.Program.Rooms().Erasures.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		done, _ = v.manage(t, 200, "GET", "/erasures/"+id, nil).field(t, "is_done").(bool)
	}
}

func (v vendor) sound(t *testing.T) {
	t.Helper()
	problems, err := v.Program.Rooms().Verify(t.Context(), nil, func(string) {})
	if err != nil || len(problems) > 0 {
		t.Errorf("verify: %v, %q", err, problems)
	}
}

var from = []string{"X-Forwarded-For", "203.0.113.77"}

// lived gives a vendor two customers who have used everything: the person, and somebody else.
func lived(t *testing.T, s *servertest.Server) (v vendor, customer string, other license) {
	t.Helper()
	v = open(t, s, "Acme", terms{"token_limit": 3, "limitations": []terms{{"name": "pages", "limit": 100, "reset": "never"}}})
	v.manage(t, 201, "POST", "/subscriptions", terms{"kind": "mail", "target": "ops@acme.example", "events": []string{
		"customer.created", "customer.updated", "license.issued", "license.changed", "activation.created", "activation.deleted", "customer.erased",
	}})
	b := servertest.Importer{Browser: s.SignIn(t, v.NewVendor), Server: s}
	b.Upload(t, "/imports/new", url.Values{"kind": {"customers"}}, "file", "Müller & Söhne.csv",
		[]byte("company_name,customer_number,email\nMüller & Söhne,M-9,kontakt@mueller.example\nLind KG,L-9,lind@lind.example\n"))
	customer = v.manage(t, 201, "POST", "/customers", terms{"company_name": "Alte Müllerei", "email": "hans@mueller.example"}, "Idempotency-Key", "k-1").text(t, "id")
	v.manage(t, 200, "PATCH", "/customers/"+customer, terms{"company_name": "Müller & Söhne", "email": "kontakt@mueller.example"})
	l := v.issue(t, terms{"customer_id": customer, "name": "Erikas Rechner", "licensee_email": "hans@mueller.example"})
	v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"licensee_email": "erika@mueller.example"})
	v.manage(t, 204, "POST", "/licenses/"+l.ID+"/mail", nil)
	other = v.issue(t, terms{"name": "Lind's"})
	for client, key := range map[string]string{"erikas-machine": l.Key, "lind-machine": other.Key} {
		host, at, user := "erika-pc", from, "erika-user"
		if client == "lind-machine" {
			host, at, user = "lind-pc", nil, "lind-user"
		}
		activation := v.activation(key, client)
		activation["client_name"], activation["hostname"] = "Erika M", host
		if client == "lind-machine" {
			activation["client_name"] = "Lind"
		}
		activation["device_variables"] = map[string]string{"fqdn": strings.Replace(host, "-pc", ".local", 1)}
		a := v.call(t, "/activations", activation, at...)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", client, a.Status, a.Body)
		}
		beat := v.heartbeat(client)
		beat["hostname"], beat["user_id"], beat["group_id"] = host, user, user
		if a := v.call(t, "/heartbeats", beat, at...); a.Status != 200 {
			t.Fatalf("%s: %d %s", client, a.Status, a.Body)
		}
	}
	team := v.manage(t, 201, "POST", "/editions", terms{
		"product_id": v.product, "name": "Team", "provisioning_mode": "floating",
		"client_type": "users", "floating_token_limit": 2,
	}).text(t, "id")
	floats := v.issue(t, terms{"customer_id": customer, "edition_id": team, "licensee_email": "erika@mueller.example"})
	v.manage(t, 201, "POST", "/licenses/"+floats.ID+"/users", terms{"user_id": "erika-user"})
	session := terms{"license_id": floats.Key, "client_id": "erikas-machine", "session_id": "erika-user-1", "user_id": "erika-user"}
	for _, act := range []string{"/session/open", "/session/close"} {
		if a := v.call(t, act, session, from...); a.Status != 200 {
			t.Fatalf("%s: %d %s", act, a.Status, a.Body)
		}
	}
	var grants struct{ Limitations []struct{ ID string } }
	v.manage(t, 200, "GET", "/licenses/"+l.ID, nil).JSON(t, &grants)
	v.manage(t, 201, "POST", "/licenses/"+l.ID+"/consumptions", terms{"limitation_id": grants.Limitations[0].ID, "value": 1, "reason": "For erika@mueller.example"})
	refused := v.manage(t, 409, "POST", "/erasures", terms{"customer_id": customer})
	if !strings.Contains(string(refused.Body), "Nothing is erased yet: 1 device in use would bring") {
		t.Errorf("%s", refused.Body)
	}
	v.manage(t, 200, "POST", "/licenses/"+l.ID+"/release-all", nil)
	rooms := s.Program.Rooms()
	if err := rooms.DB.Run(context.Background(), func(x tx.Tx) error {
		_, err := rooms.Users.Create(x, identity.Operator(s.RoomID(t, v.NewVendor)), identity.NewUser{Email: "erika@mueller.example", Name: "Erika M"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := rooms.Pulses.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.settle(t)
	return v, customer, other
}

// Nothing of somebody who was erased is found any more, in no table and in no backup; what
// is somebody else's stays, and so does what was sold and used, provably.
func TestAnErasedCustomerIsFoundNowhere(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, customer, other := lived(t, s)
		before := remembered(t, s, person)
		for _, table := range []string{
			"customers", "licenses", "license_users", "sessions", "heartbeats", "activations", "devices", "mails", "outbox", "answers",
			"imports", "import_lines", "audit_log", "users", "consumptions", "a backup",
		} {
			if !strings.Contains(strings.Join(before, "\n"), "\n"+table) && !strings.HasPrefix(strings.Join(before, "\n"), table) {
				t.Errorf("nothing is in %s: the test does not look there", table)
			}
		}
		counts := sizes(t, s)
		v.erased(t, terms{"customer_id": customer})
		for _, where := range remembered(t, s, person) {
			t.Errorf("%s", where)
		}
		v.sound(t)
		for table, now := range sizes(t, s) {
			if n, was := now.rows, counts[table].rows; n < was && table != "users" && !strings.HasSuffix(table, "_words") {
				t.Errorf("%s has %d rows, and had %d", table, n, was)
			}
		}
		if kept := remembered(t, s, []string{"lind-machine", "lind-pc", "lind-user", "lind.local", "Lind's", "Lind KG", "kirk@example.com", "Kirk AG"}); len(kept) < 12 {
			t.Errorf("what was somebody else's is gone: %q", kept)
		}
		if a := v.call(t, "/heartbeats", v.heartbeat("lind-machine")); a.Status != 200 {
			t.Errorf("somebody else's machine: %d %s", a.Status, a.Body)
		}
		_ = other
		// Once more is nothing more, and the audit log says who was erased by id alone.
		v.erased(t, terms{"customer_id": customer})
		v.sound(t)
	}, behindProxy)
}

func TestAnErasedLicenseeIsFoundNowhere(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, customer, _ := lived(t, s)
		for key, n := v.issue(t, terms{"licensee_email": "otto@bücher.example"}).Key, 0; n < 3; n++ { // three past activations of one device
			token := v.call(t, "/activations", v.activation(key, "ottos-machine")).text(t, "token_key")
			if a := v.call(t, "/unassign", terms{"token_key": token, "client_id": "ottos-machine"}); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		if len(remembered(t, s, []string{"otto@bücher.example"})) == 0 {
			t.Error("the licensee is nowhere to be found before")
		}
		v.erased(t, terms{"licensee_email": "mailto:Otto@XN--BCHER-KVA.example"}) // as somebody may write it who asks for it
		for _, where := range remembered(t, s, []string{"otto@bücher.example", "otto@xn--bcher-kva.example", "ottos-machine"}) {
			t.Errorf("%s", where)
		}
		v.erased(t, terms{"licensee_email": "ERIKA@mueller.example"})
		mine := []string{"erika@mueller.example", "erikas-machine", "erika-pc", "erika.local", "203.0.113.77", "erika-user", "Erika M"}
		for _, where := range remembered(t, s, mine) {
			t.Errorf("%s", where)
		}
		if name := v.manage(t, 200, "GET", "/customers/"+customer, nil).text(t, "company_name"); name != "Müller & Söhne" {
			t.Errorf("the customer is called %q", name)
		}
		v.sound(t)
		v.manage(t, 409, "POST", "/erasures", terms{"licensee_email": "ops@acme.example"}) // a webhook sends there
		v.manage(t, 400, "POST", "/erasures", terms{"licensee_email": "nobody"})
		v.manage(t, 400, "POST", "/erasures", terms{})
	}, behindProxy)
}

// A user who left is nobody in the audit log but an id.
func TestAnErasedUserIsFoundNowhere(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", nil)
		rooms, room := s.Program.Rooms(), s.RoomID(t, v.NewVendor)
		operator := identity.Operator(room)
		var user identity.User
		if err := rooms.DB.Run(t.Context(), func(x tx.Tx) (err error) {
			user, err = rooms.Users.Create(x, operator, identity.NewUser{Email: "erika@mueller.example", Name: "Erika M", Role: "admin"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		acting := tx.WithActor(t.Context(), tx.Actor{Kind: "user", ID: user.UUID.String(), Name: "Erika M", Address: "203.0.113.77"})
		if err := rooms.DB.Run(acting, func(x tx.Tx) error {
			x.Journal(tx.Entry{Vendor: room, Action: "product.updated", Subject: "product", ID: user.UUID})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := rooms.DB.Run(t.Context(), func(x tx.Tx) error { return rooms.Users.Remove(x, operator, user.UUID) }); err != nil {
			t.Fatal(err)
		}
		v.erased(t, terms{"user_id": user.UUID})
		for _, where := range remembered(t, s, []string{"erika@mueller.example", "Erika M", "203.0.113.77"}) {
			t.Errorf("%s", where)
		}
		v.sound(t)
	})
}

// Killed in the middle, at whatever transaction, an erasure is gone on with.
func TestAnErasureOutlivesAServer(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, customer, _ := lived(t, s)
		rooms := s.Program.Rooms()
		// The server's own work must not help: another copy of the room does it alone.
		id := v.manage(t, 201, "POST", "/erasures", terms{"customer_id": customer}).text(t, "id")
		for n := 1; n < 40; n++ {
			ctx, stop := context.WithCancel(t.Context())
			stopping, err := erasure.New(erasure.Config{Store: rooms.ErasureRows, Runner: storetest.StopsAfter(rooms.DB, n%3+1, stop), IDs: rooms.IDs})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := stopping.Work(ctx); err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
			stop()
		}
		v.finish(t, id)
		for _, where := range remembered(t, s, person) {
			t.Errorf("%s", where)
		}
		v.sound(t)
	}, behindProxy)
}

// With a customer those of its people are erased who have nothing else here: not who is
// with another customer, has another customer's licence or is of the team.
func TestAnErasedCustomersPeopleAreFoundNowhere(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", nil)
		mine := v.manage(t, 201, "POST", "/customers", terms{"company_name": "Moos GmbH", "email": "post@moos.example"}).text(t, "id")
		other := v.manage(t, 201, "POST", "/customers", terms{"company_name": "Lind KG", "email": "post@lind.example"}).text(t, "id")
		v.issue(t, terms{"customer_id": mine, "licensee_email": "both@lind.example"})
		v.issue(t, terms{"customer_id": other, "licensee_email": "licensee@lind.example"})
		s.AsOwner(t, v.NewVendor, "gone@moos.example", map[string]owners.Role{mine: owners.Administrator})
		s.AsOwner(t, v.NewVendor, "both@lind.example", map[string]owners.Role{mine: owners.Viewer, other: owners.Viewer})
		s.AsOwner(t, v.NewVendor, "licensee@lind.example", map[string]owners.Role{mine: owners.Viewer})
		v.erased(t, terms{"customer_id": mine})
		for _, where := range remembered(t, s, []string{"moos.example", "Moos GmbH"}) {
			t.Errorf("%s", where)
		}
		for _, kept := range []string{"both@lind.example", "licensee@lind.example"} {
			if !strings.Contains(strings.Join(remembered(t, s, []string{kept}), "\n"), "users.email") {
				t.Errorf("%s is gone", kept)
			}
		}
		v.sound(t)
	})
}
