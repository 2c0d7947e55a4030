package slascone

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/signed"
)

// strict signs and looks up only while there is time, as everything does that
// asks the database.
type strict struct{ Signer }

func (strict) SignResponse(ctx context.Context, _ ident.VendorID, _ ident.SigningKeyID, _ []string, _ signed.Response, _ []byte) (string, error) {
	return "signed", ctx.Err()
}

func (strict) SignRSAConstant(ctx context.Context, _ ident.VendorID, _ ident.SigningKeyID, _ []byte) ([]byte, error) {
	return []byte("signed"), ctx.Err()
}

func (strict) VendorByUUID(ctx context.Context, _ ident.UUID) (ident.VendorID, error) {
	return ident.VendorOf(1), ctx.Err()
}

// A call whose time is over is told so, in an answer that its client believes.
func TestWhoIsTooLateIsToldSo(t *testing.T) {
	t.Parallel()
	a := &API{Config: Config{Signer: strict{}, Vendors: strict{}, Clock: ident.NewManualClock(time.Unix(0, 0))}}
	over, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for accept, header := range map[string]string{"": signed.LegacySignatureHeader, signed.AcceptEd25519: signed.SignatureHeader} {
		r := httptest.NewRequestWithContext(over, http.MethodPost, "/", http.NoBody)
		r.SetPathValue("isv_id", ident.UUID{15: 1}.String())
		r.Header.Set(signed.AcceptSignatureHeader, accept)
		w := httptest.NewRecorder()
		a.problem(w, r, &fault.Error{Kind: fault.Unavailable, Code: "timeout", RetryAfter: time.Second})
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get(header) == "" {
			t.Errorf("%s: %d %v %s", header, w.Code, w.Header(), w.Body)
		}
	}
}
