package main

import (
	"context"
	"fmt"

	"chancery/internal/prepaid"
)

// Prepaid devices lie beyond all other machines, each with a card of many days; in the
// vendor's drawer and the customers' there are more cards, one for every ten devices.
const (
	firstPrepaid  = 10_000_000
	daysOnCard    = 300
	looseCards    = 10
	transfersEach = 100 // devices for one row of the sales record
)

func prepaidNumber(i int) string { return fmt.Sprintf("86%013d", i) }

func cardNumber(i int) string {
	return fmt.Sprintf("%04d-%04d-%04d", i/1_000_000, i/100%10_000, i*7%10_000)
}

// seedPrepaid makes devices that were paid for and are due at an instant, in Unix milliseconds.
func seedPrepaid(ctx context.Context, to sink, vendor int64, devices int, due int64) error {
	const code, day = 1, 86_400_000
	holder := func(i int) int { return i*7919%customersSeeded + 1 }
	bound, used := prepaid.StandingOf(true, true, false, daysOnCard), prepaid.StandingOf(false, false, false, daysOnCard)
	loose := devices / looseCards
	groups := firstPrepaid / prepaid.GroupSize
	perHolder := make([]int, customersSeeded+1)
	looseOf := make([]int, customersSeeded+1)
	for i := range devices {
		perHolder[holder(i)]++
	}
	for i := range loose {
		looseOf[holder(i)]++
	}
	made := due - 30*day
	for _, t := range []table{
		{"prepaid_codes", []string{"id", "vendor_id", "uuid", "code", "code_key", "name", "models", "days", "on_report", "price_note", "contact", "created_at", "updated_at"}, 1, func(int) []any {
			return []any{code, vendor, seedUUID(kindPrepaidCode, 0), "TR-365", "tr-365", "Trackers", `["GT06*"]`, daysOnCard, 0, "", "", made, made}
		}},
		{"devices", []string{"id", "vendor_id", "uuid", "number", "created_at"}, devices, func(i int) []any {
			return []any{firstPrepaid + i, vendor, seedUUID(kindPrepaidDevice, i), prepaidNumber(i), made}
		}},
		{"prepaid_device_numbers", []string{"id", "vendor_id", "uuid", "number_key", "number", "model", "said_model", "held_since", "created_at"}, devices, func(i int) []any {
			return []any{firstPrepaid + i, vendor, seedUUID(kindPrepaidDevice, i), prepaidNumber(i), prepaidNumber(i), "GT06N", "", made, made}
		}},
		{"prepaid_devices", []string{"id", "vendor_id", "holder_id", "usable_until", "due_at", "dark", "grace_left", "grace_owed", "on_report"}, devices, func(i int) []any {
			return []any{firstPrepaid + i, vendor, holder(i), due, due, 0, prepaid.FullGrace, 0, 0}
		}},
		{"prepaid_due", []string{"vendor_id", "grp", "due_at"}, (devices + prepaid.GroupSize - 1) / prepaid.GroupSize, func(i int) []any {
			return []any{vendor, groups + i, due}
		}},
		{"prepaid_cards", []string{"id", "vendor_id", "uuid", "number", "code_id", "holder_id", "standing", "total_days", "days", "withdrawn_days", "is_used", "activated_at", "device_id", "is_locked", "batch_id", "held_since", "created_at"}, devices + loose, func(i int) []any {
			row := []any{i + 1, vendor, seedUUID(kindPrepaidCard, i), cardNumber(i), code, holder(i), int(bound), 365, daysOnCard, 0, 1, made, firstPrepaid + i, 0, 0, made, made}
			if i >= devices {
				row[5], row[6], row[7], row[10], row[11], row[12] = holder(i-devices), int(used), daysOnCard, 0, nil, nil
			}
			return row
		}},
		{"prepaid_bound", []string{"vendor_id", "device_id", "card_id", "code_id", "on_report", "days", "activated_at", "bound_at", "number"}, devices, func(i int) []any {
			return []any{vendor, firstPrepaid + i, i + 1, code, 0, daysOnCard, made, made, cardNumber(i)}
		}},
		{"prepaid_stock", []string{"vendor_id", "holder_id", "code_id", "standing", "cards", "days"}, 2 * customersSeeded, func(i int) []any {
			h := i/2 + 1
			if i%2 == 1 {
				return []any{vendor, h, code, int(used), looseOf[h], looseOf[h] * daysOnCard}
			}
			return []any{vendor, h, code, int(bound), perHolder[h], perHolder[h] * daysOnCard}
		}},
		{"prepaid_transfers", []string{"id", "vendor_id", "uuid", "at", "day", "kind", "from_id", "to_id", "code_id", "cards", "days", "devices", "order_id", "actor"}, devices / transfersEach, func(i int) []any {
			return []any{i + 1, vendor, seedUUID(kindTransfer, i), made + int64(i), made / day, "sell", nil, holder(i), code, transfersEach, transfersEach * daysOnCard, 0, 0, "Bench"}
		}},
	} {
		if err := to.insert(ctx, t.name, t.columns, t.rows, t.row); err != nil {
			return fmt.Errorf("seed %s: %w", t.name, err)
		}
	}
	return to.finish(ctx)
}
