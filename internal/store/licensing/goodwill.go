package licensing

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// becameRegular is why a stay in the goodwill zone ended when the activation did
// not: a regular token became free for it. Other stays end with their activation,
// for its reason.
const becameRegular = "regular"

// enterGoodwill writes down that an activation is in the goodwill zone, if it is.
// One that took a reinstalled client's place goes on with that one's stay.
func enterGoodwill(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	if !a.IsGoodwill() {
		return nil
	}
	if a.Replaces != 0 {
		n, err := store.On(t).Exec(`UPDATE goodwill_stays SET activation_id = $1 WHERE vendor_id = $2 AND activation_id = $3 AND left_at IS NULL`,
			a.ID, v, a.Replaces)
		if err != nil || n > 0 {
			return err
		}
	}
	return store.On(t).Later(`INSERT INTO goodwill_stays (vendor_id, license_id, activation_id, entered_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, v, a.License, a.ID, a.GoodwillSince.UnixMilli())
}

// leaveGoodwill ends the stay of an activation.
func leaveGoodwill(t tx.Tx, v ident.VendorID, a ident.ActivationID, by string) error {
	return store.On(t).Later(`UPDATE goodwill_stays SET left_at = $1, left_by = $2 WHERE vendor_id = $3 AND activation_id = $4 AND left_at IS NULL`,
		t.Now().UnixMilli(), by, v, a)
}
