package server_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Attack: connections that announce the body of a sign-in and send nothing of it.
// Programs are answered meanwhile, forms too; who announces more than a form holds is
// refused at once, and who hangs up is no fault of the server.
func TestSignInsThatNeverArrive(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	address := strings.TrimPrefix(s.URL, "http://")
	connect := func(length int, sent string) net.Conn {
		t.Helper()
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_, err = fmt.Fprintf(c, "POST /console/%s/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
			v.Slug, length, sent)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	large, err := io.ReadAll(connect(1<<20, ""))
	if err != nil || !strings.HasPrefix(string(large), "HTTP/1.1 413 ") {
		t.Errorf("a megabyte of sign-in: %.60s, %v", large, err)
	}
	for i := range 400 {
		connect(16<<10, "email=a")
		if i%100 != 99 {
			continue
		}
		a := s.Do(t, "POST", "/api/v2/isv/"+v.VendorID+"/provisioning/heartbeats", map[string]any{
			"product_id": v.VendorID, "client_id": "c", "software_version": "1", "operating_system": "x",
		},
			"ProvisioningKey", v.ProvisioningKey)
		if a.Status != http.StatusConflict {
			t.Errorf("a heartbeat meanwhile: %d %s", a.Status, a.Body)
		}
		if p := s.SignIn(t, v).Get(t, "/account"); p.Status != http.StatusOK {
			t.Errorf("a sign-in meanwhile: %d", p.Status)
		}
	}
	if log := s.Log.String(); strings.Contains(log, "level=ERROR") {
		t.Error("the log has errors")
	}

	gone := connect(1000, "email=anna%40example.com&password=")
	if err := gone.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(gone)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
		t.Errorf("half a sign-in: %.60s, %v", answer, err)
	}
	if log := s.Log.String(); strings.Contains(log, "level=ERROR") || !strings.Contains(log, "code=body_unreadable") {
		t.Error("half a sign-in is not logged as one")
	}
}
