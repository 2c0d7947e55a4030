package licensing

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const maxEditions = 10_000

// editions keeps decoded editions by id. An entry serves only rows that carry
// its very revisions, so it can't be stale: a change of the edition, or of its
// product, raises one of them.
type editions struct {
	mu   sync.RWMutex
	byID map[ident.EditionID]edition
}

type edition struct {
	*licensing.Edition

	product int64 // the product's revision
	holder  licensing.Product
	changed int64 // when it or its product was last changed, Unix milliseconds
}

func newEditions() *editions { return &editions{byID: map[ident.EditionID]edition{}} }

func (e *editions) get(id ident.EditionID, revision, product int64) *licensing.Edition {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if held, ok := e.byID[id]; ok && held.Revision == revision && held.product == product {
		return held.Edition
	}
	return nil
}

// byRevision serves who reads no product: a change of the product that an answer
// shows raises the edition's revision too.
func (e *editions) byRevision(id ident.EditionID, revision int64) *edition {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if held, ok := e.byID[id]; ok && held.Revision == revision {
		return &held
	}
	return nil
}

func (e *editions) put(held edition) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if was, ok := e.byID[held.ID]; ok && was.Revision > held.Revision {
		return // a slower reader
	}
	if len(e.byID) >= maxEditions {
		clear(e.byID)
	}
	e.byID[held.ID] = held
}

// withEdition gives the licence of a scanned row, with its edition. at is the
// instant of the transaction that reads; zero outside one.
func (s *Store) withEdition(q querier, at time.Time, r *licenseRow) (*licensing.License, error) {
	l, err := r.license()
	if err != nil {
		return nil, err
	}
	if l.Edition = s.editions.get(r.edition, r.editionRevision, l.Product.Revision); l.Edition != nil {
		return l, nil
	}
	held, err := loadEdition(q, l.Vendor, `e.id = $2`, r.edition)
	if err != nil {
		return nil, err
	}
	if held == nil {
		return nil, fmt.Errorf("edition %d of license %d is missing", r.edition, l.ID)
	}
	// Only committed editions are kept. What this very transaction has changed may
	// never be committed, and another change may then get the same revision.
	if at.IsZero() || held.changed < at.UnixMilli() {
		s.editions.put(*held)
	}
	l.Edition = held.Edition
	return l, nil
}

// Edition implements licensing.Store.
func (s *Store) Edition(t tx.Tx, v ident.VendorID, id ident.UUID) (*licensing.Edition, *licensing.Product, error) {
	return editionOf(writing(t), v, id)
}

// EditionNow reads a committed edition and its product; nil when there is none.
func (s *Store) EditionNow(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.Edition, *licensing.Product, error) {
	return editionOf(s.reading(ctx), v, id)
}

func editionOf(q querier, v ident.VendorID, id ident.UUID) (*licensing.Edition, *licensing.Product, error) {
	held, err := loadEdition(q, v, `e.uuid = $2`, id)
	if err != nil || held == nil {
		return nil, nil, err
	}
	return held.Edition, &held.holder, nil
}

// loadEdition reads an edition with the releases of its product; nil when there is none.
func loadEdition(q querier, v ident.VendorID, where string, arg any) (*edition, error) {
	held, err := readEdition(q, v, where, arg)
	if err != nil || held == nil {
		return nil, err
	}
	rows, err := q(`SELECT uuid, software_release, description FROM software_releases WHERE vendor_id = $1 AND product_id = $2 ORDER BY id`, v, held.holder.ID)
	held.Releases, err = collect(rows, err, func(scan store.Scan) (licensing.Release, error) {
		var r licensing.Release
		err := scan(&r.UUID, &r.Release, &r.Description)
		return r, err
	})
	return held, err
}

func readEdition(q querier, v ident.VendorID, where string, arg any) (*edition, error) {
	rows, err := q(`SELECT e.id, e.uuid, e.name, e.provisioning_mode, e.client_type, e.license_type, e.policy, e.grants, e.revision,
		e.updated_at, p.updated_at, `+productColumns+` FROM editions e JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id
		WHERE e.vendor_id = $1 AND `+where, v, arg)
	return first(rows, err, func(scan store.Scan) (*edition, error) {
		held := edition{Edition: &licensing.Edition{}}
		var policy, grants string
		var edited, moved int64
		var p productRow
		if err := scan(append([]any{
			&held.ID, &held.UUID, &held.Name, &held.Mode, &held.ClientType, &held.LicenseType, &policy, &grants, &held.Revision, &edited, &moved,
		}, store.Dest(&p)...)...); err != nil {
			return nil, err
		}
		held.holder = p.product()
		held.product = held.holder.Revision
		if err := json.Unmarshal([]byte(policy), &held.Policy); err != nil {
			return nil, fmt.Errorf("policy of edition %d: %w", held.ID, err)
		}
		if err := json.Unmarshal([]byte(grants), &held.Grants); err != nil {
			return nil, fmt.Errorf("grants of edition %d: %w", held.ID, err)
		}
		held.changed = max(edited, moved)
		return &held, nil
	})
}
