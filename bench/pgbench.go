package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// counterpart is what a call asks of the database, as a script for pgbench: the
// bound of what any server in front of this PostgreSQL can do.
type counterpart struct {
	name   string
	script string
	beside []string // the rows that are held against it
}

func counterparts(licenses int) []counterpart {
	plain := fmt.Sprintf("\\set n random(1, %d)\n", licenses)
	return []counterpart{
		{"pgbench, a heartbeat's reading", plain + `SELECT a.id, a.token_key, a.client_name, a.suspended_until, s.last_seen_day, s.day_count, l.name, l.license_key, l.is_active, l.expires_at, l.revision,
 c.company_name, c.customer_number, e.revision FROM activations a
 JOIN pulses s ON s.activation_id = a.id JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id
 JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
 WHERE a.vendor_id = 1 AND a.client_id = 'bench-client-' || lpad(CAST(:n - 1 AS TEXT), 7, '0') AND a.released_at IS NULL AND a.product_id = 1;
`, []string{"heartbeat, Ed25519 + nonce"}},
		{"pgbench, an activation's changes", plain + `\set r random(1, 9000000000000000000)
BEGIN;
SELECT id, product_id FROM licenses WHERE vendor_id = 1 AND id = :n;
INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES (1, decode(md5('d' || :r), 'hex'), 'pgbench-' || :r, 1) ON CONFLICT (vendor_id, number) DO UPDATE SET created_at = 1 RETURNING id AS device \gset
SELECT l.id, l.name, l.license_key, l.is_active, l.is_temporary, l.overrides, l.contract_tokens, l.regular_used, l.goodwill_used, l.last_slot, l.revision, p.name, c.company_name, e.revision FROM licenses l JOIN products p ON p.vendor_id = l.vendor_id AND p.id = l.product_id JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id WHERE l.vendor_id = 1 AND l.id = :n FOR NO KEY UPDATE OF l;
SELECT id, token_key FROM tokens WHERE vendor_id = 1 AND license_id = :n ORDER BY slot DESC LIMIT 1;
UPDATE licenses SET last_slot = last_slot WHERE vendor_id = 1 AND id = :n;
INSERT INTO activations (vendor_id, uuid, product_id, license_id, token_id, device_id, client_id, is_temporary, client_name, client_description, tags, hostname, platform, operating_system, software_version, device_variables, address, country, activated_at, token_key, said) VALUES (1, decode(md5('a' || :r), 'hex'), 1, :n, 2 * :n, :device, 'pgbench-' || :r, 0, 'Bench', '', '', 'bench', '', '', '1.0', '', '127.0.0.1', '', 1, decode(md5('t' || :r), 'hex'), 0) RETURNING id AS activation \gset
INSERT INTO pulses (activation_id, vendor_id, last_seen_at, last_seen_day, day_count) VALUES (:activation, 1, 1, 20000, 0);
UPDATE tokens SET activation_id = :activation WHERE vendor_id = 1 AND id = 2 * :n;
INSERT INTO audit_log (vendor_id, at, action, subject, subject_id, license_id, actor_kind, actor_id, actor_name, address, request_id, after_value) VALUES (1, 1, 'activation.created', 'activation', decode(md5('a' || :r), 'hex'), :n, 'provisioning', '', '', '127.0.0.1', '', repeat('x', 400));
INSERT INTO outbox (vendor_id, subscription_id, stream, event, at, payload, attempts, next_attempt_at) SELECT vendor_id, subscription_id, decode(md5('a' || :r), 'hex'), event, 1, repeat('x', 400), 0, 9000000000000000 FROM subscription_events WHERE vendor_id = 1 AND event = 'activation.created';
COMMIT;
`, []string{"activation"}},
		{"pgbench, a counter's changes", fmt.Sprintf(`\set n random(%d, %d)
BEGIN;
SELECT a.id, a.token_key, a.device_id, l.id, l.edition_id FROM activations a JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id WHERE a.vendor_id = 1 AND a.id = :n;
SELECT id, consumed, gross, period_started_at, reset_mode, alerted FROM meters WHERE vendor_id = 1 AND license_id = :n FOR NO KEY UPDATE;
INSERT INTO heartbeats (vendor_id, activation_id, at, day, day_count, software_version, operating_system, hostname, platform, address, country, group_id, user_id) VALUES (1, :n, 1, 1, 0, '', '', '', '', '', '', '', '');
UPDATE meters SET consumed = consumed + 1, gross = gross + 1 WHERE vendor_id = 1 AND license_id = :n;
COMMIT;
`, licenses+1, licenses+metered), []string{"consume, spread", "session, open", "session, renew", "session, close"}},
	}
}

// pgbench runs the scripts on the server's own database, with nothing between.
func (s *site) pgbench(ctx context.Context, o options, dir, dsn string) error {
	program, err := findPgbench()
	if err != nil {
		return err
	}
	s.stop() // what it does now and then must not be in the figures
	for _, c := range counterparts(s.licenses) {
		file := filepath.Join(dir, "pgbench.sql")
		if err := os.WriteFile(file, []byte(c.script), 0o600); err != nil {
			return fmt.Errorf("pgbench: %w", err)
		}
		seconds := strconv.Itoa(max(5, int(o.seconds))) // connecting counts
		cmd := exec.CommandContext(ctx, program, "-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", seconds, "-f", file, dsn)
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		out, err := cmd.Output()
		found := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
		if err == nil && found == nil {
			err = errors.New("no transaction was done in time")
		}
		if err == nil && bytes.Contains(complaint.Bytes(), []byte("aborted")) {
			err = errors.New("a client gave up")
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %s", c.name, err, complaint.String())
		}
		tps, _ := strconv.ParseFloat(string(found[1]), 64)
		s.compare(c, tps)
	}
	return nil
}

// compare adds a row, and says what share of it each of our own reaches.
func (s *site) compare(c counterpart, tps float64) {
	s.report.add(row{Name: c.name, Engine: s.engine, Licenses: s.licenses, Connections: 16, PerSecond: tps, Note: "no server between"})
	for i := range s.report.Rows {
		w := &s.report.Rows[i]
		for _, name := range c.beside {
			if w.Name == name && w.Engine == s.engine && w.Licenses == s.licenses {
				w.Note = strings.TrimPrefix(w.Note+fmt.Sprintf("; %.2f of pgbench", w.PerSecond/tps), "; ")
			}
		}
	}
}

func findPgbench() (string, error) {
	if program, err := exec.LookPath("pgbench"); err == nil {
		return program, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if len(found) == 0 {
		return "", errors.New("pgbench was not found: it comes with the PostgreSQL server's package, or with Debian's postgresql-contrib")
	}
	return found[len(found)-1], nil
}
