package wiring

import (
	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// followers tells licensing of changed editions: rooms do not know one another.
type followers struct{ licenses *licensing.Service }

// EditionChanged implements catalog.Followers.
func (f followers) EditionChanged(t tx.Tx, v ident.VendorID, before, after catalog.Edition) error {
	return f.licenses.EditionChanged(t, v, after.ID, before.Policy, after.Policy, terms.OtherContracts(before.Grants, after.Grants))
}
