package server_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// billing is a vendor's billing system, which signs as Standard Webhooks has it, by code of
// its own.
type billing struct {
	vendor

	id, path, secret string
}

func (v vendor) billing(t *testing.T, provider string) *billing {
	t.Helper()
	a := v.manage(t, 201, "POST", "/incoming-webhooks", terms{"provider": provider})
	return &billing{v, a.text(t, "id"), a.text(t, "path"), a.text(t, "secret")}
}

// message is one message, with what a test makes wrong about it.
type message struct {
	id   string
	sent time.Time // the attempt
	body []byte
	sign string // in place of the signature
}

func (b *billing) says(t *testing.T, id string, at time.Time, data terms) message {
	t.Helper()
	body, err := json.Marshal(terms{"type": "subscription.updated", "timestamp": at, "data": data})
	if err != nil {
		t.Fatal(err)
	}
	return message{id: id, sent: time.Now(), body: body}
}

func (b *billing) send(t *testing.T, m message) answer {
	t.Helper()
	if m.sign == "" {
		m.sign = b.signs(t, m)
	}
	stamp := strconv.FormatInt(m.sent.Unix(), 10)
	return answer{b.Do(t, "POST", b.path, m.body, "Webhook-Id", m.id, "Webhook-Timestamp", stamp, "Webhook-Signature", m.sign)}
}

func (b *billing) signs(t *testing.T, m message) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(b.secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.id + "." + strconv.FormatInt(m.sent.Unix(), 10) + "."))
	mac.Write(m.body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// beats expects that a client's heartbeat says that its licence holds, or not.
func (v vendor) beats(t *testing.T, client, when string, holds bool) {
	t.Helper()
	a := v.call(t, "/heartbeats", v.heartbeat(client))
	if got := a.field(t, "is_license_valid"); got != holds {
		t.Errorf("%s: the heartbeat says %v, want %v: %s", when, got, holds, a.Body)
	}
}

func subscribedVendor(t *testing.T, s *servertest.Server) (vendor, license) {
	t.Helper()
	v := open(t, s, "Acme", terms{"token_limit": 2, "license_type": "subscription"})
	l := v.issue(t, nil)
	if a := v.call(t, "/activations", v.activation(l.Key, "m-1")); a.Status != 200 {
		t.Fatalf("an activation: %d %s", a.Status, a.Body)
	}
	return v, l
}

// The next heartbeat after a message sees what it says; what comes late or twice changes nothing.
func TestASubscriptionFollowsItsBilling(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := subscribedVendor(t, s)
		b := v.billing(t, "billing")
		now := time.Now().Truncate(time.Millisecond)
		at := func(seconds int) time.Time { return now.Add(time.Duration(seconds-3600) * time.Second) }
		about := func(status string) terms { return terms{"external_id": "sub_1", "status": status} }

		if a := b.send(t, b.says(t, "m0", at(0), about("active"))); a.Status != 404 || a.text(t, "code") != "subscription_unknown" {
			t.Errorf("before the licence is known: %d %s", a.Status, a.Body)
		}
		v.manage(t, 200, "PUT", "/licenses/"+l.ID+"/subscription", terms{"provider": " billing\t", "external_id": "sub_1 ", "status": "active", "timestamp": at(0)})
		v.beats(t, "m-1", "active", true)

		for _, c := range []struct {
			id, status string
			at         int
			applied    bool
			holds      bool
		}{
			{"m1", "canceled", 20, true, false},
			{"m1", "canceled", 20, false, false},
			{"m2", "active", 10, false, false}, // out of order
			{"m3", "active", 30, true, true},
			{"m1", "canceled", 20, false, true}, // replayed
			{"m4", "past_due", 40, true, true},
			{"m5", "unpaid", 50, true, false},
			{"m4", "active", 50, false, false}, // the same instant: the later message by its id holds
			{"m6", "trialing", 50, true, true},
			{"m7", "paused", 60, true, false},
			{"m8", "active", 70, true, true},
		} {
			m := b.says(t, c.id, at(c.at), about(c.status))
			if a := b.send(t, m); a.Status != 200 || a.field(t, "applied") != c.applied {
				t.Errorf("%+v: %d %s", c, a.Status, a.Body)
			}
			v.beats(t, "m-1", c.id+" "+c.status, c.holds)
		}
		// Another subscription takes its place; the end of the former says nothing any more.
		replaced := func(id, status, subscription string, second int) answer {
			return b.send(t, b.says(t, id, at(second), terms{"external_id": subscription, "license_id": l.ID, "status": status}))
		}
		replaced("r1", "active", "sub_2", 71)
		if a := replaced("r2", "canceled", "sub_1", 72); a.Status != 200 || a.field(t, "applied") != false {
			t.Errorf("the end of a subscription that was replaced: %d %s", a.Status, a.Body)
		}
		v.beats(t, "m-1", "the former ended", true)
		replaced("r3", "active", "sub_1", 73)
		// It ends when the period that is paid for does.
		ends := now.Add(48 * time.Hour)
		b.send(t, b.says(t, "m9", at(80), terms{"external_id": "sub_1", "status": "canceled", "ends_at": ends}))
		v.beats(t, "m-1", "canceled at the end of its period", true)
		got := v.manage(t, 200, "GET", "/licenses/"+l.ID, nil)
		if end, err := time.Parse(time.RFC3339Nano, got.text(t, "expires_at")); err != nil || !end.Equal(ends) {
			t.Errorf("it ends at %s, want %s", got.text(t, "expires_at"), ends)
		}
		held := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/subscription", nil)
		if held.text(t, "status") != "canceled" || held.text(t, "external_id") != "sub_1" || held.field(t, "holds") != false {
			t.Errorf("it is known as %s", held.Body)
		}
		// What staff say is ordered alike.
		if a := v.manage(t, 200, "PUT", "/licenses/"+l.ID+"/subscription", terms{
			"provider": "billing", "external_id": "sub_1", "status": "active", "timestamp": at(5),
		}); a.text(t, "status") != "canceled" {
			t.Errorf("something old by the API holds: %s", a.Body)
		}
		log := v.manage(t, 200, "GET", "/audit-log?limit=100", nil)
		if n := bytes.Count(log.Body, []byte(`"license.subscription_stated"`)); n != 11 {
			t.Errorf("%d statements are in the audit log, want 11", n)
		}
	})
}

