package edge

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"chancery/internal/identity"
)

// spend counts a call that was let in. A provisioning key is in every copy of a
// program, so its calls are counted for each address apart: whoever has the key
// can use up nobody's budget but that of his own network. An admin key is a
// secret, and is counted by itself.
func (e *Edge) spend(c *call, p identity.Principal) error {
	if e.AddressCalls != nil {
		if err := e.AddressCalls.Spend(e.AddressCalls.Subject(Network(c.address))); err != nil {
			return err
		}
	}
	if e.KeyCalls == nil || p.ID.IsZero() {
		return nil
	}
	who := e.KeyCalls.Subject(p.ID.String())
	if p.KeyKind == identity.Provisioning {
		who = e.KeyCalls.Subject(p.ID.String(), Network(c.address))
	}
	return e.KeyCalls.Spend(who)
}

// receive reads the body before the request takes a place among those in flight,
// so that who sends slowly keeps nobody else out. What went wrong with it the
// handler finds where it would have, at its end.
func receive(r *http.Request) {
	if _, is := r.Body.(*received); is || r.Body == nil || r.Body == http.NoBody {
		return
	}
	var buf bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= DefaultBodyLimit {
		buf.Grow(int(n) + bytes.MinRead) // one allocation: ReadFrom wants room for the end
	}
	_, err := buf.ReadFrom(r.Body)
	if err == nil {
		err = io.EOF
	}
	r.Body = &received{buf.Bytes(), buf.Bytes(), err}
}

// received is a body that is there, and how it ended.
type received struct {
	whole []byte
	rest  []byte
	end   error
}

// Read implements io.Reader.
func (b *received) Read(to []byte) (int, error) {
	if len(b.rest) == 0 {
		return 0, b.end
	}
	n := copy(to, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// Close implements io.Closer.
func (*received) Close() error { return nil }

// all gives the rest without copying it.
func (b *received) all() ([]byte, error) {
	rest := b.rest
	b.rest = nil
	if !errors.Is(b.end, io.EOF) {
		return rest, b.end
	}
	return rest, nil
}
