package edge

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// smallestCompressed is how many bytes an answer must have to be compressed: below, the
// network sends one packet with or without.
const smallestCompressed = 1400

// newCompress makes what answers compressed to those who take gzip. Compressed lengths
// tell who listens on the line about what stands in a body: only routes that say Compress
// come here.
func newCompress() (func(http.Handler) http.HandlerFunc, error) {
	return gzhttp.NewWrapper(gzhttp.MinSize(smallestCompressed), gzhttp.EnableZstd(false))
}

// answer runs the handler of a route, and compresses what it writes where the route says so.
func (e *Edge) answer(c *call, r *http.Request, rt *Route) (err error) {
	if !rt.Compress {
		return rt.Handler(c, r)
	}
	e.compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { err = rt.Handler(w, r) })).ServeHTTP(c, r)
	return err
}
