package invariants

// check is one statement: the number that it selects must be 0.
type check struct {
	broken  string // what is wrong with each row that is counted
	sqltext string
}

// checks are portable; a room that adds counters or ledgers adds its own here.
var checks = []check{ //nolint:gochecknoglobals // a list that never changes
	{
		"licences whose counter of regular activations is not what their activations say",
		`SELECT COUNT(*) FROM licenses l WHERE l.regular_used <> (SELECT COUNT(*) FROM activations a
			WHERE a.vendor_id = l.vendor_id AND a.license_id = l.id AND a.released_at IS NULL AND a.goodwill_since IS NULL)`,
	},
	{
		"licences whose counter of goodwill activations is not what their activations say",
		`SELECT COUNT(*) FROM licenses l WHERE l.month_ends_at IS NULL AND l.goodwill_used <> (SELECT COUNT(*) FROM activations a
			WHERE a.vendor_id = l.vendor_id AND a.license_id = l.id AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL)`,
	},
	{
		"licences whose counter of this month's devices is not what their places say",
		`SELECT COUNT(*) FROM licenses l WHERE l.goodwill_used > CASE WHEN l.month_ends_at IS NULL THEN l.goodwill_used ELSE l.month_used END
			OR l.month_used <> (SELECT COUNT(*) FROM month_places p
				WHERE p.vendor_id = l.vendor_id AND p.license_id = l.id AND p.begins_at = l.month_begins_at)
			OR l.month_used <> (SELECT COALESCE(MAX(place), 0) FROM month_places p
				WHERE p.vendor_id = l.vendor_id AND p.license_id = l.id AND p.begins_at = l.month_begins_at)`,
	},
	{
		"past months whose count of devices is not what their places say",
		`SELECT COUNT(*) FROM license_months m WHERE m.folded = 0 AND m.used <> (SELECT COUNT(*) FROM month_places p
			WHERE p.vendor_id = m.vendor_id AND p.license_id = m.license_id AND p.begins_at = m.begins_at)`,
	},
	{
		"places of months that no licence counts or has counted",
		`SELECT COUNT(*) FROM month_places p WHERE NOT EXISTS (SELECT 1 FROM licenses l
				WHERE l.vendor_id = p.vendor_id AND l.id = p.license_id AND l.month_begins_at = p.begins_at)
			AND NOT EXISTS (SELECT 1 FROM license_months m
				WHERE m.vendor_id = p.vendor_id AND m.license_id = p.license_id AND m.begins_at = p.begins_at)`,
	},
	{
		"present activations that have a place of their licence's month, and their device none or another",
		`SELECT COUNT(*) FROM activations a JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id AND l.month_ends_at = a.month_until
			WHERE a.released_at IS NULL AND a.month_place > 0 AND NOT EXISTS (SELECT 1 FROM month_places p WHERE p.vendor_id = a.vendor_id
				AND p.license_id = a.license_id AND p.begins_at = l.month_begins_at AND p.device_id = a.device_id AND p.place = a.month_place)`,
	},
	{
		"licences whose count of deactivations is not what the ends of their activations say",
		`SELECT COUNT(*) FROM licenses l WHERE l.deactivations <> (SELECT COUNT(*) FROM activations a
				WHERE a.vendor_id = l.vendor_id AND a.license_id = l.id AND a.counted >= 1)
			+ COALESCE((SELECT o.reserved - o.released FROM release_orders o
				WHERE o.vendor_id = l.vendor_id AND o.license_id = l.id AND o.reserved > 0), 0)
			+ (SELECT COUNT(*) FROM offline_deletions x WHERE x.vendor_id = l.vendor_id AND x.license_id = l.id AND x.counted >= 1)`,
	},
	{
		"licences whose count of deactivations in the dashboard is not what the ends of their activations say",
		`SELECT COUNT(*) FROM licenses l WHERE l.dashboard_deactivations <> (SELECT COUNT(*) FROM activations a
				WHERE a.vendor_id = l.vendor_id AND a.license_id = l.id AND a.counted = 2)
			+ COALESCE((SELECT o.reserved - o.released FROM release_orders o
				WHERE o.vendor_id = l.vendor_id AND o.license_id = l.id AND o.reserved > 0 AND o.reason = 'dashboard'), 0)
			+ (SELECT COUNT(*) FROM offline_deletions x WHERE x.vendor_id = l.vendor_id AND x.license_id = l.id AND x.counted = 2)`,
	},
	{
		"deletions by owners of devices that have ended, have no file, or are of another licence",
		`SELECT COUNT(*) FROM offline_deletions x WHERE NOT EXISTS (SELECT 1 FROM activations a WHERE a.vendor_id = x.vendor_id
			AND a.id = x.activation_id AND a.license_id = x.license_id AND a.released_at IS NULL AND a.is_offline = 1)`,
	},
	{
		"activations that want a refresh of a file which they have never had, or by which they go on for less",
		`SELECT COUNT(*) FROM activations WHERE refresh_by IS NOT NULL AND (is_offline = 0 OR offline_until IS NULL)`,
	},
	{
		"licences of which staff took more deactivations back than there were",
		`SELECT COUNT(*) FROM licenses WHERE deactivations_forgiven > deactivations OR dashboard_deactivations_forgiven > dashboard_deactivations`,
	},
	{
		"activations that count as deactivations and have not ended, or have ended otherwise",
		`SELECT COUNT(*) FROM activations WHERE counted <> 0
			AND (released_at IS NULL OR release_reason NOT IN ('client', 'dashboard', 'api', 'offline'))`,
	},
	{
		"licences whose counter of contract tokens is not what their tokens say",
		`SELECT COUNT(*) FROM licenses l WHERE l.contract_tokens <> (SELECT COUNT(*) FROM tokens k
			WHERE k.vendor_id = l.vendor_id AND k.license_id = l.id AND k.role = 'contract')`,
	},
	{
		"tokens in use whose activation has ended, is missing, or is of another token or licence",
		`SELECT COUNT(*) FROM tokens k WHERE k.activation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM activations a
			WHERE a.vendor_id = k.vendor_id AND a.id = k.activation_id AND a.token_id = k.id AND a.license_id = k.license_id
			AND a.token_key = k.token_key AND a.released_at IS NULL)`,
	},
	{
		"present activations whose token is free or another's",
		`SELECT COUNT(*) FROM activations a WHERE a.released_at IS NULL AND NOT EXISTS (SELECT 1 FROM tokens k
			WHERE k.vendor_id = a.vendor_id AND k.id = a.token_id AND k.activation_id = a.id)`,
	},
	{
		"present activations whose token has the wrong role",
		`SELECT COUNT(*) FROM activations a JOIN tokens k ON k.vendor_id = a.vendor_id AND k.id = a.token_id
			WHERE a.released_at IS NULL AND (CASE WHEN a.goodwill_since IS NULL THEN 0 ELSE 1 END) <> (CASE WHEN k.role = 'goodwill' THEN 1 ELSE 0 END)`,
	},
	{
		"activations of another product than their licence's",
		`SELECT COUNT(*) FROM activations a JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id
			WHERE a.released_at IS NULL AND (a.product_id <> l.product_id OR a.is_temporary <> l.is_temporary)`,
	},
	{
		"activations of another client id than their device's number",
		`SELECT COUNT(*) FROM activations a LEFT JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
			WHERE d.id IS NULL OR d.number <> a.client_id AND NOT (a.released_at IS NOT NULL AND d.number >= 'erased-' AND d.number < 'erased.'
				AND EXISTS (SELECT 1 FROM erasures e WHERE e.vendor_id = a.vendor_id AND e.finished_at IS NULL))`,
	},
	{
		"present activations suspended until another instant than their device",
		`SELECT COUNT(*) FROM activations a JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
			WHERE a.released_at IS NULL AND COALESCE(a.suspended_until, -1) <> COALESCE(d.suspended_until, -1)`,
	},
	{
		"licences of an edition of another product",
		`SELECT COUNT(*) FROM licenses l JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id WHERE e.product_id <> l.product_id`,
	},
	{
		"activations without a pulse",
		`SELECT COUNT(*) FROM activations a WHERE NOT EXISTS (SELECT 1 FROM pulses s WHERE s.activation_id = a.id AND s.vendor_id = a.vendor_id)`,
	},
	{
		"goodwill activations without an open stay in the goodwill zone, or that began at another time",
		`SELECT COUNT(*) FROM activations a WHERE a.released_at IS NULL AND a.goodwill_since IS NOT NULL AND NOT EXISTS (SELECT 1
			FROM goodwill_stays g WHERE g.vendor_id = a.vendor_id AND g.activation_id = a.id AND g.license_id = a.license_id
			AND g.entered_at = a.goodwill_since AND g.left_at IS NULL)`,
	},
	{
		"open stays in the goodwill zone of activations that are not there",
		`SELECT COUNT(*) FROM goodwill_stays g WHERE g.left_at IS NULL AND NOT EXISTS (SELECT 1 FROM activations a
			WHERE a.vendor_id = g.vendor_id AND a.id = g.activation_id AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL)`,
	},
	{
		"licences whose column of own trial days says anything that their overrides do not",
		`SELECT COUNT(*) FROM licenses WHERE trial_days IS NOT NULL AND (overrides IS NULL
			OR REPLACE(overrides, '"trial_days":' || trial_days, '') = overrides)
			OR trial_days IS NULL AND REPLACE(overrides, '"trial_days":', '') <> overrides`,
	},
	{
		"licences whose counter of open sessions is not what their sessions say",
		`SELECT COUNT(*) FROM session_counters c WHERE c.open_count <> (SELECT COUNT(*) FROM sessions s
			WHERE s.vendor_id = c.vendor_id AND s.license_id = c.license_id AND s.ended_at IS NULL)`,
	},
	{
		"open sessions that lapse before their licence's counter expects one to, or that have none",
		`SELECT COUNT(*) FROM sessions s WHERE s.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM session_counters c
			WHERE c.vendor_id = s.vendor_id AND c.license_id = s.license_id AND c.next_lapse <= s.valid_until)`,
	},
	{
		"lapsed sessions that did not end at the instant they lapsed",
		`SELECT COUNT(*) FROM sessions WHERE end_reason = 'lapsed' AND ended_at <> valid_until`,
	},
	{
		"entries of ledgers that take another amount back than they undo, or from another meter or period",
		`SELECT COUNT(*) FROM consumptions u JOIN consumptions c ON c.vendor_id = u.vendor_id AND c.id = u.undoes
			WHERE u.amount <> -c.amount OR u.meter_id <> c.meter_id OR u.period_started_at <> c.period_started_at`,
	},
	{
		"resets of meters that count something",
		`SELECT COUNT(*) FROM consumptions WHERE kind = 'reset' AND amount <> 0`,
	},
	{
		"meters that have consumed less than nothing, or more in a period than in their life",
		`SELECT COUNT(*) FROM meters WHERE consumed < 0 OR gross < consumed`,
	},
	{
		"customers that are missing in their own line of superiors",
		`SELECT COUNT(*) FROM customers c WHERE NOT EXISTS (SELECT 1 FROM customer_closure k
			WHERE k.vendor_id = c.vendor_id AND k.superior_id = c.id AND k.customer_id = c.id AND k.depth = 0)`,
	},
	{
		"customers whose superior is not one level above them",
		`SELECT COUNT(*) FROM customers c WHERE c.superior_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customer_closure k
			WHERE k.vendor_id = c.vendor_id AND k.superior_id = c.superior_id AND k.customer_id = c.id AND k.depth = 1)`,
	},
	{
		"lines of superiors that no chain of customers makes",
		`SELECT COUNT(*) FROM customer_closure k WHERE k.depth > 0 AND NOT EXISTS (SELECT 1 FROM customer_closure u
			JOIN customers c ON c.vendor_id = u.vendor_id AND c.superior_id = u.customer_id
			WHERE u.vendor_id = k.vendor_id AND u.superior_id = k.superior_id AND c.id = k.customer_id AND u.depth = k.depth - 1)
			AND NOT EXISTS (SELECT 1 FROM customer_moves m WHERE m.vendor_id = k.vendor_id)`,
	},
	{
		"API keys that name a signing key of another vendor or kind",
		`SELECT COUNT(*) FROM api_keys a JOIN signing_keys s ON s.id = a.ed25519_key_id OR s.id = a.rsa_key_id
			WHERE s.vendor_id <> a.vendor_id OR (s.id = a.ed25519_key_id AND s.kind <> 'ed25519') OR (s.id = a.rsa_key_id AND s.kind <> 'rsa')`,
	},
	{
		"answers kept for repeated requests without their status",
		`SELECT COUNT(*) FROM answers WHERE status IS NULL`,
	},
}
