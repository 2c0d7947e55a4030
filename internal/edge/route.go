package edge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"chancery/internal/identity"
)

// Handler serves one route. The error it returns is written by its surface; it
// must not have written anything then.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Surface is a family of routes that share credentials and the form of errors.
type Surface struct {
	Name string // "slascone", "manage"

	// Credential gives what the request presents, for the budget of failures;
	// empty when it presents nothing. It must be cheap.
	Credential func(r *http.Request) string

	// Authenticate tells who is calling, or fails with a fault.
	Authenticate func(r *http.Request) (identity.Principal, error)

	// Problem writes an error; nil means WriteProblem. The request's context
	// has a principal if authentication got that far.
	Problem func(w http.ResponseWriter, r *http.Request, err error)

	// Browser says that browsers call it with cookies or without credentials:
	// requests that change something must come from our own pages.
	Browser bool

	// Repeat gives the key that tells a repeated request from a new one, for callers
	// that can't set Idempotency-Key: forms. Nil, or "", for none.
	Repeat func(r *http.Request) string
}

// Route is one line of the table.
type Route struct {
	Surface *Surface
	Method  string // one of GET, POST, PUT, PATCH, DELETE, and OPTIONS, by which browsers ask what they may
	Path    string // as http.ServeMux takes it, without host
	Handler Handler

	// Permission is what the principal needs. Without one, Public says why
	// everybody may call; exactly one of the two is given.
	Permission identity.Permission
	Public     string

	// Also is another permission that opens the route: its handler does for who has only
	// this one what that allows. Empty for none.
	Also identity.Permission

	BodyLimit int64         // bytes; 0 means DefaultBodyLimit
	Timeout   time.Duration // of the handler's context; 0 means DefaultTimeout, negative none

	// Light says that the answer comes from memory: the request takes no place
	// among those in flight, and is counted against no budget of calls.
	Light bool

	// Nothing says that there is nothing at the route's addresses: it answers, in the
	// words of its surface, where no other route does. Where one takes another method,
	// the answer is 405 in place of 404.
	Nothing bool

	// Compress says that answers may be sent compressed. It is for those in which no key,
	// code or token stands: a secret's length would tell of it who can put text of their own
	// beside it and listens on the line (BREACH). Programs' own calls never say it.
	Compress bool

	// Secret says that answers hold secrets: those kept for repeated requests are sealed.
	Secret bool
}

// Mount adds routes. It refuses those that are incomplete or come twice.
func (e *Edge) Mount(routes ...Route) error {
	for _, rt := range routes {
		if err := rt.check(); err != nil {
			return fmt.Errorf("edge: route %s %s: %w", rt.Method, rt.Path, err)
		}
		if rt.BodyLimit == 0 {
			rt.BodyLimit = DefaultBodyLimit
		}
		if rt.Timeout == 0 {
			rt.Timeout = DefaultTimeout
		}
		if err := e.handle(rt); err != nil {
			return err
		}
		e.routes = append(e.routes, rt)
		e.compare(rt.Path)
	}
	return nil
}

// handle gives the mux's panic for a pattern it can't take as an error.
func (e *Edge) handle(rt Route) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("edge: %v", p)
		}
	}()
	e.mux.HandleFunc(rt.Method+" "+rt.Path, func(w http.ResponseWriter, r *http.Request) {
		if e.covered(rt.Path, r.URL.Path) {
			w.WriteHeader(http.StatusMethodNotAllowed) // held back, and answered as where no route is
			return
		}
		e.serve(w.(*call), r, &rt) //nolint:forcetypeassert // ServeHTTP is the only way in
	})
	return nil
}

// compare notes which paths are narrower than others, now that a path is mounted.
func (e *Edge) compare(path string) {
	for _, other := range e.routes {
		for _, pair := range [][2]string{{path, other.Path}, {other.Path, path}} {
			if wide, narrow := pair[0], pair[1]; narrower(narrow, wide) && !slices.Contains(e.narrower[wide], narrow) {
				e.narrower[wide] = append(e.narrower[wide], narrow)
			}
		}
	}
}

// covered reports whether an address that a wide path matches belongs to a narrower one,
// such as /things/search beside /things/{id}. The mux gave it to the wide path because the
// narrower one does not take the method.
func (e *Edge) covered(wide, address string) bool {
	return slices.ContainsFunc(e.narrower[wide], func(narrow string) bool { return matches(narrow, address) })
}

// narrower reports whether a path of routes has words where another has wildcards, and is
// like it in everything else. Wildcards for the rest of an address are compared with nothing.
func narrower(path, other string) bool {
	return path != other && !strings.Contains(other, "...}") && matches(other, path) && !matches(path, other)
}

// matches reports whether an address, or a path of routes, is one of those that a path of
// routes stands for.
func matches(path, address string) bool {
	for {
		var want, got string
		var more, also bool
		want, path, more = strings.Cut(path, "/")
		got, address, also = strings.Cut(address, "/")
		if more != also || want != got && !stands(want, got) {
			return false
		}
		if !more {
			return true
		}
	}
}

// stands reports whether a part of a path stands for one of an address.
func stands(part, word string) bool {
	const end = "{$}" // the mux's word for nothing more
	if part == end || word == end {
		return part == end && word == ""
	}
	return strings.HasPrefix(part, "{") && word != ""
}

func (rt Route) check() error {
	if !slices.Contains(methods(), rt.Method) {
		return errors.New("the method is not one of " + strings.Join(methods(), ", "))
	}
	switch {
	case rt.Surface == nil || rt.Surface.Name == "":
		return errors.New("it has no surface")
	case rt.Handler == nil:
		return errors.New("it has no handler")
	case rt.Permission == "" && rt.Public == "":
		return errors.New("it names neither a permission nor why it is public")
	case rt.Permission != "" && rt.Public != "":
		return errors.New("it names a permission and is public")
	case rt.Compress && (rt.Secret || rt.Method != http.MethodGet):
		return errors.New("only what is read and holds no secret may be compressed")
	case rt.Permission != "" && rt.Surface.Authenticate == nil:
		return errors.New("it names a permission, but its surface authenticates nobody")
	}
	return nil
}

// methods are those that a route may take.
func methods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
}

// allowed gives the methods that routes take at the address of r, as a header Allow; ""
// where there is nothing.
func (e *Edge) allowed(r *http.Request) string {
	var taken []string
	for _, method := range methods() {
		asked := *r
		asked.Method = method
		_, pattern := e.mux.Handler(&asked)
		nothing := func(rt Route) bool { return rt.Nothing && rt.Method+" "+rt.Path == pattern }
		if pattern == "" || e.covered(strings.TrimPrefix(pattern, method+" "), r.URL.Path) || slices.ContainsFunc(e.routes, nothing) {
			continue
		}
		if taken = append(taken, method); method == http.MethodGet {
			taken = append(taken, http.MethodHead)
		}
	}
	return strings.Join(taken, ", ")
}

// changes reports whether the route may change something.
func (rt Route) changes() bool { return rt.Method != http.MethodGet && rt.Method != http.MethodOptions }
