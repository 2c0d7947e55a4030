package clientcmd_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/internal/clientcmd"
	"chancery/signed"
)

// carried is a device without internet, and the vendor's side of its files.
type carried struct {
	*bundle

	files  *clienttest.Files
	config client.Config
	dir    string
}

func carry(t *testing.T) *carried {
	t.Helper()
	server := clienttest.New(t)
	five := 5.0
	server.Change(func(l *client.LicenseInfo) {
		l.Limitations = []client.Limitation{{ID: "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e24", Name: "scans", Value: &five, Remaining: &five, ResetMode: 1}}
	})
	files, err := server.Files()
	if err != nil {
		t.Fatal(err)
	}
	c := &carried{bundle: &bundle{server: server}, files: files, config: files.Config(t), dir: t.TempDir()}
	c.flags = []string{
		"--vendor", clienttest.VendorID, "--product", clienttest.ProductID, "--public-key", signed.FormatKey(server.PublicKey()),
		"--sealing-key", signed.FormatSealingKey(c.config.SealingKey), "--state", t.TempDir(), "--client-id", "m-1",
	}
	return c
}

func (c *carried) run(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var line struct {
		Client clientcmd.Cmd `cmd:""`
	}
	parser, err := kong.New(&line, kong.Name("chancery"))
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := parser.Parse(append(append([]string{"client"}, args...), c.flags...))
	if err != nil {
		t.Fatal(err)
	}
	configure := func(config *client.Config) { config.Now, config.TombstoneDir = c.config.Now, c.config.TombstoneDir }
	o := &line.Client.Offline
	for _, to := range []*clientcmd.Connection{
		&o.Request.Connection, &o.Install.Connection, &o.Report.Connection, &o.Deactivate.Connection, &o.Receipt.Connection,
		&line.Client.Status.Connection, &line.Client.Consume.Connection, &line.Client.Heartbeat.Connection,
	} {
		to.Configure = configure
	}
	o.Request.Stdin, o.Install.Stdin, o.Receipt.Stdin, o.Show.Stdin = strings.NewReader(in), strings.NewReader(in), strings.NewReader(in), strings.NewReader(in)
	var out bytes.Buffer
	err = chosen.Run(&clientcmd.IO{Context: t.Context(), Stdout: &out, Stderr: io.Discard})
	return out.String(), err
}

// portal answers a file with another one.
func (c *carried) portal(t *testing.T, request, reply string) {
	t.Helper()
	text, err := os.ReadFile(request)
	if err != nil {
		t.Fatal(err)
	}
	back, err := c.files.Answer(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(reply, back, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestALifeByFiles(t *testing.T) {
	t.Parallel()
	c := carry(t)
	file := func(name string) string { return filepath.Join(c.dir, name) }
	step := func(want string, args ...string) {
		t.Helper()
		out, err := c.run(t, "", args...)
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %s, %v", args, out, err)
		}
	}
	step("Upload it at the vendor's offline portal", "offline", "request", clienttest.LicenseKey, "--out", c.dir)
	c.portal(t, file("activation.req"), file("license.lic"))
	step("A request for a licence", "offline", "show", file("activation.req"))
	step("signed by the vendor", "offline", "show", file("license.lic"))
	step("Installed.", "offline", "install", file("license.lic"))
	step("installed here already, and nothing is left to do", "offline", "install", file("license.lic"))
	step("without another file", "status")
	step("scans 5 (5 left)", "status")
	step("", "consume", "scans", "2")
	step("scans 5 (3 left)", "status")
	step(`"scans": 3`, "status", "--json")
	step("Upload it", "offline", "report", "--out", file("report.req"))
	c.portal(t, file("report.req"), file("receipt"))
	step("A receipt of a report", "offline", "show", file("receipt"))
	step("has counted", "offline", "receipt", file("receipt"))
	step("counted already, and nothing is left to do", "offline", "receipt", file("receipt"))
	step("scans 5 (3 left)", "status")
	step("locked here", "offline", "deactivate", "--out", c.dir)
	c.portal(t, file("deactivation.req"), file("last"))
	step("has counted", "offline", "receipt", file("last"))
	if _, err := c.run(t, "", "status"); err == nil {
		t.Error("the licence goes on")
	}
}

func TestOfflineRequestOfAUser(t *testing.T) {
	t.Parallel()
	c := carry(t)
	for in, args := range map[string][]string{
		"correct horse\n": {"offline", "request", "--email", "a@example.com", "--out", c.dir, "--qr"},
		" K7QM-2 \r\n":    {"offline", "request", "--email", "a@example.com", "--code", "-", "--out", c.dir},
	} {
		out, err := c.run(t, in, args...)
		if err != nil || strings.Contains(out, "▀") != (len(args) == 7) {
			t.Errorf("%q: %s, %v", in, out, err)
		}
	}
}

func TestOfflineSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := carry(t)
	nothing := filepath.Join(c.dir, "empty")
	if err := os.WriteFile(nothing, []byte("Hello, here is nothing."), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]struct {
		args []string
		want string
	}{
		"neither key":   {[]string{"offline", "request"}, "either a license key or --email"},
		"no proof":      {[]string{"offline", "request", "--email", "a@example.com"}, "standard input"},
		"no file":       {[]string{"offline", "install", filepath.Join(c.dir, "none")}, "could not be read"},
		"a mail":        {[]string{"offline", "install", nothing}, "no file of the licence server"},
		"nothing there": {[]string{"offline", "report"}, "no activation here"},
		"a connection":  {[]string{"heartbeat"}, "give --url"},
	} {
		if out, err := c.run(t, "", step.args...); err == nil || !strings.Contains(err.Error(), step.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
}
