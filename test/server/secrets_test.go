package server_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"chancery/internal/edge"
	"chancery/internal/server/servertest"
	"chancery/signed"
)

// Everything that a caller can send, through every route, right and wrong, while
// the database is there and after it is gone: nothing of it is in the log, at its
// finest level, that is a secret or may hold one.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			a := furnish(t, s)
			canaries := map[string]string{}
			canary := func(where string) string {
				canaries[where] = "canary-in-the-" + where
				return canaries[where]
			}
			nonce := base64.StdEncoding.EncodeToString([]byte("a nonce of 24 bytes, say"))
			drive := func() {
				for _, route := range s.Program.Routes() {
					clock.Advance(10 * time.Minute) // failures are throttled
					a.drive(t, route, canary, nonce)
				}
			}
			drive()
			if err := s.Program.Rooms().Hearings.Flush(t.Context()); err != nil { // what waits would be lost with the database
				t.Fatal(err)
			}
			if err := s.Program.Rooms().DB.Close(); err != nil {
				t.Fatal(err)
			}
			drive()
			log := s.Log.String()
			for _, expected := range []string{"level=DEBUG", "msg=request", "status=403", "status=503", "code="} {
				if !strings.Contains(log, expected) {
					t.Errorf("there is no %s in the log: it was not looked at in full", expected)
				}
			}
			secrets := map[string]string{
				"acme's admin key": a.acme.AdminKey, "acme's provisioning key": a.acme.ProvisioningKey, "the owner's password": a.acme.OwnerPassword,
				"bolt's admin key": a.bolt.AdminKey, "a revoked key": a.revoked["admin"], "a license key": a.ids["license_key"],
				"a token key": a.ids["token_key"], "a floating license's key": a.ids["floating_key"], "a legacy key": "OLD-1", "a nonce": nonce,
			}
			for where, text := range canaries {
				secrets["the "+where] = text
			}
			for what, text := range secrets {
				if len(text) < 5 {
					t.Fatalf("%s is %q", what, text)
				}
				if at := strings.Index(log, text); at >= 0 {
					t.Errorf("%s is in the log: …%s", what, log[max(0, at-200):min(len(log), at+100)])
				}
			}
		})
	}
}

// drive calls one route with secrets wherever there is a place for one.
func (a attack) drive(t *testing.T, route edge.Route, canary func(where string) string, nonce string) {
	t.Helper()
	noun, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/api/v1/"), "/")
	good := strings.NewReplacer("{id}", a.ids[noun], "{license_id}", a.ids["floating_key"], "{isv_id}", a.acme.VendorID, "{call...}", canary("path")).Replace(route.Path)
	wrong := strings.NewReplacer("{id}", canary("id"), "{license_id}", canary("license_id"), "{isv_id}", a.acme.VendorID, "{call...}", canary("path")).Replace(route.Path)
	stranger := strings.NewReplacer("{id}", canary("id"), "{license_id}", canary("license_id"), "{isv_id}", canary("isv_id"), "{call...}", canary("path")).Replace(route.Path)
	query := "?q=" + canary("query") + "&key=" + a.ids["license_key"] + "&license_key=" + a.ids["license_key"] + "&product_id=" + a.ids["products"] +
		"&client_id=" + canary("client_id") + "&token_key=" + a.ids["token_key"] + "&cursor=" + canary("cursor")
	body := strings.TrimPrefix(a.body(route), "-")
	bodies := []string{
		body, body + canary("rest"), `{"` + canary("name") + `":"` + canary("value") + `"}`, `{"license_key":"` + canary("license_key") + `","product_id":"` + canary("product_id") + `"}`,
		`{"product_id":"` + a.ids["products"] + `","license_key":"OLD-1","client_id":"` + canary("client_id") + `","password":"` + canary("password") + `"}`,
		canary("body"), "\xff" + canary("bytes"),
	}
	credentials := [][]string{
		{"AdminKey", a.acme.AdminKey, "ProvisioningKey", a.acme.ProvisioningKey, "Authorization", "Bearer " + a.acme.AdminKey},
		{"ProvisioningKey", a.acme.ProvisioningKey},
		{"AdminKey", a.revoked["admin"], "Authorization", "Bearer " + a.revoked["admin"]},
		{"ProvisioningKey", canary("key"), "Authorization", "Basic " + canary("authorization")},
		{"AdminKey", a.bolt.AdminKey, "Authorization", "Bearer " + a.bolt.AdminKey},
	}
	try := func(path, body string, headers []string, more ...string) {
		_ = a.acme.Do(t, route.Method, path, body, append(append([]string{
			"X-Nonce", nonce, "Cookie", "session=" + canary("cookie"), "X-Request-Id", canary("request_id"), "LastModifiedBy", canary("person"),
			"User-Agent", canary("agent"), "Referer", "http://x/" + canary("referrer"), "X-Forwarded-For", canary("forwarded"), "X-Any", canary("header"),
		}, headers...), more...)...)
	}
	for _, c := range credentials {
		try(good+query, body, c)
		try(stranger+query, body, c)
	}
	for _, b := range bodies {
		try(wrong+query, b, credentials[0])
	}
	office := credentials[0]
	try(wrong, body, office, "Idempotency-Key", canary("idempotency_key"))
	try(good, body, office, "Idempotency-Key", canary("idempotency_key")+"\u00e9")
	try(good, body, office, "X-Nonce", canary("nonce"))
	try(good, body, office, "Content-Encoding", canary("encoding"))
	try(good, body, office, signed.CallSignatureHeader, canary("signature"), signed.AcceptSignatureHeader, signed.AcceptEd25519)
	try(good, body, office, "Origin", "http://"+canary("origin"))
}
