package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strings"
	"unicode"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
)

// ServeHTTP implements http.Handler.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{ResponseWriter: w, began: e.IDs.Clock.Now(), testClock: e.TestClock}
	c.address = e.clientAddress(r)
	e.nameCall(c, r)
	h := w.Header()
	maps.Copy(h, e.headers) // the slices are shared: handlers set headers, they never change one in place
	h["X-Request-Id"] = []string{c.id}
	defer e.finish(c, r)
	r, here := e.byHost(c, r)
	if !here {
		return
	}
	e.mux.ServeHTTP(c, r)
	if c.heldBack() {
		c.status = 0
		c.route = &Route{}
		writeProblem(c, e.Log, c.id, e.noRoute(h, r))
	}
}

// byHost gives the request as the routes know it; here is false when it is answered
// already.
func (e *Edge) byHost(c *call, r *http.Request) (known *http.Request, here bool) {
	if e.Host == nil {
		return r, true
	}
	known, err := e.Host(c, r)
	if err != nil {
		c.route = &Route{Surface: &Surface{}}
		e.problem(c, r, err)
	}
	if known == nil {
		return r, false
	}
	return known, true
}

// noRoute says that there is nothing at the address, or which methods it takes.
func (e *Edge) noRoute(h http.Header, r *http.Request) error {
	allow := e.allowed(r)
	if allow == "" {
		h.Del("Allow")
		return NoRoute()
	}
	h.Set("Allow", allow)
	return errMethod(allow)
}

// finish logs the call, and what panicked in it.
func (e *Edge) finish(c *call, r *http.Request) {
	if p := recover(); p != nil {
		if p != http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
			e.Log.Error("a request panicked", slog.String("request_id", c.id), slog.String("panic", fault.PanicText(p)),
				slog.String("stack", string(debug.Stack())))
		}
		e.logCall(c, r)
		panic(http.ErrAbortHandler)
	}
	e.logCall(c, r)
}

// serve runs one route.
func (e *Edge) serve(c *call, r *http.Request, rt *Route) {
	c.route = rt
	ctx, routed := r.Context(), r.URL
	if rt.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, rt.Timeout)
		defer cancel()
	}
	r = r.WithContext(context.WithValue(ctx, callKey{}, c))
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler || c.status != 0 { //nolint:errorlint // as in finish
				panic(p)
			}
			e.problem(c, r, fmt.Errorf("panic: %s\n%s", fault.PanicText(p), debug.Stack()))
		}
	}()
	r, err := e.admit(c, r, rt)
	if err == nil {
		err = e.work(c, r, rt)
	}
	if rt.Nothing && fault.Is(err, codeNoRoute) {
		asked := *r
		asked.URL = routed // pages know the address that was sent
		err = e.noRoute(c.Header(), &asked)
	}
	if err != nil {
		e.problem(c, r, err)
	} else if c.failed != nil {
		e.logFault(c, c.failed)
	}
}

// work runs the handler when the request's turn has come.
func (e *Edge) work(c *call, r *http.Request, rt *Route) error {
	if rt.Light {
		return e.answer(c, r, rt)
	}
	leave, err := e.Gate.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	return e.answer(c, r, rt)
}

// admit does what comes before every handler.
func (e *Edge) admit(c *call, r *http.Request, rt *Route) (*http.Request, error) {
	actor := tx.Actor{Kind: "client", RequestID: c.id}
	if c.address.IsValid() {
		actor.Address = c.address.String()
	}
	if rt.changes() {
		if rt.Surface.Browser {
			if err := e.origins.Check(r); err != nil {
				return r, errOrigin().WithCause(err)
			}
		}
		if r.ContentLength > rt.BodyLimit {
			return r, errTooLarge(rt.BodyLimit)
		}
	}
	if r.Body != nil && r.Body != http.NoBody {
		source := *r
		source.Body = http.MaxBytesReader(c.ResponseWriter, r.Body, rt.BodyLimit)
		r.Body = &arrival{r: &source, limit: rt.BodyLimit, bodies: e.Bodies, call: c}
	}
	if e.AddressCalls != nil && !rt.Light {
		if err := e.AddressCalls.Check(e.AddressCalls.From(c.address)); err != nil {
			return r, err
		}
	}
	if rt.Permission == "" && !rt.Light {
		if err := e.spend(c, identity.Principal{}); err != nil {
			return r, err
		}
	}
	if rt.Permission != "" {
		p, err := e.authenticate(c, r, rt.Surface)
		if err != nil {
			return r, err
		}
		c.principal = p
		if err := e.spend(c, p); err != nil {
			return r, err
		}
		if !p.May(rt.Permission) && (rt.Also == "" || !p.May(rt.Also)) {
			return r, Forbidden(rt.Permission)
		}
		actor.Kind, actor.ID, actor.Name = p.Kind, p.ID.String(), p.Name
		if p.KeyKind == identity.Admin {
			actor.Name = person(r)
		}
	}
	r = r.WithContext(tx.WithTask(tx.WithActor(r.Context(), actor), r.Pattern))
	return r, e.receive(c, r, rt)
}

