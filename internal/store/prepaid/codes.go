package prepaid

import (
	"encoding/json"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const codeColumns = `k.id, k.uuid, k.code, k.name, k.models, k.days, k.on_report, k.price_note, k.contact, k.created_at, k.updated_at`

func scanCode(scan store.Scan) (c prepaid.Code, err error) {
	var models string
	var onReport, created, updated int64
	if err = scan(&c.ID, &c.UUID, &c.Code, &c.Name, &models, &c.Days, &onReport, &c.PriceNote, &c.Contact, &created, &updated); err != nil {
		return c, err
	}
	c.Billing = billing(onReport)
	c.CreatedAt, c.UpdatedAt = store.Instant(created), store.Instant(updated)
	return c, json.Unmarshal([]byte(models), &c.Models)
}

func billing(onReport int64) prepaid.Billing {
	if onReport != 0 {
		return prepaid.OnReport
	}
	return prepaid.Daily
}

func modelsOf(c prepaid.Code) string {
	b, _ := json.Marshal(c.Models) //nolint:errchkjson // a list of texts
	return string(b)
}

// Codes implements prepaid.Store.
func (Store) Codes(t tx.Tx, v ident.VendorID) ([]prepaid.Code, error) {
	return store.All[prepaid.Code](store.On(t).Query(`SELECT `+codeColumns+` FROM prepaid_codes k WHERE k.vendor_id = $1 ORDER BY k.id`, v))(scanCode)
}

// LockCode implements prepaid.Store.
func (Store) LockCode(t tx.Tx, v ident.VendorID, id ident.UUID) (*prepaid.Code, error) {
	q := store.On(t)
	all, err := store.All[prepaid.Code](q.Query(`SELECT `+codeColumns+` FROM prepaid_codes k
		WHERE k.vendor_id = $1 AND k.uuid = $2`+q.Dialect.ForUpdate(), v, id))(scanCode)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// InsertCode implements prepaid.Store.
func (Store) InsertCode(t tx.Tx, v ident.VendorID, c prepaid.Code) (id ident.CodeID, free bool, err error) {
	free, err = store.On(t).QueryRow(`INSERT INTO prepaid_codes
		(vendor_id, uuid, code, code_key, name, models, days, on_report, price_note, contact, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) ON CONFLICT (vendor_id, code_key) DO NOTHING RETURNING id`,
		[]any{
			v, c.UUID, c.Code, prepaid.CodeKey(c.Code), c.Name, modelsOf(c), c.Days, store.Bit(c.Billing == prepaid.OnReport), c.PriceNote, c.Contact,
			c.CreatedAt.UnixMilli(),
		}, &id)
	return id, free, err
}

// SaveCode implements prepaid.Store.
func (Store) SaveCode(t tx.Tx, v ident.VendorID, c prepaid.Code) (free bool, err error) {
	n, err := store.On(t).Exec(`UPDATE prepaid_codes SET code = $1, code_key = $2, name = $3, models = $4, days = $5, price_note = $6,
		contact = $7, updated_at = $8 WHERE vendor_id = $9 AND id = $10
		AND NOT EXISTS (SELECT 1 FROM prepaid_codes o WHERE o.vendor_id = $9 AND o.code_key = $2 AND o.id <> $10)`,
		c.Code, prepaid.CodeKey(c.Code), c.Name, modelsOf(c), c.Days, c.PriceNote, c.Contact, c.UpdatedAt.UnixMilli(), v, c.ID)
	return n == 1, err
}
