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
