package invariants

// observeChecks hold docs/rules/observed.md against the data. While the figures of a vendor
// are counted anew, theirs are not looked at.
var observeChecks = []check{ //nolint:gochecknoglobals // as checks
	{
		"observed licences and accounts whose count of actors is not what their actors say",
		`SELECT COUNT(*) FROM observe_subjects s JOIN observe_state t ON t.vendor_id = s.vendor_id AND t.phase = 0
			LEFT JOIN (SELECT vendor_id, subject_id, COUNT(*) AS actors FROM observe_actor_pairs GROUP BY vendor_id, subject_id) AS p
			ON p.vendor_id = s.vendor_id AND p.subject_id = s.id WHERE s.actors <> COALESCE(p.actors, 0)`,
	},
	{
		"actors that are counted of a licence or account which they were not seen with within the window, or after it",
		`SELECT COUNT(*) FROM observe_actor_pairs p JOIN observe_state t ON t.vendor_id = p.vendor_id AND t.phase = 0
			WHERE p.last_at <= t.as_of - 2592000000 OR p.last_at > t.as_of`,
	},
	{
		"observed licences whose count of accounts is not what their accounts say",
		`SELECT COUNT(*) FROM observe_subjects s JOIN observe_state t ON t.vendor_id = s.vendor_id AND t.phase = 0
			LEFT JOIN (SELECT p.vendor_id, p.license_id, COUNT(*) AS n FROM observe_account_pairs p JOIN observe_state w ON w.vendor_id = p.vendor_id
				WHERE p.last_at > w.as_of - 2592000000 GROUP BY p.vendor_id, p.license_id) AS p
			ON p.vendor_id = s.vendor_id AND p.license_id = s.id WHERE s.kind = 1 AND s.others <> COALESCE(p.n, 0)`,
	},
	{
		"observed accounts whose count of licences is not what their licences say",
		`SELECT COUNT(*) FROM observe_subjects s JOIN observe_state t ON t.vendor_id = s.vendor_id AND t.phase = 0
			LEFT JOIN (SELECT p.vendor_id, p.account_id, COUNT(*) AS n FROM observe_account_pairs p JOIN observe_state w ON w.vendor_id = p.vendor_id
				WHERE p.last_at > w.as_of - 2592000000 GROUP BY p.vendor_id, p.account_id) AS p
			ON p.vendor_id = s.vendor_id AND p.account_id = s.id WHERE s.kind = 2 AND s.others <> COALESCE(p.n, 0)`,
	},
	{
		"observed licences and accounts that were first seen after they were last seen, or with fewer events than none",
		`SELECT COUNT(*) FROM observe_subjects WHERE first_at > last_at OR events < 0 OR products < 0 OR versions < products`,
	},
	{
		"joined actors that are counted as one that is joined to another",
		`SELECT COUNT(*) FROM observe_ids i JOIN observe_ids r ON r.vendor_id = i.vendor_id AND r.id = i.root_id WHERE i.root_id > 0 AND r.root_id > 0`,
	},
	{
		"blocks of usage events whose ids are not as many as their events",
		`SELECT COUNT(*) FROM observe_blocks WHERE events > 0 AND LENGTH(event_keys) <> 16 * events`,
	},
	{
		"vendors of whose usage events more or fewer are remembered than are kept",
		`SELECT COUNT(*) FROM observe_state t
			LEFT JOIN (SELECT vendor_id, CAST(SUM(LENGTH(event_keys)) AS BIGINT) AS n FROM observe_blocks GROUP BY vendor_id) AS b ON b.vendor_id = t.vendor_id
			LEFT JOIN (SELECT vendor_id, COUNT(*) AS n FROM observe_seen GROUP BY vendor_id) AS s ON s.vendor_id = t.vendor_id
			WHERE COALESCE(b.n, 0) <> 16 * COALESCE(s.n, 0)`,
	},
	{
		"vendors whose counts of observed names are not what these say",
		`SELECT COUNT(*) FROM observe_state t LEFT JOIN (SELECT vendor_id, COUNT(*) AS n FROM observe_ids GROUP BY vendor_id) AS i
			ON i.vendor_id = t.vendor_id WHERE t.licenses + t.accounts + t.actors + t.products + t.versions <> COALESCE(i.n, 0)`,
	},
}
