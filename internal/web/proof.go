package web

import "chancery/internal/access"

// ProofFields ask who is signed in to prove it anew: by the password; who has none gives a
// code, or has just signed in. ProofOf reads them.
func ProofFields(q *Request) []Field {
	switch person := q.Person.Session.Person; {
	case person.HasPassword:
		return []Field{{Name: "password", Label: q.T("Your password"), Kind: PasswordField, Required: true, Complete: "current-password"}}
	case person.HasTOTP:
		return []Field{{
			Name: "code", Label: q.T("Code"), Required: true, Complete: "one-time-code", Hint: q.T("What your authenticator app shows, or a recovery code."),
		}}
	}
	return nil
}

// ProofOf reads what ProofFields asked for.
func ProofOf(v Values) access.Proof {
	return access.Proof{Password: v.Get("password"), Code: v.Text("code")}
}
