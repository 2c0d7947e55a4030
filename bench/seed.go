package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
)

// What every seeded client says of itself: a heartbeat that says the same
// changes nothing, which is the steady state that heartbeats are measured in.
const (
	seedVersion = "1.0"
	seedSystem  = "Linux"
	seedAddress = "127.0.0.1"
)

const (
	customersSeeded = 1000
	metered         = 10_000  // licences with a meter, after the plain ones
	spare           = 20_000  // plain licences with a free token, after those: for activations beside hard work
	floating        = 1000    // floating licences, after those
	crowd           = 20_000  // activations of one more licence
	sessionsSeeded  = 100_000 // open on them
	seededSession   = "5a2d9a4e-8f6b-4c6e-9d59-0a3c6f6f2f11"
)

// seedUUID gives the n-th id of a kind: spread like random ones, known to the load program.
func seedUUID(kind byte, n int) ident.UUID {
	mix := func(x uint64) uint64 { // splitmix64
		x += 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		return x ^ x>>31
	}
	var u ident.UUID
	a, b := mix(uint64(n)<<8|uint64(kind)), mix(uint64(n)<<8|uint64(kind)|1<<63)
	for i := range 8 {
		u[i], u[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u
}

const (
	kindProduct = iota
	kindEdition
	kindCustomer
	kindLicense
	kindLicenseKey
	kindToken
	kindDevice
	kindActivation
	kindSubscription
	kindLimitation
	kindSession
	kindConsumption
	kindPrepaidCode
	kindPrepaidDevice
	kindPrepaidCard
	kindTransfer
)

func sessionClient(n int) string { return fmt.Sprintf("bench-session-%06d", n) }

func clientID(n int) string { return fmt.Sprintf("bench-client-%07d", n) }

// sink takes the rows of a table in bulk.
type sink interface {
	insert(ctx context.Context, table string, columns []string, rows int, row func(i int) []any) error
	finish(ctx context.Context) error
}

type table struct {
	name    string
	columns []string
	rows    int
	row     func(i int) []any
}

// seed fills the tables: licences with two tokens each, one of them in use by a
// client that has been heard of today; then metered ones like them, and floating
// ones with their sessions.
func seed(ctx context.Context, to sink, vendor int64, licenses int) error {
	now := time.Now().UTC()
	ms, day := now.UnixMilli(), now.Unix()/86_400
	policy := terms.Defaults()
	policy.TokenLimit, policy.OfflineAllowed = 2, true
	policyText, err := json.Marshal(policy)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	said := licensing.Client{SoftwareVersion: seedVersion, OperatingSystem: seedSystem, Address: seedAddress}.Fingerprint()
	clients := licenses + metered + spare
	floatingPolicy := policy
	floatingPolicy.FloatingTokenLimit, floatingPolicy.SessionPeriodMinutes = terms.MaxTokens, 24*60
	floatingText, err := json.Marshal(floatingPolicy)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	const nothing = `{"features":[],"limitations":[],"variables":[]}`
	editions := []struct{ name, mode, policy, grants string }{
		{"Bench", "named", string(policyText), nothing},
		{"Metered", "named", string(policyText), `{"features":[],"limitations":[{"id":"` + seedUUID(kindLimitation, 0).String() + `","name":"Scans","reset":"never"}],"variables":[]}`},
		{"Floating", "floating", string(floatingText), nothing},
	}
	tables := []table{
		{"products", []string{"id", "vendor_id", "uuid", "name", "description", "printed_keys", "allow_client_moves", "latest_release", "revision", "created_at", "updated_at"}, 1, func(int) []any {
			return []any{1, vendor, seedUUID(kindProduct, 0), "Bench", "", 0, 0, "", 1, ms, ms}
		}},
		{"editions", []string{"id", "vendor_id", "uuid", "product_id", "name", "description", "provisioning_mode", "client_type", "license_type", "policy", "grants", "revision", "created_at", "updated_at"}, len(editions), func(i int) []any {
			e := editions[i]
			return []any{i + 1, vendor, seedUUID(kindEdition, i), 1, e.name, "", e.mode, "devices", "perpetual", e.policy, e.grants, 1, ms, ms}
		}},
		{"customers", []string{"id", "vendor_id", "uuid", "company_name", "name_folded", "customer_number", "email", "created_at", "updated_at"}, customersSeeded, func(i int) []any {
			name := fmt.Sprintf("customer %04d", i)
			return []any{i + 1, vendor, seedUUID(kindCustomer, i), name, name, fmt.Sprintf("C-%04d", i), fmt.Sprintf("c%d@example.com", i), ms, ms}
		}},
		{"licenses", []string{"id", "vendor_id", "uuid", "product_id", "edition_id", "customer_id", "name", "licensee_email", "license_key", "is_active", "is_temporary", "first_activated_at", "contract_tokens", "regular_used", "goodwill_used", "last_slot", "revision", "created_at", "updated_at"}, clients + floating, func(i int) []any {
			edition, tokens, used := 1, 2, 1
			switch {
			case i >= clients:
				edition, tokens, used = 3, 0, 0
			case i >= licenses && i < licenses+metered:
				edition = 2
			}
			return []any{i + 1, vendor, seedUUID(kindLicense, i), 1, edition, i%customersSeeded + 1, "", fmt.Sprintf("u%d@example.com", i), seedUUID(kindLicenseKey, i), 1, 0, ms, tokens, used, 0, tokens, 1, ms, ms}
		}},
		{"tokens", []string{"id", "vendor_id", "license_id", "slot", "role", "token_key", "activation_id"}, 2 * clients, func(i int) []any {
			var activation any
			if i%2 == 1 {
				activation = i/2 + 1
			}
			return []any{i + 1, vendor, i/2 + 1, i%2 + 1, "contract", seedUUID(kindToken, i), activation}
		}},
		{"devices", []string{"id", "vendor_id", "uuid", "number", "created_at"}, clients, func(i int) []any {
			return []any{i + 1, vendor, seedUUID(kindDevice, i), clientID(i), ms}
		}},
		{"activations", []string{"id", "vendor_id", "uuid", "product_id", "license_id", "token_id", "device_id", "client_id", "is_temporary", "client_name", "client_description", "tags", "hostname", "platform", "operating_system", "software_version", "device_variables", "address", "country", "activated_at", "token_key", "said"}, clients, func(i int) []any {
			return []any{i + 1, vendor, seedUUID(kindActivation, i), 1, i + 1, 2*i + 2, i + 1, clientID(i), 0, "Bench", "", "", "", "", seedSystem, seedVersion, "", seedAddress, "", ms, seedUUID(kindToken, 2*i+1), said}
		}},
		{"pulses", []string{"activation_id", "vendor_id", "last_seen_at", "last_seen_day", "day_count"}, clients, func(i int) []any {
			return []any{i + 1, vendor, ms, day, 1}
		}},
		{"heartbeats", []string{"id", "vendor_id", "activation_id", "at", "day", "day_count", "software_version", "operating_system", "hostname", "platform", "address", "country", "group_id", "user_id"}, clients, func(i int) []any {
			return []any{i + 1, vendor, i + 1, ms, day, 0, seedVersion, seedSystem, "", "", seedAddress, "", "", ""}
		}},
	}
	for _, t := range slices.Concat(tables, seedUse(vendor, licenses, ms), seedCrowd(vendor, licenses, ms), seedOwned(vendor, licenses, ms)) {
		if err := to.insert(ctx, t.name, t.columns, t.rows, t.row); err != nil {
			return fmt.Errorf("seed %s: %w", t.name, err)
		}
	}
	return to.finish(ctx)
}

// seedUse gives what is in use: meters, sessions, and somebody who subscribed.
func seedUse(vendor int64, licenses int, ms int64) []table {
	lapse := ms + (24 * time.Hour).Milliseconds()
	first := licenses + metered + spare + 1 // floating licence
	return []table{
		{"meters", []string{"id", "vendor_id", "license_id", "limitation", "consumed", "gross", "folded_consumed", "folded_gross", "period_started_at", "reset_mode", "reset_days", "alerted"}, metered, func(i int) []any {
			return []any{i + 1, vendor, licenses + i + 1, seedUUID(kindLimitation, 0), 0, 0, 0, 0, ms, "never", 0, 0}
		}},
		{"session_counters", []string{"vendor_id", "license_id", "open_count", "next_lapse"}, floating, func(i int) []any {
			return []any{vendor, first + i, sessionsSeeded / floating, lapse}
		}},
		{"sessions", []string{"id", "vendor_id", "uuid", "license_id", "client_id", "session_id", "user_id", "is_overuse", "opened_at", "renewed_at", "valid_until"}, sessionsSeeded, func(i int) []any {
			return []any{i + 1, vendor, seedUUID(kindSession, i), first + i%floating, sessionClient(i), seededSession, "", 0, ms, ms, lapse}
		}},
		{"subscriptions", []string{"id", "vendor_id", "uuid", "kind", "target", "created_at"}, 1, func(int) []any {
			return []any{1, vendor, seedUUID(kindSubscription, 0), "webhook", "https://hooks.invalid/bench", ms}
		}},
		{"subscription_events", []string{"vendor_id", "event", "subscription_id"}, 1, func(int) []any {
			return []any{vendor, licensing.EventCreated, 1}
		}},
	}
}
