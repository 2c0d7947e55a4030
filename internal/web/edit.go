package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// ChangeLog tells who changed a thing last. who is empty where that is not known.
type ChangeLog interface {
	LastChange(ctx context.Context, v ident.VendorID, thing audit.Thing) (who, actor string, at time.Time, err error)
}

// Of names the things that a form edits, as the audit log calls them.
type Of func(q *Request) ([]audit.Thing, error)

// OfID is the thing of a subject whose id is in the address.
func OfID(subject string) Of {
	return func(q *Request) ([]audit.Thing, error) {
		id, err := q.ID("id")
		return []audit.Thing{{Subject: subject, ID: id}}, err
	}
}

// OfAll is all that a vendor has of a subject.
func OfAll(subject string) Of {
	return func(*Request) ([]audit.Thing, error) { return []audit.Thing{{Subject: subject}}, nil }
}

// Edit is Ask for a form that edits what others may edit at the same time. The form
// carries what it began with. When it is sent and the record is not as it was, nothing
// is saved: the form says what the others have changed, holds what was typed, and can
// be sent again. Every form that shows what is saved through it is made by it.
func Edit[P Chromed](
	f *Face, path string, who Access, file string, of Of,
	show func(q *Request, form *Form) (P, error),
	act func(t tx.Tx, q *Request, v Values) (Done, error),
) []edge.Route {
	return EditWith(f, path, who, file, of, show, func(_ *Request, v Values) (Values, error) { return v, nil }, act)
}

// errMeanwhile is that a record was changed since its form was shown.
var errMeanwhile = errors.New("web: changed meanwhile")

// EditWith is Edit for a change that needs something prepared before its transaction.
// What prepare reads of the record is what holds when act runs. prepare may refuse.
func EditWith[P Chromed, T any](
	f *Face, path string, who Access, file string, of Of,
	show func(q *Request, form *Form) (P, error),
	prepare func(q *Request, v Values) (T, error),
	act func(t tx.Tx, q *Request, in T) (Done, error),
) []edge.Route {
	t := viewOf[P](f, file)
	get := f.route(http.MethodGet, path, who, func(w http.ResponseWriter, q *Request) error {
		p, err := show(q, &Form{Once: f.IDs.V7().String(), edits: true, language: q.Language()})
		if err != nil {
			return err
		}
		f.writePage(w, q, http.StatusOK, t, p)
		return nil
	})
	post := f.route(http.MethodPost, path, who, func(w http.ResponseWriter, q *Request) error {
		v, err := q.Form()
		if err != nil {
			return err
		}
		things, err := of(q)
		if err != nil {
			return err
		}
		form, page := &Form{}, *new(P)
		done, err := edge.ChangeSeen(q.Context(), f.Changes, q.VendorID(), things, func() (in T, err error) {
			form = f.editAgain(q, v)
			if err = f.reread(q); err != nil {
				return in, err
			}
			if page, err = show(q, form); err != nil {
				return in, err
			}
			if form.compare(); len(form.Meanwhile) > 0 || form.seen == nil {
				return in, errMeanwhile
			}
			return prepare(q, v)
		}, func(t tx.Tx, in T) (Done, error) { return act(t, q, in) })
		switch {
		case err == nil:
			f.finish(w, q, done)
			return nil
		case errors.Is(err, errMeanwhile):
			if form.Wrong, err = f.changedBy(q, things, form); err != nil {
				return err
			}
			f.writePage(w, q, http.StatusConflict, t, page)
			return nil
		}
		return f.refuse(w, q, f.editAgain(q, v), err, func(form *Form) (Chromed, error) {
			p, err := show(q, form)
			form.compare()
			return p, err
		}, t)
	})
	return []edge.Route{get, post}
}

// reread reads the vendor and the person of a request anew: forms edit them too, and
// they were read before the look began.
func (f *Face) reread(q *Request) error {
	v, err := f.vendor(q.Context(), q.Vendor.Slug)
	if err != nil {
		return err
	}
	if q.Vendor = v; q.Person == nil {
		return nil
	}
	_, person, err := f.Sessions.Authenticate(q.Context(), v.ID, q.Cookie(f.CookieName()))
	if err == nil {
		q.Person = &person
	}
	return err
}

// editAgain is a form that was sent, to be compared with the record as it is.
func (f *Face) editAgain(q *Request, v Values) *Form {
	return &Form{
		Once: f.IDs.V7().String(), edits: true, sent: maps.Clone(v.Values), seen: readSeen(v.Get(seenField)), language: q.Language(),
	}
}

// changedBy says above a form that it was not saved, and why.
func (f *Face) changedBy(q *Request, things []audit.Thing, form *Form) (*Notice, error) {
	n := &Notice{Tone: Warning, Title: q.T("Changed meanwhile: nothing is saved yet.")}
	if form.seen == nil {
		n.Text = q.T("This form does not tell what it began with. Compare it with what holds now, and save it again.")
		return n, nil
	}
	text := q.T("Somebody has changed this since you opened it.")
	if f.Log != nil {
		for _, thing := range things {
			who, actor, at, err := f.Log.LastChange(q.Context(), q.VendorID(), thing)
			if err != nil {
				return nil, err
			}
			if who == "" {
				continue
			}
			page := q.Page("")
			if actor == q.Principal.ID.String() {
				text = q.T("You have changed this in another window or page since you opened it (%s).", page.Ago(at).Text)
			} else {
				text = q.T("%s has changed this since you opened it (%s).", who, page.Ago(at).Text)
			}
			break
		}
	}
	n.Text = text + " " + q.T("Your own changes are still below, beside theirs: look it over, and save it again.")
	return n, nil
}
