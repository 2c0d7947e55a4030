package access

import (
	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
)

// Sealed lists the columns of the room that hold sealed values.
func Sealed() []store.SealedColumn {
	return []store.SealedColumn{
		{
			Table: "totp_secrets", Column: "sealed", Key: []string{"vendor_id", "user_id"},
			Row: []string{"s.vendor_id", "(SELECT u.uuid FROM users u WHERE u.vendor_id = s.vendor_id AND u.id = s.user_id)"},
			Purpose: func(row []any) (string, error) {
				var vendor ident.VendorID
				var user ident.UUID
				err := store.Fields(row, &vendor, &user)
				return access.TOTPPurpose(vendor, user), err
			},
		},
		{
			Table: "sign_in_ceremonies", Column: "sealed", Key: []string{"vendor_id", "hash"}, Row: []string{"s.vendor_id", "s.kind", "s.hash"},
			Purpose: func(row []any) (string, error) {
				var vendor ident.VendorID
				var kind string
				var hash []byte
				err := store.Fields(row, &vendor, &kind, &hash)
				return access.CeremonyPurpose(vendor, access.CeremonyKind(kind), hash), err
			},
		},
		{
			Table: "identity_providers", Column: "sealed_secret", Key: []string{"vendor_id"}, Row: []string{"s.vendor_id"},
			Purpose: func(row []any) (string, error) {
				var vendor ident.VendorID
				err := store.Fields(row, &vendor)
				return access.ProviderPurpose(vendor), err
			},
		},
	}
}
