package operation

import (
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"chancery/internal/edge"
)

// MaxUpload is how many bytes an upload may have.
const MaxUpload = 1 << 20

// Uploaded is the file that an upload is answered with: its name and bytes, and what else
// there is to say of it, in headers, or with all of it in a JSON answer.
type Uploaded struct {
	Name    string
	Content []byte
	Headers map[string]string
	Said    any
}

// Upload makes an operation that takes a file, as the body itself or in the field file of
// a form, and gives one back: as it is, or as Out in JSON to who accepts only that. fn runs
// its own transactions, and may be sent the same file again.
func Upload[Out any](m *Maker, op Operation, fn func(q *Request, text []byte) (Uploaded, error)) Operation {
	op.Method, op.IsUpload = http.MethodPost, true
	m.types(&op, reflect.TypeFor[Nothing](), reflect.TypeFor[Out](), http.StatusOK)
	op.Handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		text, err := edge.Upload(r, MaxUpload)
		if err != nil {
			return err
		}
		made, err := fn(q, text)
		if err != nil {
			return err
		}
		if strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
			return edge.WriteJSON(w, op.Status, made.Said)
		}
		h := w.Header()
		for name, value := range made.Headers {
			h.Set(name, url.PathEscape(value))
		}
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": made.Name}))
		h.Set("Content-Length", strconv.Itoa(len(made.Content)))
		_, _ = w.Write(made.Content) // the client is gone: nothing left to tell it
		return nil
	}
	return op
}
