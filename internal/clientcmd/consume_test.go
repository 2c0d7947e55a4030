package clientcmd_test

import (
	"net/http"
	"strings"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
)

func TestConsume(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ten := 10.0
	b.server.Change(func(l *client.LicenseInfo) {
		l.Limitations = []client.Limitation{
			{ID: "0190d5a0-0000-7000-8000-000000000001", Name: "pages", Value: &ten, ResetMode: 3},
			{ID: "0190d5a0-0000-7000-8000-000000000002", Name: "scans", ResetMode: 1},
		}
	})
	if _, err := b.run(t, "consume", "pages"); err == nil || !strings.Contains(err.Error(), "activate with a license key") {
		t.Errorf("before activation: %v", err)
	}
	if _, err := b.run(t, "activate", clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"consume scans": "there is no limit", "consume pages 2.5": "Counted 2.5 of pages; 7.5 left."} {
		if out, err := b.run(t, strings.Fields(args)...); err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: %s, %v", args, out, err)
		}
	}
	for args, want := range map[string]string{"consume pages 8": "not enough left", "consume seats": "status` lists its limits", "consume pages 0": "above 0"} {
		if _, err := b.run(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
	if out, err := b.run(t, "consume", "pages", "1", "--json"); err != nil || !strings.Contains(out, `"counted": false`) || !strings.Contains(out, `"waiting": 1`) {
		t.Errorf("%s, %v", out, err)
	}
	b.server.Intercept(nil)
	if out, err := b.run(t, "consume", "pages"); err != nil || !strings.Contains(out, "5.5 left") {
		t.Errorf("%s, %v", out, err)
	}
}
