package show_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"chancery/internal/web/show"
)

// A mail's HTML loads, runs and leads to nothing, and only our own pages frame it.
func TestServeMail(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	show.ServeFrame(w, "<script>alert(1)</script>")
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", "base-uri 'none'", "; sandbox"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "script-src") || strings.Contains(policy, "allow-") || w.Header().Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("%v", w.Header())
	}
}
