package keyring

import (
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/store"
)

// Sealed lists the columns of the room that hold sealed values.
func Sealed() []store.SealedColumn {
	return []store.SealedColumn{{
		Table: "signing_keys", Column: "sealed_private", Where: "s.destroyed_at IS NULL", Key: []string{"id"}, Cached: true,
		Row: []string{"(SELECT v.uuid FROM vendors v WHERE v.id = s.vendor_id)", "s.kind", "s.kid"},
		Purpose: func(row []any) (string, error) {
			var vendor ident.UUID
			var kind, kid string
			err := store.Fields(row, &vendor, &kind, &kid)
			return keyring.Purpose(vendor, keyring.Kind(kind), kid), err
		},
	}}
}
