package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// The attack: an address inside, in every form that an address has.
func TestAddressesInside(t *testing.T) {
	t.Parallel()
	for _, a := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
		"192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:1::", "2001:db8::1",
		"fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1",
	} {
		if public(netip.MustParseAddr(a)) {
			t.Errorf("%s is taken for public", a)
		}
	}
	for _, a := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::808:808", "2002:808:808::1"} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s is not taken for public", a)
		}
	}
}

func TestCallsStayOutside(t *testing.T) {
	t.Parallel()
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called = true
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", MaxAnswer+1))
		case "/full":
			_, _ = io.WriteString(w, strings.Repeat("x", MaxAnswer))
		}
	}))
	defer server.Close()
	get := func(c *http.Client, url string) (*http.Response, string, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.Do(r)
		if err != nil {
			return nil, "", err
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		return answer, string(b), err
	}
	strict := New(Config{})
	// A name that leads inside is caught after it was resolved.
	for _, url := range []string{server.URL, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), strings.Replace(server.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)} {
		_, _, err := get(strict, url) //nolint:bodyclose // get closes it
		if !errors.Is(err, ErrInside) || Reason(err) != ErrInside.Error() {
			t.Errorf("%s: %v", url, err)
		}
	}
	if called {
		t.Fatal("the inside was reached")
	}
	open := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	answer, _, err := get(open, server.URL+"/away") //nolint:bodyclose // get closes it
	if err != nil || answer.StatusCode != http.StatusFound {
		t.Errorf("a redirect was followed: %v", err)
	}
	if _, text, err := get(open, server.URL+"/full"); err != nil || len(text) != MaxAnswer { //nolint:bodyclose // get closes it
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if _, text, err := get(open, server.URL+"/long"); !errors.Is(err, ErrTooLong) || len(text) != MaxAnswer { //nolint:bodyclose // get closes it
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if Reason(errors.New("dial tcp 10.0.0.1:80: x")) != "the connection failed" {
		t.Error("a reason shows an address")
	}
}
