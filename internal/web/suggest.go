package web

import (
	"encoding/json"
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/visible"
)

// Suggestion is what may be meant by what somebody types into a field.
type Suggestion struct {
	Value string `json:"value"` // what the field then holds
	Label string `json:"label"` // what tells it from others
}

// Suggestions makes the route that a field with Suggest asks; fn gives what begins
// with the text.
func Suggestions(f *Face, path string, who Access, fn func(q *Request, text string) ([]Suggestion, error)) edge.Route {
	return Serve(f, http.MethodGet, path, who, func(w http.ResponseWriter, q *Request) error {
		found := []Suggestion{}
		if text := q.Text("q"); text != "" {
			more, err := fn(q, text)
			if err != nil {
				return err
			}
			for _, s := range more {
				found = append(found, Suggestion{visible.Text(s.Value), visible.Text(s.Label)})
			}
		}
		b, err := json.Marshal(found)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(b) // the client is gone: nothing left to tell it
		return nil
	})
}