// Whatever order messages come in, and however many at once, what holds is the latest.
func TestMessagesInAnyOrderEndAlike(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := subscribedVendor(t, s)
		b := v.billing(t, "billing")
		var all []message
		now := time.Now()
		for i, status := range []string{"trialing", "active", "past_due", "unpaid", "active", "paused", "active", "canceled"} {
			all = append(all, b.says(t, "m"+strconv.Itoa(i), now.Add(time.Duration(i-60)*time.Second), terms{"license_id": l.ID, "external_id": "sub_1", "status": status}))
		}
		all = append(all, all...)
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var sending sync.WaitGroup
		for _, m := range all {
			sending.Go(func() {
				if a := b.send(t, m); a.Status != 200 {
					t.Errorf("%s: %d %s", m.id, a.Status, a.Body)
				}
			})
		}
		sending.Wait()
		if a := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/subscription", nil); a.text(t, "status") != "canceled" {
			t.Errorf("in the end it is %s", a.Body)
		}
		v.beats(t, "m-1", "canceled", false)
	})
}

// Attacks: messages that are not signed, or by another secret, or long ago, or changed on
// their way, or for another vendor's licences.
func TestMessagesThatAreRefused(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := subscribedVendor(t, s)
		b := v.billing(t, "billing")
		end := terms{"license_id": l.ID, "external_id": "sub_1", "status": "canceled"}
		good := b.says(t, "m1", time.Now().Add(-time.Minute), end)
		for what, change := range map[string]func(m message) (message, *billing){
			"unsigned":   func(m message) (message, *billing) { m.sign = "v1,"; return m, b },
			"no version": func(m message) (message, *billing) { m.sign = "AAAA"; return m, b },
			"by another secret": func(m message) (message, *billing) {
				return m, &billing{v, b.id, b.path, "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))}
			},
			"to no webhook": func(m message) (message, *billing) {
				return m, &billing{v, b.id, b.path[:len(b.path)-12] + strings.Repeat("0", 12), b.secret}
			},
			"to no id":      func(m message) (message, *billing) { return m, &billing{v, b.id, "/incoming/x/y", b.secret} },
			"without an id": func(m message) (message, *billing) { m.id = ""; return m, b },
		} {
			m, to := change(good)
			if a := to.send(t, m); a.Status != 401 || a.text(t, "code") != "bad_signature" {
				t.Errorf("%s: %d %s", what, a.Status, a.Body)
			}
		}
		for what, id := range map[string]string{"too long": strings.Repeat("x", 201), "no UTF-8": "m\xff", "half a letter": "m\xc3"} {
			m := good
			m.id = id
			if a := b.send(t, m); a.Status != 400 || !bytes.Contains(a.Body, []byte("webhook-id")) {
				t.Errorf("an id that is %s: %d %s", what, a.Status, a.Body)
			}
			m.sign = "v1,AAAA"
			if a := b.send(t, m); a.Status != 401 {
				t.Errorf("an id that is %s, unsigned: %d %s", what, a.Status, a.Body)
			}
		}
		stolen := good
		stolen.sign = b.signs(t, good)
		stolen.body = bytes.Replace(good.body, []byte("canceled"), []byte("active"), 1)
		if a := b.send(t, stolen); a.Status != 401 {
			t.Errorf("changed on its way: %d %s", a.Status, a.Body)
		}
		for what, sent := range map[string]time.Time{"old": time.Now().Add(-6 * time.Minute), "of a time to come": time.Now().Add(6 * time.Minute)} {
			m := good
			m.sent = sent
			if a := b.send(t, m); a.Status != 400 || a.text(t, "code") != "message_too_old" {
				t.Errorf("%s: %d %s", what, a.Status, a.Body)
			}
		}
		if a := b.send(t, b.says(t, "m2", time.Now().Add(time.Hour), end)); a.Status != 400 {
			t.Errorf("what is to be true: %d %s", a.Status, a.Body)
		}
		if a := b.send(t, message{id: "m3", sent: time.Now(), body: []byte("{")}); a.Status != 400 {
			t.Errorf("no JSON: %d %s", a.Status, a.Body)
		}
		if a := b.send(t, message{id: "m3", sent: time.Now(), body: []byte(`{"type":"invoice.paid","timestamp":"2026-01-01T00:00:00Z","data":{}}`)}); a.Status != 200 || a.field(t, "applied") != false {
			t.Errorf("of another kind: %d %s", a.Status, a.Body)
		}
		other := open(t, s, "Bolt", terms{"license_type": "subscription"})
		theirs := other.billing(t, "billing")
		if a := theirs.send(t, theirs.says(t, "m4", time.Now().Add(-time.Minute), end)); a.Status != 404 {
			t.Errorf("another vendor's licence: %d %s", a.Status, a.Body)
		}
		v.beats(t, "m-1", "after all that", true)
		plain := v.manage(t, 201, "POST", "/editions", terms{"product_id": v.product, "name": "Plain"}).text(t, "id")
		bought := v.manage(t, 201, "POST", "/licenses", terms{"edition_id": plain, "customer_id": v.customer}).text(t, "id")
		v.manage(t, 409, "PUT", "/licenses/"+bought+"/subscription", terms{"provider": "billing", "external_id": "sub_2", "status": "canceled"})
		second := v.issue(t, nil)
		v.manage(t, 200, "PUT", "/licenses/"+l.ID+"/subscription", terms{"provider": "billing", "external_id": "sub_1", "status": "active"})
		v.manage(t, 409, "PUT", "/licenses/"+second.ID+"/subscription", terms{"provider": "billing", "external_id": "sub_1", "status": "active"})
		v.manage(t, 204, "DELETE", "/licenses/"+l.ID+"/subscription", nil)
		v.manage(t, 200, "PUT", "/licenses/"+second.ID+"/subscription", terms{"provider": "billing", "external_id": "sub_1", "status": "active"})
	})
}

