package web

import (
	"cmp"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
)

// Access is who may see a page: who has the permission, or everybody, for the
// reason that Public gives.
type Access struct {
	Permission identity.Permission
	Public     string
}

// Needs is access for who has a permission.
func Needs(p identity.Permission) Access { return Access{Permission: p} }

// Show makes a page that changes nothing. fn gives the page's struct, which the
// template file shows.
func Show[P Chromed](f *Face, path string, who Access, file string, fn func(q *Request) (P, error)) edge.Route {
	t := viewOf[P](f, file)
	return f.route(http.MethodGet, path, who, func(w http.ResponseWriter, q *Request) error {
		p, err := fn(q)
		if err != nil {
			return err
		}
		f.writePage(w, q, http.StatusOK, t, p)
		return nil
	})
}

// Serve makes a route that is no page: a download, a redirect, a picture.
func Serve(f *Face, method, path string, who Access, fn func(w http.ResponseWriter, q *Request) error) edge.Route {
	return f.route(method, path, who, fn)
}

// Compressed are routes of which those that show something may be sent compressed: see
// edge.Route. It is for pages and lists on which no key stands.
func Compressed(routes ...edge.Route) []edge.Route {
	for i := range routes {
		routes[i].Compress = routes[i].Method == http.MethodGet
	}
	return routes
}

// Done is what a change ends in. It is kept for a form that is sent twice.
type Done struct {
	To  string `json:"to"` // address to go to
	Say Flash  `json:"say"`
}

// Ask makes a page with a form and what it does: the GET shows it, the POST runs
// act in one transaction and goes where it says. A refusal shows the page again
// with what was filled in and what is wrong; show gives it, with the form to fill.
func Ask[P Chromed](
	f *Face, path string, who Access, file string,
	show func(q *Request, form *Form) (P, error),
	act func(t tx.Tx, q *Request, v Values) (Done, error),
) []edge.Route {
	return AskWith(f, path, who, file, show, func(_ *Request, v Values) (Values, error) { return v, nil }, act)
}

// AskWith is Ask for a change that needs something prepared before its
// transaction: a password hashed, a file read. prepare may refuse. A form that was
// sent by its Look button is shown again, and nothing is done.
func AskWith[P Chromed, T any](
	f *Face, path string, who Access, file string,
	show func(q *Request, form *Form) (P, error),
	prepare func(q *Request, v Values) (T, error),
	act func(t tx.Tx, q *Request, in T) (Done, error),
) []edge.Route {
	t := viewOf[P](f, file)
	get := f.askFirst(path, who, func(q *Request, form *Form) (Chromed, error) { return show(q, form) }, t)
	post := f.route(http.MethodPost, path, who, func(w http.ResponseWriter, q *Request) error {
		v, err := q.Form()
		if err != nil {
			return err
		}
		if v.Has(lookAgain) {
			p, err := show(q, &Form{Once: f.IDs.V7().String(), looked: v.Values, language: q.Language()})
			if err != nil {
				return err
			}
			f.writePage(w, q, http.StatusOK, t, p)
			return nil
		}
		done, err := runPrepared(q, v, prepare, act)
		if err == nil {
			f.finish(w, q, done)
			return nil
		}
		return f.askAgain(w, q, v, err, func(form *Form) (Chromed, error) { return show(q, form) }, t)
	})
	return []edge.Route{get, post}
}

// AskOwn is Ask for a service that runs its own transactions: signing in. A fault
// that nobody is signed in is shown in the form too.
func AskOwn[P Chromed](
	f *Face, path string, who Access, file string,
	show func(q *Request, form *Form) (P, error),
	act func(q *Request, v Values) (Done, error),
) []edge.Route {
	t := viewOf[P](f, file)
	again := func(q *Request) func(form *Form) (Chromed, error) {
		return func(form *Form) (Chromed, error) { return show(q, form) }
	}
	get := f.askFirst(path, who, func(q *Request, form *Form) (Chromed, error) { return show(q, form) }, t)
	post := f.route(http.MethodPost, path, who, func(w http.ResponseWriter, q *Request) error {
		v, err := q.Form()
		if err != nil {
			return err
		}
		done, err := act(q, v)
		if e := fault.As(err); err != nil && e.Kind == fault.Unauthenticated {
			shown := *e
			shown.Kind = fault.Invalid
			err = &shown
		}
		if err != nil {
			return f.askAgain(w, q, v, err, again(q), t)
		}
		f.finish(w, q, done)
		return nil
	})
	return []edge.Route{get, post}
}

