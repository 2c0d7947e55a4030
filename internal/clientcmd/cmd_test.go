package clientcmd_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/internal/clientcmd"
	"chancery/signed"
)

type bundle struct {
	server *clienttest.Server
	flags  []string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	server := clienttest.New(t)
	return &bundle{server: server, flags: []string{
		"--url", server.URL, "--vendor", clienttest.VendorID, "--product", clienttest.ProductID,
		"--provisioning-key", clienttest.ProvisioningKey, "--public-key", signed.FormatKey(server.PublicKey()),
		"--state", t.TempDir(), "--client-id", "m-1",
	}}
}

// run is the binary with these arguments: what it prints, and its error.
func (b *bundle) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var line struct {
		Client clientcmd.Cmd `cmd:""`
	}
	parser, err := kong.New(&line, kong.Name("chancery"))
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := parser.Parse(append(append([]string{"client"}, args...), b.flags...))
	if err != nil {
		t.Fatal(err)
	}
	configure := func(c *client.Config) {
		given := b.server.Config(t)
		c.Now, c.Wait, c.Pause = given.Now, given.Wait, given.Pause
	}
	line.Client.Session.Configure = configure
	line.Client.Activate.Configure, line.Client.Heartbeat.Configure = configure, configure
	line.Client.Consume.Configure = configure
	line.Client.Status.Configure, line.Client.Deactivate.Configure = configure, configure
	var out bytes.Buffer
	err = chosen.Run(&clientcmd.IO{Context: t.Context(), Stdout: &out, Stderr: io.Discard})
	return out.String(), err
}

// foreignKey is no key of the server: the public key of RFC 8037, appendix A.2.
const foreignKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

func TestTheFourCommands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if out, err := b.run(t, "status"); err == nil || !strings.Contains(out, "enter a license key") {
		t.Errorf("status before: %s, %v", out, err)
	}
	for _, step := range []struct{ args, want string }{
		{"activate " + clienttest.LicenseKey, "Activated."},
		{"status", "The licence is valid."},
		{"status --public-key " + foreignKey + "," + foreignKey, "The licence is valid."},
		{"heartbeat", "Example Ltd"},
		{"deactivate", "Deactivated"},
	} {
		out, err := b.run(t, strings.Fields(step.args)...)
		if err != nil || !strings.Contains(out, step.want) {
			t.Errorf("%s: %s, %v", step.args, out, err)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out, err := b.run(t, "activate", "--json", clienttest.LicenseKey)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		State    string `json:"state"`
		Valid    bool   `json:"valid"`
		ClientID string `json:"client_id"`
		License  struct {
			TokenKey string `json:"token_key"`
		} `json:"license"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.State != "valid" || !got.Valid || got.ClientID != "m-1" || got.License.TokenKey != "token-of-m-1" {
		t.Errorf("%s", out)
	}
}

// Every refusal is one clear sentence, with or without the server's own words.
func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []int{1000, 1001, 1002, 1003, 2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2010, 1007, 1008, 1010, 12000, 12002, 12003, 12004, 12006, 3000, 4000, 4001, 5000, 20001, 20002, 20003, 20004, 20010, 99999} {
		b.server.Refuse("activations", &client.RefusalError{ID: id})
		_, err := b.run(t, "activate", clienttest.LicenseKey)
		if err == nil || !strings.Contains(err.Error(), "; ") || strings.HasSuffix(err.Error(), ".") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d: %v", id, err)
		}
		if unknown := strings.Contains(err.Error(), "does not know") && strings.Contains(err.Error(), "reason"); unknown != (id == 99999) {
			t.Errorf("%d: %v", id, err)
		}
	}
	b.server.Refuse("activations", &client.RefusalError{ID: 2000, Message: "All 5 tokens are in use.", Help: "Free one in the dashboard."})
	_, err := b.run(t, "activate", clienttest.LicenseKey)
	if want := "refused (2000): all 5 tokens are in use; free one in the dashboard"; err == nil || !strings.EqualFold(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestOtherErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  string
		spoil func(b *bundle)
		want  string
	}{
		"not activated": {"heartbeat", func(*bundle) {}, "activate with a license key first"},
		"not signed":    {"activate k", func(b *bundle) { b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) {}) }, "check that --url"},
		"another key": {"activate k", func(b *bundle) {
			b.flags = append(b.flags[:8:8], "--public-key", foreignKey, "--state", b.flags[11])
		}, "check --public-key"},
		"wrong key": {"activate k", func(b *bundle) { b.flags[7] = "wrong" }, "check --provisioning-key"},
		"gone": {"activate k", func(b *bundle) {
			b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
		}, "could not be reached"},
		"bad public key":   {"activate k", func(b *bundle) { b.flags[9] = "x" }, "43 characters"},
		"bad vendor":       {"activate k", func(b *bundle) { b.flags[3] = "x" }, "UUID"},
		"neither key":      {"activate", func(*bundle) {}, "either a license key or --email"},
		"email, no secret": {"activate --email a@example.com", func(*bundle) {}, "password or a code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c.spoil(b)
			if _, err := b.run(t, strings.Fields(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
