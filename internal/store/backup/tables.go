package backup

// tables are all tables that hold data, each after those it refers to; left out
// are those in leftOut, and what the schema itself brings. A test holds both lists
// against the schema.
var tables = []string{ //nolint:gochecknoglobals // a list that never changes
	"change_counter", "last_ids", "test_clock", "vendors", "vendor_logos", "vendor_hosts", "zone_moves", "location_removals",
	"roles", "users", "mail_choices", "access_tokens", "totp_secrets", "recovery_codes", "passkeys", "identity_providers",
	"user_identities", "signing_keys", "key_lists", "api_keys", "customers", "customer_closure", "customer_moves", "customer_users",
	"products", "software_releases", "features", "limitations", "variables", "editions",
	"licenses", "tokens", "devices", "activations", "replaced_keys", "pulses", "client_keys", "heartbeats", "denials", "last_refusals",
	"goodwill_stays", "month_places", "license_months", "figures", "figure_days",
	"meters", "meter_hours", "meter_hours_from", "consumptions", "usage_features", "usage_modules", "usage_values", "analytical_fields", "analytical_values",
	"license_users", "licensee_moves", "address_moves", "former_slugs", "session_counters", "sessions", "license_fittings", "edition_fittings",
	"release_orders", "release_order_items", "offline_requests", "offline_histories", "offline_reports", "license_requests", "offline_presumed",
	"offline_files", "offline_deletions",
	"audit_log", "audit_seals", "audit_heads", "subscriptions", "subscription_events", "incoming_webhooks",
	"license_subscriptions", "outbox", "deliveries", "answers",
	"mails", "mail_rules", "mail_templates", "license_notices", "new_device_marks", "new_devices", "help_texts",
	"prepaid_settings", "prepaid_codes", "prepaid_orders", "prepaid_cards", "prepaid_devices", "prepaid_device_numbers",
	"prepaid_heard", "prepaid_unknown", "prepaid_bound", "prepaid_due", "prepaid_ledger", "prepaid_bindings",
	"prepaid_transfers", "prepaid_transfer_cards", "prepaid_transfer_devices", "prepaid_stock", "prepaid_days", "prepaid_customers",
	"prepaid_reminders",
	"observe_settings", "observe_state", "observe_inbox", "observe_ids", "observe_seen", "observe_blocks", "observe_subjects",
	"observe_actor_pairs", "observe_account_pairs", "observe_changes", "observe_coverage", "observe_sessions", "observe_environments",
	"observe_invalid", "observe_invalid_counts", "observe_joins",
	"imports", "import_lines", "erasures", "erasure_licenses", "erasure_words",
}

// leftOut are tables that a restored server begins without: leases, which running
// copies hold; who is signed in, or about to, with the links that were mailed, those that hand
// licences over too; and
// failed tries, which are about addresses and moments; and the words of names, which
// are made anew. After a restore everybody signs in again, and no cookie or link that
// has ended since the backup comes alive.
var leftOut = []string{ //nolint:gochecknoglobals // as tables
	"leases", "user_sessions", "failed_attempts", "known_places", "user_links", "former_links", "license_handovers", "sign_in_steps", "sign_in_ceremonies",
	"customer_words", "license_words", "word_progress", "clock_confirmations",
}

// selfReferences are columns that refer to rows of their own table, which may
// come later: they are filled in when all rows are there.
var selfReferences = map[string]string{"customers": "superior_id"} //nolint:gochecknoglobals // as tables
