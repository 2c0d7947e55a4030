package main

import (
	"net/http"
	"strings"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
)

func TestArea(t *testing.T) {
	t.Parallel()
	server := clienttest.New(t)
	server.Change(func(l *client.LicenseInfo) { l.Features = []client.Feature{{Name: "export", IsActive: true}} })
	config := server.Config(t)
	licence, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer licence.Close()
	typed := strings.Join([]string{
		"export", "enter wrong", "enter " + clienttest.LicenseKey, "export", "update", "what?", "give up", "export", "quit",
	}, "\n")
	var out strings.Builder
	if err := area(t.Context(), licence, strings.NewReader(typed), &out); err != nil {
		t.Fatal(err)
	}
	const none, valid = "No licence has been activated here; enter a license key.", "The licence is valid."
	want := strings.Join([]string{
		none, help,
		"Exporting is not part of your licence.",
		"This is not a valid license key. Check the key for typing errors, and that it was issued for this product.", none,
		valid, "Exported.", valid, help,
		none, "Exporting is not part of your licence.",
	}, "\n") + "\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestAreaWithoutNetwork(t *testing.T) {
	t.Parallel()
	server := clienttest.New(t)
	config := server.Config(t)
	licence, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer licence.Close()
	if _, err := licence.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
	var out strings.Builder
	if err := area(t.Context(), licence, strings.NewReader("update"), &out); err != nil {
		t.Fatal(err)
	}
	if want := "The licence server can't be reached just now.\nThe licence is valid.\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%s", out.String())
	}
}
