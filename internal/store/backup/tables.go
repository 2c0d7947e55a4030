package backup

// tables are all tables that hold data, each after those it refers to. A test
// holds them against the schema.
var tables = []string{ //nolint:gochecknoglobals // a list that never changes
	"change_counter", "vendors", "users", "signing_keys", "api_keys", "customers", "customer_closure",
	"products", "software_releases", "features", "limitations", "variables", "editions",
	"licenses", "tokens", "devices", "activations", "pulses", "heartbeats", "denials",
	"license_users", "session_counters", "sessions",
	"audit_log", "audit_seals", "audit_heads", "subscriptions", "subscription_events", "outbox", "answers",
}

// Left out: leases, which running copies hold, and goose_db_version, which the
// schema itself brings.
var leftOut = []string{"leases", "goose_db_version", "sqlite_sequence"} //nolint:gochecknoglobals // as tables

// selfReferences are columns that refer to rows of their own table, which may
// come later: they are filled in when all rows are there.
var selfReferences = map[string]string{"customers": "superior_id"} //nolint:gochecknoglobals // as tables
