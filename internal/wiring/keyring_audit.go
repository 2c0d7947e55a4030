package wiring

import (
	"context"
	"time"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/signed"
)

// horizon is longer than a transaction takes: where many write, rows become
// visible in another order than that of their ids.
const horizon = 5 * time.Second

// NewAuditSealer makes what seals audit records into chains.
func (r *Rooms) NewAuditSealer() (*audit.Sealer, error) {
	c := audit.SealerConfig{Store: r.AuditRows, Signer: headSigner{r.Keyring}}
	if r.DB.Dialect.Name() == "postgres" {
		c.Horizon = horizon
	}
	return audit.NewSealer(c)
}

// headSigner signs heads of audit chains as documents of their own type.
type headSigner struct{ keys *keyring.Keyring }

// SignHead implements audit.Signer.
func (h headSigner) SignHead(ctx context.Context, vendor ident.VendorID, text string) (string, error) {
	b, err := h.keys.SignDocument(ctx, vendor, 0, signed.TypeAuditHead, []byte(text))
	return string(b), err
}