// receive reads the body of a change before the request takes a place among those
// in flight, so that who sends slowly keeps nobody else out.
func (e *Edge) receive(c *call, r *http.Request, rt *Route) error {
	if !rt.changes() {
		return nil
	}
	if body, has := r.Body.(*arrival); has {
		if body.receive(); !errors.Is(body.end, io.EOF) {
			return body.end
		}
	}
	return e.claim(c, r)
}

// person is whom the back office names behind a call. It is for people who read
// the audit log, so what can't be read or stored is left out, and nothing refused.
func person(r *http.Request) string {
	const most = 200
	name := []rune(strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(r.Header.Get("Lastmodifiedby"), "\uFFFD"))))
	return string(name[:min(len(name), most)])
}

// authenticate asks the surface. Failures spend the budgets: of the pair of
// address and credential, which is then refused before anything is looked up,
// and of the address, which only turns its further failures into 429, so that
// nobody is throttled by what a neighbour behind the same address does.
func (e *Edge) authenticate(c *call, r *http.Request, s *Surface) (identity.Principal, error) {
	var credential string
	if s.Credential != nil {
		credential = s.Credential(r)
	}
	bounded := e.Failures != nil && credential != ""
	if bounded {
		if err := e.Failures.Check(e.Failures.From(c.address, credential)); err != nil {
			return identity.Principal{}, err
		}
	}
	p, err := s.Authenticate(r)
	if err == nil || credential == "" {
		return p, err
	}
	switch fault.As(err).Kind { //nolint:exhaustive // only these are the caller's doing
	case fault.Unauthenticated, fault.Forbidden, fault.NotFound:
		if bounded {
			_ = e.Failures.Spend(e.Failures.From(c.address, credential)) // refused from the next one on
		}
		if e.AddressFailures != nil {
			if over := e.AddressFailures.Spend(e.AddressFailures.From(c.address)); over != nil {
				return identity.Principal{}, over
			}
		}
	}
	return identity.Principal{}, err
}

func (e *Edge) problem(c *call, r *http.Request, err error) {
	c.failed = err
	if errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled) {
		err = errGone().WithCause(err)
		c.failed = err
	}
	if c.status != 0 {
		// Half an answer can't be taken back: the client must see that it is torn.
		if fault.As(err).Kind == fault.Abandoned {
			e.logFault(c, err)
		} else {
			e.Log.Error("a request failed after its answer had begun", slog.String("request_id", c.id), slog.Any("error", err))
		}
		panic(http.ErrAbortHandler)
	}
	if errors.Is(err, context.DeadlineExceeded) && r.Context().Err() != nil {
		err = errTimeout().WithCause(err)
	}
	if write := c.route.Surface.Problem; write != nil {
		e.logFault(c, err)
		write(c, r, err)
		return
	}
	writeProblem(c, e.Log, c.id, err)
}

// nameCall gives the call its id, a trusted proxy's or one of our own.
func (e *Edge) nameCall(c *call, r *http.Request) {
	if given := r.Header["X-Request-Id"]; len(given) == 1 && len(e.TrustedProxies) > 0 && e.trusts(peer(r)) && plainID(given[0]) {
		c.id = given[0]
		return
	}
	c.id = e.IDs.V7().String()
}

func plainID(s string) bool {
	if len(s) < 1 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9', b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '-', b == '_', b == '.':
		default:
			return false
		}
	}
	return true
}
