package mailing

import (
	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/store"
)

// Sealed lists the columns of the room that hold sealed values.
func Sealed() []store.SealedColumn {
	return []store.SealedColumn{{
		Table: "mails", Column: "sealed", Key: []string{"id"}, Row: []string{"s.vendor_id", "s.uuid"},
		Purpose: func(row []any) (string, error) {
			var vendor ident.VendorID
			var mail ident.UUID
			err := store.Fields(row, &vendor, &mail)
			return mailing.Purpose(vendor, mail), err
		},
	}}
}
