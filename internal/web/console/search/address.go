package search

import (
	"net/url"

	"chancery/internal/web"
)

func query(name, value string) string { return url.Values{name: {value}}.Encode() }

// more is the address of a list with all that begin with a text.
func more(q *web.Request, path, text string) string { return q.Href(path) + "?" + query("q", text) }
