package edge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chancery/internal/edge"
)

// A request that hung up while its host was looked up is no fault of the server's, and one
// whose host is not known is answered as all others are.
func TestAHostThatIsNotFoundOut(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *edge.Config) {
		c.Host = func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) { return nil, r.Context().Err() }
	})
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	if w.Code == http.StatusInternalServerError || strings.Contains(b.log.String(), "level=ERROR") {
		t.Errorf("%d %s", w.Code, b.log)
	}
}
