package licensing

import (
	"context"
	"sync"

	"chancery/internal/ident"
	"chancery/internal/store"
)

// productIDs keeps which inside id a product's outside id stands for: neither
// ever changes, and products are not deleted.
type productIDs struct {
	mu   sync.RWMutex
	byID map[productKey]ident.ProductID
}

type productKey struct {
	vendor  ident.VendorID
	product ident.UUID
}

const maxProducts = 100_000

// find gives 0 for an unknown product, which is not kept.
func (p *productIDs) find(ctx context.Context, db *store.DB, v ident.VendorID, product ident.UUID) (ident.ProductID, error) {
	key := productKey{v, product}
	p.mu.RLock()
	id := p.byID[key]
	p.mu.RUnlock()
	if id != 0 {
		return id, nil
	}
	if _, err := db.QueryRow(ctx, `SELECT id FROM products WHERE vendor_id = $1 AND uuid = $2`, []any{v, product}, &id); err != nil || id == 0 {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil || len(p.byID) >= maxProducts {
		p.byID = map[productKey]ident.ProductID{}
	}
	p.byID[key] = id
	return id, nil
}
