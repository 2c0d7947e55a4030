package prepaid

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// Statement tells, by code, what a holder had at the beginning and the end of some days of
// the vendor, both inclusive, and what came and went between. It is summed up from the
// beginning of the ledgers on, so that what is past stays as it is; and read at once, so
// that what happens meanwhile stands in all of it, or in nothing.
func (s Store) Statement(ctx context.Context, v ident.VendorID, holder ident.CustomerID, first, last int64) ([]prepaid.StatementLine, error) {
	codes, err := s.CodesOf(ctx, v)
	if err != nil {
		return nil, err
	}
	var entries []prepaid.Entry
	_, err = store.All[struct{}](s.DB.Query(ctx, `
		SELECT code_id, 'opening', '', CAST(SUM(in_cards - out_cards) AS BIGINT), CAST(SUM(in_days - out_days - charged) AS BIGINT)
			FROM prepaid_days WHERE vendor_id = $1 AND holder_id = $2 AND day < $3 GROUP BY code_id
		UNION ALL SELECT code_id, 'charged', '', 0, CAST(SUM(charged - settled) AS BIGINT)
			FROM prepaid_days WHERE vendor_id = $1 AND holder_id = $2 AND day >= $3 AND day <= $4 GROUP BY code_id
		UNION ALL SELECT code_id, 'settled', '', 0, CAST(SUM(settled) AS BIGINT)
			FROM prepaid_days WHERE vendor_id = $1 AND holder_id = $2 AND day >= $3 AND day <= $4 GROUP BY code_id
		UNION ALL SELECT code_id, 'gets', kind, CAST(SUM(cards) AS BIGINT), CAST(SUM(days) AS BIGINT)
			FROM prepaid_transfers WHERE vendor_id = $1 AND `+side("to_id", holder)+` AND day >= $3 AND day <= $4 GROUP BY code_id, kind
		UNION ALL SELECT code_id, 'gives', kind, CAST(SUM(cards) AS BIGINT), CAST(SUM(days) AS BIGINT)
			FROM prepaid_transfers WHERE vendor_id = $1 AND `+side("from_id", holder)+` AND day >= $3 AND day <= $4 GROUP BY code_id, kind`,
		v, holder, first, last))(func(scan store.Scan) (struct{}, error) {
		var e prepaid.Entry
		var what, kind string
		err := scan(&e.Code, &what, &kind, &e.Cards, &e.Days)
		is := true
		switch what {
		case "opening":
			e.Item = prepaid.ItemOpening
		case "charged":
			e.Item = prepaid.ItemCharged
		case "settled":
			e.Item = prepaid.ItemSettled
		default:
			e, is = prepaid.Transferred(prepaid.TransferKind(kind), what == "gets", e.Code, e.Amount)
		}
		if is {
			entries = append(entries, e)
		}
		return struct{}{}, err
	})
	return prepaid.Reckon(codes, entries), err
}

// side is the condition that a holder, the second argument, is on a side of a transfer. The vendor's stock stands there as NULL.
func side(column string, holder ident.CustomerID) string {
	if holder == 0 {
		return column + ` IS NULL`
	}
	return column + ` = $2`
}
