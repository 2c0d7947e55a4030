package web

import (
	"strings"

	"chancery/internal/entry"
	"chancery/internal/identity"
)

// SignedIn is who is signed in to a page that asks nobody to be; nil for nobody.
func (q *Request) SignedIn() *Person {
	if q.Person != nil {
		return q.Person
	}
	token := q.Cookie(q.face.CookieName())
	if token == "" {
		return nil
	}
	p, person, err := q.face.Sessions.Authenticate(q.Context(), q.Vendor.ID, token)
	if err != nil || p.Vendor != q.Vendor.ID || !p.May(identity.OwnAccount) {
		return nil // whoever it was is so no more
	}
	return &person
}

// IsAnother reports whether a link for the person with an address was opened where another
// one is signed in: it acts for nobody then.
func (q *Request) IsAnother(email string) (signedIn string, is bool) {
	person := q.SignedIn()
	if person == nil || sameAddress(person.Email, email) {
		return "", false
	}
	return person.Email, true
}

func sameAddress(a, b string) bool {
	one, _ := entry.Address(a)
	other, _ := entry.Address(b)
	return one == other
}

// ForAnother is what a link shows that is for somebody else than who is signed in: both
// addresses, and a way to sign out and go on. Nothing is used up on the way; here is the
// link's own address below the face.
func ForAnother(q *Request, form *Form, signedIn, meant, here string) *FormPage {
	page := &FormPage{Page: q.Page("This link is for somebody else"), Form: form}
	page.Text = "You are signed in as " + signedIn + ". The link is for " + meant + ": it does nothing here, and stays good."
	*form = Form{Action: q.Href("/sign-out"), Submit: "Sign out and go on as " + meant, Cancel: q.Href("/")}
	form.Add(Group{Fields: []Field{{Name: "next", Kind: HiddenField, Value: strings.TrimPrefix(here, q.Base)}}})
	return page
}
