package mail

import (
	"bufio"
	"net"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/mailing"
)

// rude is a mail server that hangs up after it was told a command; it gives its address.
func rude(t *testing.T, after string) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go talk(c, after)
		}
	}()
	return l.Addr().String()
}

func talk(c net.Conn, after string) {
	defer func() { _ = c.Close() }()
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 rude.example.com")
	data := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		line := lines.Text()
		if data && line != "." {
			continue
		}
		command := strings.ToUpper(strings.Fields(line + " ")[0])
		if command == after {
			return
		}
		switch data = command == "DATA"; command {
		case "DATA":
			say("354 go on")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// What a server has taken was sent, however it parts: to send it again, for three
// days, would fill somebody's mailbox.
func TestWhatWasTakenIsSent(t *testing.T) {
	t.Parallel()
	for after, sent := range map[string]bool{"never": true, "RSET": true, "QUIT": true, ".": false, "DATA": false, "RCPT": false} {
		tr, err := New(Config{URL: &url.URL{Scheme: "smtp", Host: rude(t, after)}, From: "server@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		err = tr.Send(t.Context(), mailing.Outgoing{
			ID: ident.UUID{1}, Vendor: "Example", To: "anna@example.com", Body: mailing.Body{Subject: "s", Text: "t", HTML: "<p>t</p>"},
		})
		if (err == nil) != sent {
			t.Errorf("hung up after %s: %v", after, err)
		}
	}
}