// What a billing system has said before the subscription was forgotten takes nothing back, however
// late it comes; what it says later does.
func TestLateMessagesOfAForgottenSubscription(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := subscribedVendor(t, s)
		b := v.billing(t, "billing")
		page := "/licenses/" + l.ID + "/subscription"
		about := terms{"license_id": l.ID, "external_id": "sub_1", "status": "active"}
		b.send(t, b.says(t, "m1", time.Now().Add(-time.Minute), about))
		onTheWay := b.says(t, "m2", time.Now(), terms{"license_id": l.ID, "external_id": "sub_1", "status": "canceled"})
		v.manage(t, 204, "DELETE", page, nil)
		for _, late := range []message{onTheWay, b.says(t, "m3", time.Now().Add(-time.Hour), about)} {
			if a := b.send(t, late); a.Status != 200 || a.field(t, "applied") != false {
				t.Errorf("%s: %d %s", late.id, a.Status, a.Body)
			}
		}
		if a := v.manage(t, 200, "GET", page, nil); a.text(t, "external_id") != "" {
			t.Errorf("after late messages it is known as %s", a.Body)
		}
		v.beats(t, "m-1", "forgotten", true)
		if a := b.send(t, b.says(t, "m4", time.Now().Add(time.Minute), about)); a.Status != 200 || a.field(t, "applied") != true {
			t.Errorf("said later: %d %s", a.Status, a.Body)
		}
		if a := v.manage(t, 200, "GET", page, nil); a.text(t, "external_id") != "sub_1" {
			t.Errorf("after a later one it is known as %s", a.Body)
		}
	})
}

