package outbox

import (
	"chancery/internal/ident"
	"chancery/internal/outbox"
	"chancery/internal/store"
)

// Sealed lists the columns of the room that hold sealed values.
func Sealed() []store.SealedColumn {
	of := func(column string) store.SealedColumn {
		return store.SealedColumn{
			Table: "subscriptions", Column: column, Key: []string{"id"}, Row: []string{"s.vendor_id", "s.uuid"},
			Purpose: func(row []any) (string, error) {
				var vendor ident.VendorID
				var subscription ident.UUID
				err := store.Fields(row, &vendor, &subscription)
				return outbox.Purpose(vendor, subscription), err
			},
		}
	}
	incoming := func(column string) store.SealedColumn {
		return store.SealedColumn{
			Table: "incoming_webhooks", Column: column, Key: []string{"vendor_id", "uuid"}, Row: []string{"s.vendor_id", "s.uuid"},
			Purpose: func(row []any) (string, error) {
				var vendor ident.VendorID
				var webhook ident.UUID
				err := store.Fields(row, &vendor, &webhook)
				return outbox.Purpose(vendor, webhook), err
			},
		}
	}
	return []store.SealedColumn{of("secret"), of("old_secret"), incoming("secret"), incoming("old_secret")}
}
