package metering

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/metering"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// DefinitionsSince implements metering.UsageStore.
func (Store) DefinitionsSince(
	t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, product ident.ProductID, since time.Time, limit int,
) ([]metering.Definition, error) {
	rows, err := store.On(t).Query(`SELECT `+columns(kind)+` FROM `+table(kind)+` d
		WHERE d.vendor_id = $1 AND d.product_id = $2 AND d.created_at >= $3 AND d.ended_at IS NULL
		ORDER BY d.id LIMIT $4`, v, product, since.UnixMilli(), limit)
	return store.All[metering.Definition](rows, err)(scanDefinition(kind))
}

// EndDefinition implements metering.UsageStore. The name is free at once: the row
// is called by its id until it is cleared away.
func (Store) EndDefinition(t tx.Tx, v ident.VendorID, d metering.Definition) error {
	_, err := store.On(t).Exec(`UPDATE `+table(d.Kind)+` SET ended_at = $1, name = $2 WHERE vendor_id = $3 AND id = $4 AND ended_at IS NULL`,
		t.Now().UnixMilli(), "ended "+d.UUID.String(), v, d.ID)
	return err
}

// clearPortion is how many reports one transaction takes out.
const clearPortion = 500

// valuesOf says where the reports of a definition are: their table, what tells its
// rows apart, and which are those of definition $2 in product $3.
func valuesOf(kind metering.DefinitionKind) (from, key, whose string) {
	switch kind {
	case metering.FieldDefinition:
		return "analytical_values", "field_id, device_id, day", `field_id = $2 AND CAST($3 AS BIGINT) > 0`
	case metering.ModuleDefinition:
		return "usage_values", "feature_id, module_id, device_id, day",
			`module_id = $2 AND feature_id IN (SELECT id FROM usage_features WHERE vendor_id = $1 AND product_id = $3)`
	case metering.FeatureDefinition:
	}
	return "usage_values", "feature_id, module_id, device_id, day", `feature_id = $2 AND CAST($3 AS BIGINT) > 0`
}

// ClearEnded implements metering.Ended.
func (s Store) ClearEnded(ctx context.Context) (total int, err error) {
	for _, kind := range []metering.DefinitionKind{metering.FeatureDefinition, metering.ModuleDefinition, metering.FieldDefinition} {
		type ended struct{ vendor, id, product int64 }
		all, err := store.All[ended](s.DB.Query(ctx, `SELECT vendor_id, id, product_id FROM `+table(kind)+` WHERE ended_at IS NOT NULL ORDER BY id`))(
			func(scan store.Scan) (e ended, err error) { return e, scan(&e.vendor, &e.id, &e.product) })
		if err != nil {
			return total, err
		}
		from, key, whose := valuesOf(kind)
		for _, e := range all {
			for n := int64(1); n > 0; total += int(n) {
				if err := s.DB.Run(ctx, func(t tx.Tx) (err error) {
					n, err = store.On(t).Exec(`DELETE FROM `+from+` WHERE vendor_id = $1 AND (`+key+`) IN (SELECT `+key+` FROM `+from+`
						WHERE vendor_id = $1 AND `+whose+` LIMIT $4)`, e.vendor, e.id, e.product, clearPortion)
					if err != nil || n > 0 {
						return err
					}
					_, err = store.On(t).Exec(`DELETE FROM `+table(kind)+` WHERE vendor_id = $1 AND id = $2`, e.vendor, e.id)
					return err
				}); err != nil {
					return total, err
				}
			}
		}
	}
	return total, nil
}
