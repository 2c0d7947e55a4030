package server_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
)

func TestMailFromIssueToInbox(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, key := m.Issue(t, `"token_limit":1,"goodwill_token_limit":2`)
		got := m.Box.Await(t)
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "=\r\n", "")
		if got.Header.Get("To") != "<kirk@example.com>" || got.Header.Get("From") != `"Acme" <licences@example.com>` ||
			got.Header.Get("Subject") != "Your licence of Drill" || !strings.Contains(got.Header.Get("Content-Type"), "multipart/alternative") ||
			!strings.Contains(text, key) || !strings.Contains(text, m.Product) {
			t.Errorf("%v\n%s", got.Header, text)
		}
		// A link in a mail is answered: no customer is sent to a page that is not there.
		for _, link := range regexp.MustCompile(`https://licences\.example\.com[^\s"<]*`).FindAllString(text, -1) {
			if a := m.Do(t, "GET", strings.TrimPrefix(link, "https://licences.example.com"), nil); a.Status >= 400 {
				t.Errorf("the mail leads to %s, which answers %d", link, a.Status)
			}
		}
		logged := m.AwaitLog(t, "sent", 1)
		if logged["license_id"] != id || logged["to"] != "kirk@example.com" || logged["error"] != nil {
			t.Errorf("%v", logged)
		}
		// Again, by staff: from the log, and from the licence.
		m.API(t, 204, "POST", "/mails/"+logged["id"].(string)+"/resend", nil)
		if again := m.Box.Await(t); again.Header.Get("Message-Id") != got.Header.Get("Message-Id") {
			t.Error("the same mail has another id")
		}
		m.API(t, 204, "POST", "/licenses/"+id+"/mail", nil)
		m.Box.Await(t)

		// Goodwill is told once for each entry, to those whom the rule names.
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"goodwill","is_on":true,"to_customer":false,"staff":["sales@example.com"]}`)
		m.API(t, 200, "PUT", "/mail-templates", `{"kind":"goodwill","subject":"{{.Customer}} needs more","text":"{{.Used}} of {{.Contract}}","html":"<b>{{.Used}}</b>"}`)
		activate := func(client string) {
			a := m.Do(t, "POST", "/api/v2/isv/"+m.Vendor.VendorID+"/provisioning/activations",
				fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":%q}`, m.Product, key, client), "ProvisioningKey", m.Vendor.ProvisioningKey)
			if a.Status != 200 && a.Status != 409 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		for i := range 3 {
			activate(fmt.Sprint("c", i))
		}
		if got := m.Box.Await(t); got.Header.Get("To") != "<sales@example.com>" || got.Header.Get("Subject") != "Kirk needs more" {
			t.Errorf("%v", got.Header)
		}
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"used_up","is_on":true,"to_customer":true,"staff":[]}`)
		activate("c3")
		activate("c4")
		if got := m.Box.Await(t); got.Header.Get("Subject") != "Drill: all activations are in use" {
			t.Errorf("%v", got.Header)
		}
		m.AwaitLog(t, "sent", 1)
		if n := len(m.API(t, 200, "GET", "/mails?license_id="+id, nil)["items"].([]any)); n != 4 || m.Box.Waiting() > 0 {
			t.Errorf("%d mails about the licence, %d more came", n, m.Box.Waiting())
		}
		// Who left goodwill and comes again is told of again, and so is the next refusal.
		m.API(t, 200, "POST", "/licenses/"+id+"/release-all", nil)
		m.Clock.Advance(time.Hour)
		for i := range 2 {
			activate(fmt.Sprint("c", i))
		}
		if got := m.Box.Await(t); got.Header.Get("Subject") != "Kirk needs more" {
			t.Errorf("%v", got.Header)
		}
		activate("c2")
		activate("c3")
		if got := m.Box.Await(t); got.Header.Get("Subject") != "Drill: all activations are in use" {
			t.Errorf("%v", got.Header)
		}
		// A subscription by mail.
		m.API(t, 201, "POST", "/subscriptions", `{"kind":"mail","target":"ops@example.com","events":["customer.created"]}`)
		m.API(t, 201, "POST", "/customers", `{"company_name":"Spock"}`)
		if got := m.Box.Await(t); got.Header.Get("To") != "<ops@example.com>" || got.Header.Get("Subject") != "Acme: customer.created" {
			t.Errorf("%v", got.Header)
		}
	})
}

// What meters announce is mailed to whom the vendor's rules name: the alert, that it
// ran out, and that its contract has ended the licence.
func TestMetersAreToldByMail(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, _ := m.Issue(t, `"token_limit":1,"limitations":[{"name":"pages","limit":10,"reset":"month","expires_license":true,"contract_allowed":12,"alerts":[50]}]`)
		m.Box.Await(t)
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"meter_threshold","is_on":true,"to_customer":true,"staff":["sales@example.com"]}`)
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"expired","is_on":true,"to_customer":true,"staff":[]}`)
		pages := m.API(t, 200, "GET", "/licenses/"+id, nil)["limitations"].([]any)[0].(map[string]any)["id"].(string)
		adjust := func(value string) {
			m.API(t, 201, "POST", "/licenses/"+id+"/consumptions", fmt.Sprintf(`{"limitation_id":%q,"value":%s,"reason":"read on site"}`, pages, value))
		}
		told := func(want map[string]int) {
			t.Helper()
			got := map[string]int{}
			for range want {
				mail := m.Box.Await(t)
				got[mail.Header.Get("To")+" "+mail.Header.Get("Subject")]++
			}
			if !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		adjust("5.5")
		told(map[string]int{"<kirk@example.com> Drill: 50 % of pages are consumed": 1, "<sales@example.com> Drill: 50 % of pages are consumed": 1})
		adjust("-5")
		adjust("5")
		m.Clock.Advance(30 * 24 * time.Hour)
		adjust("4.5") // of the month it is less than half, of the contract more: that is told once
		told(map[string]int{"<kirk@example.com> Drill: 50 % of pages are consumed": 1, "<sales@example.com> Drill: 50 % of pages are consumed": 1})
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"meter_exhausted","is_on":true,"to_customer":false,"staff":["sales@example.com"]}`)
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"meter_threshold","is_on":false,"to_customer":true,"staff":[]}`)
		adjust("5.5")
		told(map[string]int{"<kirk@example.com> Drill: your licence has ended": 1, "<sales@example.com> Drill: pages is used up": 1})
		m.AwaitLog(t, "sent", 1)
		if n := len(m.API(t, 200, "GET", "/mails?license_id="+id, nil)["items"].([]any)); n != 7 || m.Box.Waiting() > 0 {
			t.Errorf("%d mails about the licence, %d more came", n, m.Box.Waiting())
		}
	})
}

func TestMailServerGoneAndBack(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		_ = m.Box.Server.Close()
		m.API(t, 204, "POST", "/mails/test", `{"to":"a@example.com"}`)
		failed := m.AwaitError(t)
		if strings.Contains(failed["error"].(string), "127.0.0.1") {
			t.Errorf("the log shows the operator's server: %v", failed["error"])
		}
		m.Box.Open(t)
		m.Clock.Advance(time.Minute)
		m.Box.Await(t)
		m.AwaitLog(t, "sent", 2)
		// For good, and for now.
		m.Box.SetRefuse(&smtp.SMTPError{Code: 450, Message: "later"})
		m.API(t, 204, "POST", "/mails/test", `{"to":"a@example.com"}`)
		m.AwaitError(t)
		m.Box.SetRefuse(&smtp.SMTPError{Code: 550, Message: "no such user"})
		m.Clock.Advance(time.Minute)
		if failed := m.AwaitLog(t, "failed", 2); !strings.Contains(failed["error"].(string), "550") {
			t.Errorf("%v", failed)
		}
		m.API(t, 400, "POST", "/mails/test", `{"to":"a@example.com\r\nBcc: b@example.com"}`)
	})
}

// What holds a single-use link is in the mail only: not in the log, before or
// after it is sent, and not in the database in the clear.
func TestSecretsAreNotInTheLog(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		const secret = "https://licences.example.com/reset/5c1f3b0e9d"
		r := m.Program.Rooms()
		v, err := r.VendorRows.ByUUID(t.Context(), mustUUID(t, m.Vendor.VendorID))
		if err != nil {
			t.Fatal(err)
		}
		m.Box.SetRefuse(&smtp.SMTPError{Code: 450, Message: "later"})
		queue := func() {
			if err := r.DB.Run(context.Background(), func(x tx.Tx) error {
				return r.Mails.Queue(x, v.ID, mailing.Message{
					Kind: mailing.Recovery, To: "kirk@example.com", Data: mailing.Data{Link: secret, LinkExpires: "in one hour"}, Key: "recovery:1",
				})
			}); err != nil {
				t.Fatal(err)
			}
		}
		queue()
		queue() // once for its key
		hidden := func() {
			var texts string
			if _, err := r.DB.QueryRow(t.Context(), `SELECT subject || body_text || body_html || error FROM mails`, nil, &texts); err != nil {
				t.Fatal(err)
			}
			var sealed []byte
			if _, err := r.DB.QueryRow(t.Context(), `SELECT sealed FROM mails`, nil, &sealed); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(texts+string(sealed), "5c1f3b0e9d") {
				t.Error("the link is in the log")
			}
		}
		id := m.AwaitError(t)["id"].(string)
		hidden()
		m.Box.SetRefuse(nil)
		m.Clock.Advance(time.Minute)
		got := m.Box.Await(t)
		body, _ := io.ReadAll(got.Body)
		if !strings.Contains(strings.ReplaceAll(string(body), "=\r\n", ""), secret) {
			t.Errorf("the link is not in the mail: %s", body)
		}
		m.AwaitLog(t, "sent", 2)
		hidden()
		var sealed []byte
		if _, err := r.DB.QueryRow(t.Context(), `SELECT sealed FROM mails`, nil, &sealed); err != nil || sealed != nil {
			t.Errorf("what was sent is still sealed in the log: %v", err)
		}
		m.API(t, 409, "POST", "/mails/"+id+"/resend", nil)
	})
}

func mustUUID(t *testing.T, text string) ident.UUID {
	t.Helper()
	id, err := ident.ParseUUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Without SMTP mail stays in the log, and nothing fails.
func TestMailIsKeptWithoutSMTP(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		m := &servertest.Mailed{Server: s, Vendor: s.Vendor(t, "Acme")}
		m.API(t, 204, "POST", "/mails/test", `{"to":"a@example.com"}`)
		kept := m.AwaitLog(t, "kept", 1)
		if full := m.API(t, 200, "GET", "/mails/"+kept["id"].(string), nil); !strings.Contains(full["text"].(string), "mail of Acme reaches you") {
			t.Errorf("%v", full)
		}
	})
}

// A licence near its end is announced once, however its end comes about, and again for a new end.
func TestEndsAreAnnouncedOnce(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"license_issued","is_on":false,"to_customer":true,"staff":[]}`)
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"expiring","is_on":true,"to_customer":true,"staff":[],"days":14}`)
		m.API(t, 201, "POST", "/subscriptions", `{"kind":"mail","target":"ops@example.com","events":["license.expired"]}`)
		name := 0
		license := func(edition, license string) (id, key string) {
			name++
			made := m.API(t, 201, "POST", "/editions", fmt.Sprintf(`{"product_id":%q,"name":"E%d","token_limit":1%s}`, m.Product, name, edition))["id"].(string)
			l := m.API(t, 201, "POST", "/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q%s}`, made, m.Customer, license))
			key = l["license_key"].(string)
			if a := m.Do(t, "POST", "/api/v2/isv/"+m.Vendor.VendorID+"/provisioning/activations",
				fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":"c%d"}`, m.Product, key, name), "ProvisioningKey", m.Vendor.ProvisioningKey); a.Status != 200 {
				t.Fatalf("%s", a.Body)
			}
			return l["id"].(string), key
		}
		own, _ := license("", `,"expires_mode":"at","expires_at":"2026-04-13"`)
		license("", `,"expires_mode":"days_after_activation","expires_days":30`)
		license(`,"expires_mode":"at","expires_at":"2026-04-13"`, "")
		license(`,"expires_mode":"days_after_activation","expires_days":30`, "")
		license(`,"trial_days":30`, "")
		license("", `,"trial_days":30`)
		license("", "") // never
		note := func() int {
			n, err := m.Program.Rooms().Licenses.NoteEnds(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := note(); n != 0 {
			t.Errorf("%d announced a month before", n)
		}
		m.Clock.Advance(17 * 24 * time.Hour)
		if first, again := note(), note(); first != 6 || again != 0 {
			t.Errorf("%d announced, and then %d", first, again)
		}
		for range 6 {
			if got := m.Box.Await(t); !strings.Contains(got.Header.Get("Subject"), "ends on 1") {
				t.Errorf("%v", got.Header)
			}
		}
		m.Clock.Advance(24 * time.Hour)
		m.API(t, 200, "PATCH", "/licenses/"+own, `{"expires_mode":"at","expires_at":"2026-04-14"}`)
		if n := note(); n != 1 {
			t.Errorf("%d announced of a new end", n)
		}
		m.Box.Await(t)
		m.Clock.Advance(15 * 24 * time.Hour)
		if first, again := note(), note(); first != 6 || again != 0 {
			t.Errorf("%d said to have expired, and then %d", first, again)
		}
		if got := m.Box.Await(t); got.Header.Get("Subject") != "Acme: license.expired" {
			t.Errorf("%v", got.Header)
		}
	})
}