// After a rotation both secrets are good, and a removed webhook takes nothing.
func TestAnIncomingSecretIsRotated(t *testing.T) {
	clock := ident.NewManualClock(time.Now())
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := subscribedVendor(t, s)
		b := v.billing(t, "billing")
		n := 0
		sends := func(from *billing, want int, when string) {
			t.Helper()
			n++
			m := from.says(t, "m"+strconv.Itoa(n), clock.Now().Add(-time.Second), terms{"license_id": l.ID, "external_id": "sub_1", "status": "active"})
			m.sent = clock.Now()
			if a := from.send(t, m); a.Status != want {
				t.Errorf("%s: %d %s", when, a.Status, a.Body)
			}
		}
		sends(b, 200, "at first")
		renewed := *b
		renewed.secret = v.manage(t, 201, "POST", "/incoming-webhooks/"+b.id+"/rotate-secret", nil).text(t, "secret")
		sends(b, 200, "the old one, at once")
		sends(&renewed, 200, "the new one, at once")
		v.manage(t, 409, "POST", "/incoming-webhooks", terms{"provider": "billing"})
		list := v.manage(t, 200, "GET", "/incoming-webhooks", nil)
		if strings.Contains(string(list.Body), "whsec_") || !strings.Contains(string(list.Body), `"heard_at":"`) {
			t.Errorf("the list: %s", list.Body)
		}
		v.manage(t, 204, "DELETE", "/incoming-webhooks/"+b.id, nil)
		sends(&renewed, 401, "after its end")
	}, func(c *server.Config) { c.Clock = clock })
}

// The time for which an old secret is good is that of the server's clock, also where that is ahead.
func TestAnOldSecretEndsByTheServersClock(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := subscribedVendor(t, s)
		b := v.billing(t, "billing")
		s.Advance(t, v.NewVendor, "240h")
		v.manage(t, 201, "POST", "/incoming-webhooks/"+b.id+"/rotate-secret", nil)
		sends := func(want int, when string) {
			t.Helper()
			m := b.says(t, "m"+when, time.Now().Add(-time.Second), terms{"license_id": l.ID, "external_id": "sub_1", "status": "active"})
			if a := b.send(t, m); a.Status != want {
				t.Errorf("the old one %s: %d %s", when, a.Status, a.Body)
			}
		}
		sends(200, "at once")
		s.Advance(t, v.NewVendor, "25h")
		sends(401, "a day later")
	}, servertest.TestClock)
}
