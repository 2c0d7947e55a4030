package invariants

// cardDays are those of card c, whose row beside its device is b; cardRows joins them.
const (
	cardDays = `COALESCE(b.days, c.days)`
	cardRows = `prepaid_cards c LEFT JOIN prepaid_bound b ON b.vendor_id = c.vendor_id AND b.device_id = c.device_id AND b.card_id = c.id`
	taken    = `(SELECT vendor_id, card_id, COUNT(*) AS days FROM prepaid_ledger WHERE card_id <> 0 GROUP BY vendor_id, card_id)`
)

// prepaidChecks hold docs/rules/prepaid.md against the data.
var prepaidChecks = []check{ //nolint:gochecknoglobals // as checks
	{
		"cards whose days, with those charged and withdrawn, are not what was ever put on them",
		`SELECT COUNT(*) FROM ` + cardRows + ` LEFT JOIN ` + taken + ` AS g ON g.vendor_id = c.vendor_id AND g.card_id = c.id
			WHERE c.total_days <> ` + cardDays + ` + c.withdrawn_days + COALESCE(g.days, 0) OR ` + cardDays + ` < 0`,
	},
	{
		"paid days of devices that overlap",
		`SELECT COUNT(*) FROM (SELECT at, LAG(at) OVER (PARTITION BY vendor_id, device_id ORDER BY at, n) AS before
			FROM prepaid_ledger WHERE kind IN (0, 1)) AS paid WHERE paid.at < paid.before + 86400000`,
	},
	{
		"devices that are usable until another instant than 24 hours after the newest charge",
		`SELECT COUNT(*) FROM prepaid_devices d LEFT JOIN (SELECT vendor_id, device_id, MAX(at) AS at FROM prepaid_ledger
			WHERE kind IN (0, 1) GROUP BY vendor_id, device_id) AS g ON g.vendor_id = d.vendor_id AND g.device_id = d.id
			WHERE d.usable_until <> COALESCE(g.at + 86400000, 0)`,
	},
	{
		"devices that owe other days of grace than they got and did not pay",
		`SELECT COUNT(*) FROM prepaid_devices d LEFT JOIN (SELECT vendor_id, device_id,
				CAST(SUM(CASE kind WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END) AS BIGINT) AS owed FROM prepaid_ledger GROUP BY vendor_id, device_id) AS g
			ON g.vendor_id = d.vendor_id AND g.device_id = d.id WHERE d.grace_owed <> COALESCE(g.owed, 0)`,
	},
	{
		"cards on a device of another owner",
		`SELECT COUNT(*) FROM prepaid_cards c LEFT JOIN prepaid_devices d ON d.id = c.device_id AND d.vendor_id = c.vendor_id
			WHERE c.device_id IS NOT NULL AND (d.id IS NULL OR d.holder_id <> c.holder_id)`,
	},
	{
		"cards beside a device that they are not bound to, or that are told otherwise there",
		`SELECT COUNT(*) FROM prepaid_bound b LEFT JOIN prepaid_cards c ON c.vendor_id = b.vendor_id AND c.id = b.card_id
			LEFT JOIN prepaid_codes k ON k.vendor_id = c.vendor_id AND k.id = c.code_id
			WHERE c.id IS NULL OR COALESCE(c.device_id, 0) <> b.device_id OR c.code_id <> b.code_id OR c.number <> b.number OR k.on_report <> b.on_report
				OR COALESCE(c.activated_at, -1) <> COALESCE(b.activated_at, -1) OR b.days <= 0 OR c.days <= 0`,
	},
	{
		"bound cards with days that do not stand beside their device",
		`SELECT COUNT(*) FROM ` + cardRows + ` WHERE c.device_id IS NOT NULL AND c.days > 0 AND b.card_id IS NULL`,
	},
	{
		"cards whose standing is not what their columns say",
		`SELECT COUNT(*) FROM ` + cardRows + ` WHERE c.is_used <> CASE WHEN c.activated_at IS NULL THEN 0 ELSE 1 END OR c.standing <>
			CASE WHEN c.device_id IS NULL THEN 0 ELSE 1 END + 2 * c.is_used + 16 * c.is_locked
			+ 4 * CASE WHEN ` + cardDays + ` <= 0 THEN 0 WHEN ` + cardDays + ` < 7 THEN 1 WHEN ` + cardDays + ` < 30 THEN 2 ELSE 3 END`,
	},
	{
		"locked cards that are bound or were charged",
		`SELECT COUNT(*) FROM prepaid_cards WHERE is_locked = 1 AND (device_id IS NOT NULL OR is_used = 1)`,
	},
	{
		"counters of cards that are not what counting them gives",
		`SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT vendor_id, holder_id, code_id, standing, cards, days FROM prepaid_stock
				UNION ALL SELECT c.vendor_id, c.holder_id, c.code_id, c.standing, -1, -` + cardDays + ` FROM ` + cardRows + `) AS both_sides
			GROUP BY vendor_id, holder_id, code_id, standing HAVING CAST(SUM(cards) AS BIGINT) <> 0 OR CAST(SUM(days) AS BIGINT) <> 0) AS wrong`,
	},
	{
		"counters of a day's charges that are not what its ledger says",
		`SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT vendor_id, holder_id, code_id, day, charged, settled FROM prepaid_days
				UNION ALL SELECT vendor_id, holder_id, code_id, day, -1, CASE kind WHEN 2 THEN -1 ELSE 0 END
					FROM prepaid_ledger WHERE card_id <> 0) AS both_sides
			GROUP BY vendor_id, holder_id, code_id, day HAVING CAST(SUM(charged) AS BIGINT) <> 0 OR CAST(SUM(settled) AS BIGINT) <> 0) AS wrong`,
	},
	{
		"counters of a day's cards that came and went that are not what its transfers say",
		`SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT vendor_id, holder_id, code_id, day, in_cards, in_days, out_cards, out_days FROM prepaid_days
				UNION ALL SELECT vendor_id, COALESCE(to_id, 0), code_id, day, CASE kind WHEN 'top_up' THEN 0 ELSE -cards END, -days, 0, 0
					FROM prepaid_transfers WHERE kind <> 'withdraw' AND cards > 0
				UNION ALL SELECT vendor_id, COALESCE(from_id, 0), code_id, day, 0, 0, CASE kind WHEN 'withdraw' THEN 0 ELSE -cards END, -days
					FROM prepaid_transfers WHERE kind NOT IN ('issue', 'top_up') AND cards > 0) AS both_sides
			GROUP BY vendor_id, holder_id, code_id, day
			HAVING CAST(SUM(in_cards) AS BIGINT) <> 0 OR CAST(SUM(in_days) AS BIGINT) <> 0
				OR CAST(SUM(out_cards) AS BIGINT) <> 0 OR CAST(SUM(out_days) AS BIGINT) <> 0) AS wrong`,
	},
	{
		"customers whose cards and days came, went and were charged otherwise than what they have",
		`SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT vendor_id, holder_id, code_id, cards, days FROM prepaid_stock
				UNION ALL SELECT vendor_id, holder_id, code_id, out_cards - in_cards, charged + out_days - in_days FROM prepaid_days) AS both_sides
			GROUP BY vendor_id, holder_id, code_id HAVING CAST(SUM(cards) AS BIGINT) <> 0 OR CAST(SUM(days) AS BIGINT) <> 0) AS wrong`,
	},
	{
		"transfers whose figures are not those of what they moved",
		`SELECT COUNT(*) FROM prepaid_transfers r LEFT JOIN (SELECT vendor_id, transfer_id, COUNT(*) AS cards, CAST(SUM(days) AS BIGINT) AS days
				FROM prepaid_transfer_cards GROUP BY vendor_id, transfer_id) AS i ON i.vendor_id = r.vendor_id AND i.transfer_id = r.id
			LEFT JOIN (SELECT vendor_id, transfer_id, COUNT(*) AS devices FROM prepaid_transfer_devices GROUP BY vendor_id, transfer_id) AS m
				ON m.vendor_id = r.vendor_id AND m.transfer_id = r.id
			WHERE r.cards <> COALESCE(i.cards, 0) OR r.days <> COALESCE(i.days, 0) OR r.devices <> COALESCE(m.devices, 0)`,
	},
	{
		"transfers without two sides",
		`SELECT COUNT(*) FROM prepaid_transfers WHERE (CASE WHEN COALESCE(from_id, 0) = COALESCE(to_id, 0) THEN 1 ELSE 0 END)
			<> (CASE WHEN kind IN ('issue', 'top_up', 'withdraw') THEN 1 ELSE 0 END)`,
	},
	{
		"cards whose last transfer led to another customer than their owner, or that have none",
		`SELECT COUNT(*) FROM prepaid_cards c LEFT JOIN (SELECT vendor_id, card_id, MAX(transfer_id) AS last FROM prepaid_transfer_cards
				GROUP BY vendor_id, card_id) AS i ON i.vendor_id = c.vendor_id AND i.card_id = c.id
			LEFT JOIN prepaid_transfers r ON r.vendor_id = i.vendor_id AND r.id = i.last
			WHERE r.id IS NULL OR COALESCE(r.to_id, 0) <> c.holder_id`,
	},
	{
		"devices whose last transfer led to another customer than their owner, or that have none",
		`SELECT COUNT(*) FROM prepaid_devices d LEFT JOIN (SELECT vendor_id, device_id, MAX(transfer_id) AS last FROM prepaid_transfer_devices
				GROUP BY vendor_id, device_id) AS i ON i.vendor_id = d.vendor_id AND i.device_id = d.id
			LEFT JOIN prepaid_transfers r ON r.vendor_id = i.vendor_id AND r.id = i.last
			WHERE r.id IS NULL OR COALESCE(r.to_id, 0) <> d.holder_id`,
	},
	{
		"devices that are due before the run looks at them",
		`SELECT COUNT(*) FROM prepaid_devices d WHERE d.due_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM prepaid_due g
			WHERE g.vendor_id = d.vendor_id AND g.grp = d.id / 64 AND g.due_at <= d.due_at)`,
	},
	{
		"blacklisted devices with a card that has days, or that are due",
		`SELECT COUNT(*) FROM prepaid_devices d WHERE d.dark <> 0 AND (d.due_at IS NOT NULL OR EXISTS (SELECT 1 FROM prepaid_bound b
			WHERE b.vendor_id = d.vendor_id AND b.device_id = d.id))`,
	},
	{
		"bindings that go on of cards that are not on that device",
		`SELECT COUNT(*) FROM prepaid_bindings n LEFT JOIN prepaid_cards c ON c.vendor_id = n.vendor_id AND c.id = n.card_id
			WHERE n.unbound_at IS NULL AND COALESCE(c.device_id, 0) <> n.device_id`,
	},
	{
		"bound cards without a binding that goes on, or with two",
		`SELECT COUNT(*) FROM prepaid_cards c WHERE c.device_id IS NOT NULL AND 1 <> (SELECT COUNT(*) FROM prepaid_bindings n
			WHERE n.vendor_id = c.vendor_id AND n.card_id = c.id AND n.unbound_at IS NULL)`,
	},
	{
		"cards held by a sale that has ended, or sales that hold other cards than they say",
		`SELECT COUNT(*) FROM prepaid_cards c LEFT JOIN prepaid_orders o ON o.vendor_id = c.vendor_id AND o.id = c.held_by
			WHERE c.held_by IS NOT NULL AND (o.id IS NULL OR o.ended_at IS NOT NULL OR o.from_holder <> c.holder_id)`,
	},
	{
		"cards and devices whose owner is no customer",
		`SELECT COUNT(*) FROM (SELECT vendor_id, holder_id FROM prepaid_cards UNION ALL SELECT vendor_id, holder_id FROM prepaid_devices) AS x
			WHERE x.holder_id <> 0 AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.vendor_id = x.vendor_id AND c.id = x.holder_id)`,
	},
}
