package operation

import (
	"mime"
	"net/http"
	"strconv"
)

// File makes an operation that gives one file, which fn makes: its name and its bytes.
func File(op Operation, fn func(q *Request) (name string, content []byte, err error)) Operation {
	op.Method, op.IsFile = http.MethodGet, true
	op.Status = http.StatusOK
	op.Handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", "application/octet-stream")
		if r.Method == http.MethodHead { // who only looks gets no file, and none is handed out
			return nil
		}
		name, content, err := fn(q)
		if err != nil {
			return err
		}
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		h.Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content) // the client is gone: nothing left to tell it
		return nil
	}
	return op
}
