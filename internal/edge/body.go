package edge

import (
	"crypto/sha256"
	"io"
	"net/http"

	"chancery/internal/fault"
)

// ReadBody reads the whole body of a request, which the route's limit bounds.
// Over the limit it is a TooLarge fault.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "content_encoding", Message: "The request body is compressed.",
			Help: "Send it as it is, without Content-Encoding.",
		}
	}
	arriving, is := r.Body.(*arrival)
	if !is {
		arriving = &arrival{r: r} // outside of an edge
	}
	return arriving.whole()
}

// claim reads what makes a request repeatable: its key, and the hash of its body.
func (e *Edge) claim(c *call, r *http.Request) error {
	keys := r.Header["Idempotency-Key"]
	if repeat := c.route.Surface.Repeat; repeat != nil && len(keys) == 0 {
		if key := repeat(r); key != "" {
			keys = []string{key}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if len(keys) > 1 || !plainKey(keys[0]) {
		return fault.Wrong(fault.Field{Name: "Idempotency-Key", Message: "must be one header of 1 to 255 printable ASCII characters"})
	}
	body, err := ReadBody(r)
	if err != nil {
		return err
	}
	r.Body = &arrival{r: r, began: true, rest: body, end: io.EOF}
	c.key, c.bodyHash = keys[0], sha256.Sum256(append(append([]byte(r.URL.RequestURI()), 0), body...))
	return nil
}

func plainKey(s string) bool {
	if len(s) < 1 || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
