package edge

import (
	"errors"
	"fmt"
	"net/http"
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
	Method  string // one of GET, POST, PUT, PATCH, DELETE
	Path    string // as http.ServeMux takes it, without host
	Handler Handler

	// Permission is what the principal needs. Without one, Public says why
	// everybody may call; exactly one of the two is given.
	Permission identity.Permission
	Public     string

	BodyLimit int64         // bytes; 0 means DefaultBodyLimit
	Timeout   time.Duration // of the handler's context; 0 means DefaultTimeout, negative none

	// Light says that the answer comes from memory: the request takes no place
	// among those in flight, and is counted against no budget of calls.
	Light bool

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
		e.serve(w.(*call), r, &rt) //nolint:forcetypeassert // ServeHTTP is the only way in
	})
	return nil
}

func (rt Route) check() error {
	switch rt.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return errors.New("the method is not one of GET, POST, PUT, PATCH, DELETE")
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
	case rt.Permission != "" && rt.Surface.Authenticate == nil:
		return errors.New("it names a permission, but its surface authenticates nobody")
	}
	return nil
}

// changes reports whether the route may change something.
func (rt Route) changes() bool { return rt.Method != http.MethodGet }
