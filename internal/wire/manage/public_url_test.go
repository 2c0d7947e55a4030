package manage_test

import (
	"net/url"
	"testing"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// A client that is generated from the document knows where the server is.
func TestTheOpenAPIDocumentNamesTheServer(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) {
		c.PublicURL = &url.URL{Scheme: "https", Host: "licences.example.com", Path: "/"}
	})
	var document struct {
		Servers []struct{ URL string }
	}
	s.Do(t, "GET", "/api/v1/openapi.json", nil).JSON(t, &document)
	if len(document.Servers) != 1 || document.Servers[0].URL != "https://licences.example.com" {
		t.Errorf("servers: %v", document.Servers)
	}
}