// Reveal is Ask for a change that ends in a page which is shown only once: a new
// key, recovery codes. The answer is kept sealed for a form that is sent twice.
func Reveal[P, D Chromed, T any](
	f *Face, path string, who Access, file string,
	show func(q *Request, form *Form) (P, error),
	act func(t tx.Tx, q *Request, v Values) (T, error),
	endFile string, end func(q *Request, made T) (D, error),
) []edge.Route {
	return RevealWith(f, path, who, file, show, func(_ *Request, v Values) (Values, error) { return v, nil }, act, endFile, end)
}

// RevealWith is Reveal for a change that needs something looked up or proved before
// its transaction. prepare may refuse.
func RevealWith[P, D Chromed, I, T any](
	f *Face, path string, who Access, file string,
	show func(q *Request, form *Form) (P, error),
	prepare func(q *Request, v Values) (I, error),
	act func(t tx.Tx, q *Request, in I) (T, error),
	endFile string, end func(q *Request, made T) (D, error),
) []edge.Route {
	t, last := viewOf[P](f, file), viewOf[D](f, endFile)
	get := f.askFirst(path, who, func(q *Request, form *Form) (Chromed, error) { return show(q, form) }, t)
	post := f.route(http.MethodPost, path, who, func(w http.ResponseWriter, q *Request) error {
		v, err := q.Form()
		if err != nil {
			return err
		}
		made, err := runPrepared(q, v, prepare, act)
		if err != nil {
			return f.askAgain(w, q, v, err, func(form *Form) (Chromed, error) { return show(q, form) }, t)
		}
		p, err := end(q, made)
		if err != nil {
			return err
		}
		f.writePage(w, q, http.StatusOK, last, p)
		return nil
	})
	post.Secret = true
	return []edge.Route{get, post}
}

// Answer makes a change of a service that runs its own transactions and may be sent again:
// it ends in a page, of which nothing is kept.
func Answer[P Chromed](f *Face, path string, who Access, file string, fn func(q *Request) (P, error)) edge.Route {
	t := viewOf[P](f, file)
	r := f.route(http.MethodPost, path, who, func(w http.ResponseWriter, q *Request) error {
		p, err := fn(q)
		if err != nil {
			return err
		}
		f.writePage(w, q, http.StatusOK, t, p)
		return nil
	})
	r.Secret = true
	return r
}

// askFirst is the route that shows a form.
func (f *Face) askFirst(path string, who Access, show func(q *Request, form *Form) (Chromed, error), t *View) edge.Route {
	return f.route(http.MethodGet, path, who, func(w http.ResponseWriter, q *Request) error {
		p, err := show(q, &Form{Once: f.IDs.V7().String(), language: q.Language()})
		if err != nil {
			return err
		}
		f.writePage(w, q, http.StatusOK, t, p)
		return nil
	})
}

// askAgain shows a form that was refused; other errors it gives back. What hinders
// the change may not hinder the form: what was filled in is kept where it can be.
func (f *Face) askAgain(w http.ResponseWriter, q *Request, v Values, err error, show func(form *Form) (Chromed, error), t *View) error {
	return f.refuse(w, q, &Form{Once: f.IDs.V7().String(), sent: v.Values, language: q.Language()}, err, show, t)
}

// refuse shows a form that was sent, with what is wrong with it.
func (f *Face) refuse(w http.ResponseWriter, q *Request, form *Form, err error, show func(form *Form) (Chromed, error), t *View) error {
	kind := fault.As(err).Kind
	passing := kind == fault.Forbidden || kind == fault.NotFound || kind == fault.Unavailable
	if !showable(err) && !passing {
		return err
	}
	form.refused(err)
	p, shown := show(form)
	if shown != nil && passing {
		return err
	}
	if shown != nil {
		return shown
	}
	form.settle()
	edge.Told(q.Context(), err)
	edge.RetryAfter(w.Header(), err)
	f.writePage(w, q, edge.Status(fault.As(err).Kind), t, p)
	return nil
}

// Act makes a change without a page of its own: a button. A refusal is told on
// the page it came from.
func Act(f *Face, path string, who Access, back func(q *Request) string, act func(t tx.Tx, q *Request, v Values) (Done, error)) edge.Route {
	return ActWith(f, path, who, back, func(_ *Request, v Values) (Values, error) { return v, nil }, act)
}

// ActWith is Act for a change that needs something looked up or prepared before
// its transaction. prepare may refuse.
func ActWith[T any](
	f *Face, path string, who Access, back func(q *Request) string,
	prepare func(q *Request, v Values) (T, error),
	act func(t tx.Tx, q *Request, in T) (Done, error),
) edge.Route {
	return f.route(http.MethodPost, path, who, func(w http.ResponseWriter, q *Request) error {
		v, err := q.Form()
		if err != nil {
			return err
		}
		done, err := runPrepared(q, v, prepare, act)
		if err != nil {
			if !showable(err) {
				return err
			}
			e := fault.As(err)
			message, help := q.Language().Fault(e.Code, e.Message, e.Help)
			text := message + " " + help
			if len(e.Fields) > 0 && e.Kind == fault.Invalid {
				text = q.T("That was refused.") + named(q.Language(), e.Fields)
			}
			done = Done{To: back(q), Say: Flash{Text: strings.TrimSpace(text), Tone: Bad}}
		}
		f.finish(w, q, done)
		return nil
	})
}

