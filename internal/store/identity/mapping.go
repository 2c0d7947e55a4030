package identity

import (
	"database/sql"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/store"
)

func scan(row func(dest ...any) (bool, error)) (k identity.APIKey, found bool, err error) {
	var permissions string
	var ed25519, rsa, revoked sql.Null[int64]
	var created int64
	found, err = row(&k.ID, &k.UUID, &k.Kind, &k.Name, &k.Hint, &permissions, &ed25519, &rsa, &created, &revoked)
	if err != nil || !found {
		return identity.APIKey{}, false, err
	}
	k.Permissions = splitPermissions(permissions)
	k.Ed25519Key, k.RSAKey = ident.SigningKeyID(ed25519.V), ident.SigningKeyID(rsa.V)
	k.CreatedAt, k.RevokedAt = store.Instant(created), store.OptionalInstant(revoked)
	return k, true, nil
}

// joinPermissions: permissions are plain words, so blanks part them.
func joinPermissions(all []identity.Permission) string {
	words := make([]string, len(all))
	for i, p := range all {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

func splitPermissions(text string) []identity.Permission {
	words := strings.Fields(text)
	all := make([]identity.Permission, len(words))
	for i, w := range words {
		all[i] = identity.Permission(w)
	}
	return all
}

func orNull(id ident.SigningKeyID) any {
	if id == 0 {
		return nil
	}
	return id
}
