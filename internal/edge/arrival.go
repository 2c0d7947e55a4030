package edge

import (
	"bytes"
	"container/list"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"chancery/internal/budget"
	"chancery/internal/fault"
)

// firstRoom is the most that is set aside for a body before any of it has come.
const firstRoom = 4 << 10

// arrival is a request's body on its way. It is read whole at the first Read, which
// holds nothing but the connection; memory follows what has arrived, never what was
// announced.
type arrival struct {
	r      *http.Request // with the source as its body
	limit  int64
	bodies *Bodies
	call   *call // nil outside of an edge

	networks []budget.Network // that it comes from; set and read under the lock of bodies
	place    *list.Element    // among bodies; nil once it is not on its way any more; likewise

	began bool
	rest  []byte
	end   error // io.EOF where it came whole

	mu   sync.Mutex
	over bool         // it has come, or never will
	why  *fault.Error // it was cut off
}

// Read implements io.Reader.
func (a *arrival) Read(to []byte) (int, error) {
	a.receive()
	if len(a.rest) == 0 {
		return 0, a.end
	}
	n := copy(to, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close implements io.Closer.
func (*arrival) Close() error { return nil }

// whole gives the rest without copying it; the fault says why there is no more.
func (a *arrival) whole() ([]byte, error) {
	a.receive()
	rest := a.rest
	a.rest = nil
	if !errors.Is(a.end, io.EOF) {
		return rest, a.end
	}
	return rest, nil
}

func (a *arrival) receive() {
	if a.began {
		return
	}
	a.began = true
	if a.call != nil {
		a.bodies.enter(a, a.call.address)
		defer a.bodies.leave(a)
		late := time.AfterFunc(bodyTime(a.limit), func() { a.cut(errSlow()) })
		defer late.Stop()
	}
	var buf bytes.Buffer
	if n := min(a.r.ContentLength, firstRoom); n > 0 {
		buf.Grow(int(n) + bytes.MinRead) // one allocation: ReadFrom wants room for the end
	}
	_, err := buf.ReadFrom(a.r.Body)
	a.mu.Lock()
	a.over = true
	a.mu.Unlock()
	a.rest, a.end = buf.Bytes(), io.EOF
	if err != nil {
		a.rest, a.end = nil, a.torn(err)
	}
}

// cut ends the wait for the rest, unless the body has come meanwhile: a connection
// past its deadline is of no more use. It is safe beside receive.
func (a *arrival) cut(why *fault.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || a.why != nil {
		return
	}
	a.why = why
	// Writers without a connection, as tests have them, can't be cut off.
	_ = http.NewResponseController(a.call.ResponseWriter).SetReadDeadline(time.Unix(1, 0))
}

// torn is the fault of a body that did not come whole.
func (a *arrival) torn(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge(tooLarge.Limit)
	}
	if a.call != nil {
		a.call.Header().Set("Connection", "close") // the rest would be taken for the next request
	}
	if a.why != nil {
		return a.why
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return errSlow()
	}
	return &fault.Error{
		Kind: fault.Invalid, Code: "body_unreadable", Message: "The request body did not arrive in full.",
		Help: "Send it again.", Cause: err,
	}
}