func runPrepared[I, T any](
	q *Request, v Values, prepare func(q *Request, v Values) (I, error), act func(t tx.Tx, q *Request, in I) (T, error),
) (made T, err error) {
	in, err := prepare(q, v)
	if err != nil {
		return made, err
	}
	return edge.Change(q.Context(), q.face.Changes, func(t tx.Tx) (T, error) { return act(t, q, in) })
}

// showable: a refusal that the person can do something about.
func showable(err error) bool {
	switch fault.As(err).Kind {
	case fault.Invalid, fault.Conflict, fault.Throttled, fault.Unprocessable:
		return true
	case fault.Internal, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.TooLarge, fault.Unavailable,
		fault.TooSlow, fault.Abandoned, fault.Misdirected:
	}
	return false
}

// finish goes to where a change ends.
func (f *Face) finish(w http.ResponseWriter, q *Request, done Done) {
	for _, c := range q.cookies {
		http.SetCookie(w, c)
	}
	f.setFlash(w, cmp.Or(q.moved, q.Base), &done.Say)
	if q.R.Header.Get("Chancery-Dialogue") != "" {
		// A script that follows a redirect would read the page, and what it says once,
		// before the person sees it.
		w.Header().Set("Chancery-To", done.To)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, q.R, done.To, http.StatusSeeOther)
}

const uploadMemory = 8 << 20

// publicForm is how long a form may be whose sender nobody knows, in bytes.
const publicForm = 16 << 10

// Form reads the form that a request sent.
func (q *Request) Form() (Values, error) {
	r := q.R
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(uploadMemory) //nolint:gosec // the edge bounds the body
	} else {
		err = r.ParseForm()
	}
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return Values{}, known // of the edge: the body did not come whole
	}
	if err != nil {
		return Values{}, &fault.Error{
			Kind: fault.Invalid, Code: "form_unreadable", Message: "The form could not be read.", Help: "Go back and send it again.", Cause: err,
		}
	}
	given := url.Values{}
	for name, values := range r.PostForm {
		for _, value := range values {
			clean, ok := cleanText(value)
			if !ok {
				return Values{}, fault.Wrong(fault.Field{Name: name, Message: "must be text without control characters"})
			}
			given.Add(name, clean)
		}
	}
	v := NewValues(given, q.VendorZone())
	v.language = q.Language()
	return v, nil
}

// File gives an uploaded file; nil when there is none.
func (q *Request) File(name string) *multipart.FileHeader {
	if q.R.MultipartForm == nil || len(q.R.MultipartForm.File[name]) == 0 {
		return nil
	}
	return q.R.MultipartForm.File[name][0]
}

// Open makes a route at an address that names no vendor.
func Open(f *Face, path, why string, fn func(w http.ResponseWriter, q *Request) error) edge.Route {
	return edge.Route{
		Surface: f.surface, Method: http.MethodGet, Path: path, Public: why,
		Handler: func(w http.ResponseWriter, r *http.Request) error { return fn(w, &Request{R: r, face: f}) },
	}
}

// ViewOf reads a template that a route of Open shows.
func ViewOf[P Chromed](f *Face, file string) *View { return viewOf[P](f, file) }

// Write shows a page.
func (v *View) Write(w http.ResponseWriter, q *Request, status int, p Chromed) {
	q.face.writePage(w, q, status, v, p)
}

func (f *Face) route(method, path string, who Access, fn func(w http.ResponseWriter, q *Request) error) edge.Route {
	if method == http.MethodGet {
		f.made.pages[path] = true
		f.made.needs["GET "+path] = who.Permission
		f.made.paths.Handle("GET "+path, http.NotFoundHandler())
	}
	var limit int64 // the edge's own
	if who.Permission == "" {
		limit = publicForm
	}
	return edge.Route{
		Surface: f.surface, Method: method, Path: f.Path(path), Permission: who.Permission, Public: who.Public, BodyLimit: limit,
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			q, err := f.request(r)
			if err != nil {
				return err
			}
			q.R = r
			return fn(w, q)
		},
	}
}

func viewOf[P Chromed](f *Face, file string) *View {
	v, err := f.base.view(file, reflect.TypeFor[P]())
	if err != nil && f.made.err == nil {
		f.made.err = err
	}
	if v == nil {
		return &View{}
	}
	f.made.views = append(f.made.views, v)
	return v
}
