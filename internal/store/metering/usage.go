package metering

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// table gives the table of a kind of definition.
func table(k metering.DefinitionKind) string {
	switch k {
	case metering.ModuleDefinition:
		return "usage_modules"
	case metering.FieldDefinition:
		return "analytical_fields"
	case metering.FeatureDefinition:
	}
	return "usage_features"
}

// columns: only analytical fields say whether they are numbers.
func columns(k metering.DefinitionKind) string {
	if k == metering.FieldDefinition {
		return `d.id, d.uuid, d.product_id, d.name, d.created_at, d.is_number`
	}
	return `d.id, d.uuid, d.product_id, d.name, d.created_at, 1`
}

func scanDefinition(kind metering.DefinitionKind) func(store.Scan) (metering.Definition, error) {
	return func(scan store.Scan) (d metering.Definition, err error) {
		var created, isNumber int64
		d.Kind = kind
		err = scan(&d.ID, &d.UUID, &d.Product, &d.Name, &created, &isNumber)
		d.CreatedAt, d.IsNumber = store.Instant(created), isNumber != 0
		return d, err
	}
}

func definition(t tx.Tx, kind metering.DefinitionKind, where string, args ...any) (*metering.Definition, error) {
	rows, err := store.On(t).Query(`SELECT `+columns(kind)+` FROM `+table(kind)+` d WHERE d.vendor_id = $1 AND d.ended_at IS NULL AND `+where, args...)
	all, err := store.All[metering.Definition](rows, err)(scanDefinition(kind))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// DefinitionByUUID implements metering.UsageStore.
func (Store) DefinitionByUUID(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, id ident.UUID) (*metering.Definition, error) {
	return definition(t, kind, `d.uuid = $2`, v, id)
}

// DefinitionByName implements metering.UsageStore.
func (Store) DefinitionByName(
	t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, product ident.ProductID, name string,
) (*metering.Definition, error) {
	return definition(t, kind, `d.product_id = $2 AND d.name = $3`, v, product, name)
}

// CountDefinitions implements metering.UsageStore.
func (Store) CountDefinitions(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, product ident.ProductID) (n int, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM `+table(kind)+` WHERE vendor_id = $1 AND product_id = $2 AND ended_at IS NULL`, []any{v, product}, &n)
	return n, err
}

// InsertDefinition implements metering.UsageStore.
func (Store) InsertDefinition(t tx.Tx, v ident.VendorID, d metering.Definition) error {
	args := []any{v, d.UUID, d.Product, d.Name, d.CreatedAt.UnixMilli()}
	extra, value := "", ""
	if d.Kind == metering.FieldDefinition {
		extra, value, args = ", is_number", ", $6", append(args, store.Bit(d.IsNumber))
	}
	_, err := store.On(t).Exec(`INSERT INTO `+table(d.Kind)+` (vendor_id, uuid, product_id, name, created_at`+extra+`)
		VALUES ($1, $2, $3, $4, $5`+value+`) ON CONFLICT DO NOTHING`, args...)
	return err
}

// ProductID implements metering.UsageStore.
func (Store) ProductID(t tx.Tx, v ident.VendorID, product ident.UUID) (id ident.ProductID, err error) {
	_, err = store.On(t).QueryRow(`SELECT id FROM products WHERE vendor_id = $1 AND uuid = $2`, []any{v, product}, &id)
	return id, err
}

// AddUsage implements metering.UsageStore.
func (Store) AddUsage(t tx.Tx, v ident.VendorID, feature, module metering.DefinitionID, device ident.DeviceID, day, value int64) error {
	_, err := store.On(t).Exec(`INSERT INTO usage_values (vendor_id, feature_id, module_id, device_id, day, value, reports)
		VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (vendor_id, feature_id, module_id, device_id, day) DO UPDATE SET
		value = CASE WHEN usage_values.value > 4000000000000000000 THEN usage_values.value ELSE usage_values.value + excluded.value END,
		reports = usage_values.reports + 1`, v, feature, module, device, day, value)
	return err
}

// PutAnalytical implements metering.UsageStore.
func (Store) PutAnalytical(t tx.Tx, v ident.VendorID, field metering.DefinitionID, device ident.DeviceID, day int64, value string, at time.Time) error {
	_, err := store.On(t).Exec(`INSERT INTO analytical_values (vendor_id, field_id, device_id, day, value, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id, field_id, device_id, day) DO UPDATE SET value = excluded.value, at = excluded.at`,
		v, field, device, day, value, at.UnixMilli())
	return err
}

// ForgetUsage takes what clients reported of days before an instant out, and tells
// how many rows.
func (s Store) ForgetUsage(ctx context.Context, before time.Time) (int, error) {
	day := before.Unix() / 86_400
	n, err := s.DB.Forget(ctx, store.Aged{Table: "usage_values", Column: "day", Key: "day, feature_id, module_id, device_id"}, day)
	if err != nil {
		return n, err
	}
	m, err := s.DB.Forget(ctx, store.Aged{Table: "analytical_values", Column: "day", Key: "day, field_id, device_id"}, day)
	return n + m, err
}

// Definitions lists a product's definitions of one kind by name.
func (s Store) Definitions(
	ctx context.Context, v ident.VendorID, product ident.ProductID, kind metering.DefinitionKind, r listing.Request,
) (listing.Page[metering.Definition], error) {
	sqltext, args := store.Select(`SELECT `+columns(kind)+` FROM `+table(kind)+` d WHERE d.vendor_id =`, v).
		And("d.product_id = ? AND d.ended_at IS NULL", product).Page(r, store.Column{Name: "d.name"}, "d.id")
	rows, err := s.DB.Query(ctx, sqltext, args...)
	items, err := store.All[metering.Definition](rows, err)(scanDefinition(kind))
	return listing.Cut(r, items, func(d metering.Definition) listing.Mark {
		m := r.Mark(int64(d.ID))
		m.Text = d.Name
		return m
	}), err
}
