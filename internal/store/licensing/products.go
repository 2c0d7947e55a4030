package licensing

import (
	"sync"

	"chancery/internal/ident"
	"chancery/internal/store"
)

// productIDs keeps which inside id a product's outside id stands for: neither
// ever changes, and products are not deleted. A product that was seen before its
// transaction was given up has an outside id that nobody else ever has.
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
func (p *productIDs) find(q querier, v ident.VendorID, product ident.UUID) (ident.ProductID, error) {
	key := productKey{v, product}
	p.mu.RLock()
	id := p.byID[key]
	p.mu.RUnlock()
	if id != 0 {
		return id, nil
	}
	rows, err := q(`SELECT id FROM products WHERE vendor_id = $1 AND uuid = $2`, v, product)
	found, err := collect(rows, err, func(scan store.Scan) (id ident.ProductID, err error) { return id, scan(&id) })
	if err != nil || len(found) == 0 {
		return 0, err
	}
	id = found[0]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil || len(p.byID) >= maxProducts {
		p.byID = map[productKey]ident.ProductID{}
	}
	p.byID[key] = id
	return id, nil
}
