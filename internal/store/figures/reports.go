package figures

import (
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/store"
)

// largest is how large a reported number may be to be added up.
const largest = "1000000000000"

// reports counts what clients reported of a day.
func reports(q querier, v ident.VendorID, day int64) ([]figures.Row, error) {
	type report struct {
		product    ident.ProductID
		definition ident.UUID
		rest       []byte
		sum, n     int64
	}
	const licence = ` LEFT JOIN activations a ON a.vendor_id = r.vendor_id AND a.device_id = r.device_id AND a.product_id = d.product_id
		AND a.released_at IS NULL AND a.is_temporary = 0
		LEFT JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id LEFT JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
		WHERE r.vendor_id = $1 AND r.day = $2`
	var all []figures.Row
	for _, part := range []struct {
		sqltext   string
		sum, many figures.Figure
	}{
		{`SELECT d.product_id, d.uuid, e.uuid, CAST(SUM(r.value) AS BIGINT), COUNT(DISTINCT r.device_id)
			FROM usage_values r JOIN usage_features d ON d.vendor_id = r.vendor_id AND d.id = r.feature_id AND d.ended_at IS NULL` + licence +
			` GROUP BY d.product_id, d.uuid, e.uuid`, figures.UsageSum, figures.UsageClients},
		{`SELECT d.product_id, d.uuid, e.uuid, CAST(SUM(CAST(r.value AS DOUBLE PRECISION) * 1000000) AS BIGINT), COUNT(*)
			FROM analytical_values r JOIN analytical_fields d ON d.vendor_id = r.vendor_id AND d.id = r.field_id AND d.is_number = 1
				AND d.ended_at IS NULL` + licence +
			` AND CAST(CASE WHEN d.is_number = 1 THEN r.value ELSE '0' END AS DOUBLE PRECISION) BETWEEN -` + largest + ` AND ` + largest +
			` GROUP BY d.product_id, d.uuid, e.uuid`, figures.FieldSum, figures.FieldClients},
	} {
		rows, err := q(part.sqltext, v, day)
		found, err := store.All[report](rows, err)(func(scan store.Scan) (r report, err error) {
			return r, scan(&r.product, &r.definition, &r.rest, &r.sum, &r.n)
		})
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			var edition ident.UUID
			copy(edition[:], r.rest)
			value := figures.OfDefinition(r.definition, edition.String())
			all = append(all, figures.Row{Figure: part.sum, Day: day, Product: r.product, Value: value, N: r.sum},
				figures.Row{Figure: part.many, Day: day, Product: r.product, Value: value, N: r.n})
		}
	}
	rows, err := q(`SELECT d.product_id, d.uuid, r.value, COUNT(*) FROM analytical_values r
		JOIN analytical_fields d ON d.vendor_id = r.vendor_id AND d.id = r.field_id
		WHERE d.is_number = 0 AND d.ended_at IS NULL AND r.vendor_id = $1 AND r.day = $2 GROUP BY d.product_id, d.uuid, r.value`, v, day)
	said, err := store.All[figures.Row](rows, err)(func(scan store.Scan) (figures.Row, error) {
		r := figures.Row{Figure: figures.FieldSaid, Day: day}
		var id ident.UUID
		err := scan(&r.Product, &id, &r.Value, &r.N)
		r.Value = figures.OfDefinition(id, r.Value)
		return r, err
	})
	return append(all, said...), err
}
