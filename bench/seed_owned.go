package main

import (
	"fmt"
	"time"
)

// The licence whose owner the portal is measured for: how many activations it has, and
// how many rows a day its meter has counted for a year.
const (
	owned     = 10_000
	ownedDays = 365
	ownedRows = 300
	ownerMail = "owner@example.com" // who owns the vendor, too: it has a password
)

// ownedLicense is the number of the owned licence, for seedUUID.
func ownedLicense(licenses int) int { return crowdLicense(licenses) + 1 }

// seedOwned gives one licence with an owner who looks at it: with many activations and a
// year of consumption. Its rows follow those of seedCrowd.
func seedOwned(vendor int64, licenses int, ms int64) []table {
	clients, number := licenses+metered+spare+crowd, ownedLicense(licenses)
	firstToken := 2*(licenses+metered+spare) + crowd
	meter, day := metered+1, (24 * time.Hour).Milliseconds()
	return []table{
		{"licenses", []string{"id", "vendor_id", "uuid", "product_id", "edition_id", "customer_id", "name", "licensee_email", "license_key", "is_active", "is_temporary", "first_activated_at", "contract_tokens", "regular_used", "goodwill_used", "last_slot", "overrides", "revision", "created_at", "updated_at"}, 1, func(int) []any {
			return []any{number + 1, vendor, seedUUID(kindLicense, number), 1, 2, 1, "Owned", ownerMail, seedUUID(kindLicenseKey, number), 1, 0, ms, owned, owned, 0, owned, fmt.Sprintf(`{"token_limit":%d}`, owned+1), 1, ms, ms}
		}},
		{"tokens", []string{"id", "vendor_id", "license_id", "slot", "role", "token_key", "activation_id"}, owned, func(i int) []any {
			return []any{firstToken + i + 1, vendor, number + 1, i + 1, "contract", seedUUID(kindToken, firstToken+i), clients + i + 1}
		}},
		{"devices", []string{"id", "vendor_id", "uuid", "number", "created_at"}, owned, func(i int) []any {
			return []any{clients + i + 1, vendor, seedUUID(kindDevice, clients+i), fmt.Sprintf("bench-owned-%06d", i), ms}
		}},
		{"activations", []string{"id", "vendor_id", "uuid", "product_id", "license_id", "token_id", "device_id", "client_id", "is_temporary", "client_name", "client_description", "tags", "hostname", "platform", "operating_system", "software_version", "device_variables", "address", "country", "activated_at", "token_key", "said"}, owned, func(i int) []any {
			return []any{clients + i + 1, vendor, seedUUID(kindActivation, clients+i), 1, number + 1, firstToken + i + 1, clients + i + 1, fmt.Sprintf("bench-owned-%06d", i), 0, "Bench", "", "", fmt.Sprintf("host-%06d", i*7919%owned), "linux/amd64", seedSystem, seedVersion, "", seedAddress, "DE", ms - int64(owned-i)*60_000, seedUUID(kindToken, firstToken+i), 1}
		}},
		{"pulses", []string{"activation_id", "vendor_id", "last_seen_at", "last_seen_day", "day_count"}, owned, func(i int) []any {
			return []any{clients + i + 1, vendor, ms - int64(i)*1000, ms / day, 1}
		}},
		{"heartbeats", []string{"id", "vendor_id", "activation_id", "at", "day", "day_count", "software_version", "operating_system", "hostname", "platform", "address", "country", "group_id", "user_id"}, ownedDays, func(i int) []any {
			at := ms - int64(ownedDays-i)*day // of the first one: a year of days
			return []any{clients + i + 1, vendor, clients + 1, at, at / day, 24, seedVersion, seedSystem, "", "", seedAddress, "", "", ""}
		}},
		{"meters", []string{"id", "vendor_id", "license_id", "limitation", "consumed", "gross", "folded_consumed", "folded_gross", "period_started_at", "reset_mode", "reset_days", "alerted"}, 1, func(int) []any {
			return []any{meter, vendor, number + 1, seedUUID(kindLimitation, 0), int64(ownedDays*ownedRows) * 1_000_000, int64(ownedDays*ownedRows) * 1_000_000, 0, 0, ms - ownedDays*day, "never", 0, 0}
		}},
		{"consumptions", []string{"id", "vendor_id", "uuid", "meter_id", "kind", "amount", "device_id", "user_id", "external_id", "at", "note", "consumed_then", "goodwill_percent", "period_started_at"}, ownedDays * ownedRows, func(i int) []any {
			return []any{i + 1, vendor, seedUUID(kindConsumption, i), meter, "consumption", 1_000_000, clients + i%owned + 1, "", fmt.Sprintf("bench-%08d", i), ownedAt(ms, i), "", int64(i+1) * 1_000_000, 0, ms - ownedDays*day}
		}},
		{"meter_hours", []string{"vendor_id", "meter_id", "begins_at", "amount"}, ownedDays * 24, func(i int) []any {
			return []any{vendor, meter, ((ms-ownedDays*day)/3_600_000 + int64(i)) * 3600, int64(ownedRows) * 1_000_000 / 24}
		}},
	}
}

// ownedAt is when the n-th consumption was, in Unix milliseconds: spread over the year.
func ownedAt(ms int64, n int) int64 {
	year := (ownedDays * 24 * time.Hour).Milliseconds()
	return ms - year + int64(n)*(year/(ownedDays*ownedRows))
}
