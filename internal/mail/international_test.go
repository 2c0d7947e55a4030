package mail

import (
	"bufio"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/mailing"
)

// recorded is a mail server that takes everything, with these extensions; what it was
// told comes over the channel, a conversation at a time.
func recorded(t *testing.T, extensions ...string) (address string, told <-chan string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	all := make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all <- listen(c, extensions)
		}
	}()
	return l.Addr().String(), all
}

func listen(c net.Conn, extensions []string) string {
	defer func() { _ = c.Close() }()
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 mail.example.com")
	var heard strings.Builder
	data := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		line := lines.Text()
		heard.WriteString(line + "\n")
		if data && line != "." {
			continue
		}
		command, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch data = command == "DATA"; command {
		case "EHLO":
			say("250-mail.example.com")
			for _, e := range extensions {
				say("250-" + e)
			}
			say("250 8BITMIME")
		case "DATA":
			say("354 go on")
		case "QUIT":
			say("221 bye")
			return heard.String()
		default:
			say("250 ok")
		}
	}
	return heard.String()
}

// A domain goes over the wire in ASCII, to every server. A name before the @ that does
// not is for servers that take it, and refused in words by others.
func TestAddressesOfTheWholeWorld(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to, says   string // what the server hears; "" if nothing is sent
		extensions []string
	}{
		{"anna@müller.example", "MAIL FROM:<licences@xn--mller-kva.example> BODY=8BITMIME\nRCPT TO:<anna@xn--mller-kva.example>\n", nil},
		{"anna@müller.example", "BODY=8BITMIME\nRCPT TO:<anna@xn--mller-kva.example>\n", []string{"SMTPUTF8"}}, // nothing that goes no further
		{"jürgen@example.com", "", nil},
		{"jürgen@müller.example", "BODY=8BITMIME SMTPUTF8\nRCPT TO:<jürgen@xn--mller-kva.example>\n", []string{"SMTPUTF8"}},
	} {
		host, told := recorded(t, c.extensions...)
		tr, err := New(Config{URL: &url.URL{Scheme: "smtp", Host: host}, From: "licences@müller.example"})
		if err != nil {
			t.Fatal(err)
		}
		err = tr.Send(t.Context(), mailing.Outgoing{
			ID: ident.UUID{1}, Vendor: "Example", To: c.to, Body: mailing.Body{Subject: "s", Text: "t", HTML: "<p>t</p>"},
		})
		heard := <-told
		if c.says == "" {
			if !errors.Is(err, mailing.ErrRefused) || !strings.Contains(err.Error(), "SMTPUTF8") || strings.Contains(heard, "RCPT") {
				t.Errorf("%s, %v: %v; the server heard %q", c.to, c.extensions, err, heard)
			}
			continue
		}
		if err != nil || !strings.Contains(heard, c.says) || strings.Contains(heard, "@müller") {
			t.Errorf("%s, %v: %v; the server heard %q", c.to, c.extensions, err, heard)
		}
	}
	if _, err := New(Config{URL: &url.URL{Scheme: "smtp", Host: "127.0.0.1:1"}, From: "jürgen@example.com"}); err == nil {
		t.Error("mail from an address that many servers do not take")
	}
}
