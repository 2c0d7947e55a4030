package servertest

import (
	"net/url"
	"testing"
)

// Importer is somebody who imports, and the job that does not wait.
type Importer struct {
	*Browser

	Server *Server
}

// Read uploads a file and gives the page of its import.
func (b Importer) Read(t *testing.T, kind, content string) *Page {
	t.Helper()
	return b.Upload(t, "/imports/new?kind="+kind, url.Values{"kind": {kind}}, "file", kind+".csv", []byte(content))
}

// Carry starts an import, lets the job do it, and gives its page.
func (b Importer) Carry(t *testing.T, p *Page, form url.Values) *Page {
	t.Helper()
	started := b.Post(t, p.Path+"/start", form)
	if _, err := b.Server.Program.Rooms().Imports.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if started.Path != p.Path {
		t.Fatalf("start: %d at %s: %s", started.Status, started.Path, started.Text("main"))
	}
	return b.Get(t, p.Path)
}
