package main

import (
	"fmt"

	"chancery/internal/licensing"
)

// crowdClient is the client id of the n-th activation of the crowded licence.
func crowdClient(n int) string { return fmt.Sprintf("bench-crowd-%06d", n) }

// crowdLicense is the number of the crowded licence, for seedUUID.
func crowdLicense(licenses int) int { return licenses + metered + spare + floating }

// seedCrowd gives one licence with many activations. Its rows follow those of
// seed: tokens two for each client there, devices and activations one each.
func seedCrowd(vendor int64, licenses int, ms int64) []table {
	said := licensing.Client{SoftwareVersion: seedVersion, OperatingSystem: seedSystem, Address: seedAddress}.Fingerprint()
	clients, number := licenses+metered+spare, crowdLicense(licenses)
	return []table{
		{"licenses", []string{"id", "vendor_id", "uuid", "product_id", "edition_id", "customer_id", "name", "licensee_email", "license_key", "is_active", "is_temporary", "first_activated_at", "contract_tokens", "regular_used", "goodwill_used", "last_slot", "overrides", "revision", "created_at", "updated_at"}, 1, func(int) []any {
			return []any{number + 1, vendor, seedUUID(kindLicense, number), 1, 1, 1, "Crowd", "crowd@example.com", seedUUID(kindLicenseKey, number), 1, 0, ms, crowd, crowd, 0, crowd, fmt.Sprintf(`{"token_limit":%d}`, crowd), 1, ms, ms}
		}},
		{"tokens", []string{"id", "vendor_id", "license_id", "slot", "role", "token_key", "activation_id"}, crowd, func(i int) []any {
			return []any{2*clients + i + 1, vendor, number + 1, i + 1, "contract", seedUUID(kindToken, 2*clients+i), clients + i + 1}
		}},
		{"devices", []string{"id", "vendor_id", "uuid", "number", "created_at"}, crowd, func(i int) []any {
			return []any{clients + i + 1, vendor, seedUUID(kindDevice, clients+i), crowdClient(i), ms}
		}},
		{"activations", []string{"id", "vendor_id", "uuid", "product_id", "license_id", "token_id", "device_id", "client_id", "is_temporary", "client_name", "client_description", "tags", "hostname", "platform", "operating_system", "software_version", "device_variables", "address", "country", "activated_at", "token_key", "said"}, crowd, func(i int) []any {
			return []any{clients + i + 1, vendor, seedUUID(kindActivation, clients+i), 1, number + 1, 2*clients + i + 1, clients + i + 1, crowdClient(i), 0, "Bench", "", "", "", "", seedSystem, seedVersion, "", seedAddress, "", ms, seedUUID(kindToken, 2*clients+i), said}
		}},
		{"pulses", []string{"activation_id", "vendor_id", "last_seen_at", "last_seen_day", "day_count"}, crowd, func(i int) []any {
			return []any{clients + i + 1, vendor, ms, ms / 86_400_000, 1}
		}},
	}
}
