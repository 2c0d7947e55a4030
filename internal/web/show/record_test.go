package show

import (
	"testing"

	"chancery/internal/audit"
)

// Who did it is told as exactly as the record knows it.
func TestActor(t *testing.T) {
	t.Parallel()
	anna := `{"email":"anna@example.com","method":"password"}`
	for name, c := range map[string]struct {
		r    audit.Record
		want string
	}{
		"somebody signed in":           {audit.Record{ActorKind: "user", ActorName: "ben@example.com", Subject: "user", After: &anna}, "ben@example.com"},
		"an older record of a sign-in": {audit.Record{ActorKind: "client", Subject: "user", After: &anna}, "anna@example.com"},
		"nobody knows who":             {audit.Record{ActorKind: "client", Subject: "user"}, "Somebody not signed in"},
		"a program":                    {audit.Record{ActorKind: "client", Subject: "activation"}, "A client"},
		"the server":                   {audit.Record{ActorKind: "system", Subject: "license"}, "The server"},
	} {
		if got := (Record{Record: c.r}).Actor(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A list in a record is told by names, and by their number where its things have none.
func TestListed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`["license.issued","license.changed"]`:      "license.issued, license.changed",
		`[{"name":"export","is_active":true}]`:      "export",
		`[{"id":1189,"erased":"ea9b"}]`:             "1 entry",
		`[{"id":1189,"erased":"ea9b"},{"id":1190}]`: "2 entries",
		`[]`: "",
	} {
		if got := listed(text); got != want {
			t.Errorf("%s is told as %q, want %q", text, got, want)
		}
	}
}
