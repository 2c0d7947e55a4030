package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"chancery/internal/tx"
)

// saltBytes is the length of the salt that hides what a record of the audit log says of
// people from whoever sees its digest alone.
const saltBytes = 16

func (t *Tx) writeJournal() error {
	if len(t.entries) == 0 {
		return nil
	}
	for _, e := range t.entries {
		a := tx.ActorFrom(t.ctx)
		if e.By.Kind != "" {
			a.Kind, a.ID, a.Name = e.By.Kind, e.By.ID, e.By.Name
		}
		before, err := jsonText(e.Before)
		if err != nil {
			return err
		}
		after, err := jsonText(e.After)
		if err != nil {
			return err
		}
		r := auditRow{Entry: e, at: t.now.UnixMilli(), actor: a, before: before, after: after, salt: t.ids.Secret(saltBytes)}
		if err := t.Later(insertAudit.Text, insertAudit.Values(e.Vendor, &r)...); err != nil {
			return err
		}
	}
	return nil
}

//nolint:gochecknoglobals // a text, made once
var insertAudit = InsertInto("audit_log", &auditRow{})

// auditRow is a record of the audit log, to be written.
type auditRow struct {
	tx.Entry

	at            int64
	actor         tx.Actor
	before, after any // JSON
	salt          []byte
}

// Columns implements Record.
func (r *auditRow) Columns(c *Columns) {
	c.Fixed("at", r.at, nil)
	c.Fixed("action", r.Action, nil)
	c.Fixed("subject", r.Subject, nil)
	c.Fixed("subject_id", r.ID, nil)
	c.Fixed("license_id", OrNull(r.License), nil)
	c.Fixed("actor_kind", r.actor.Kind, nil)
	c.Fixed("actor_id", r.actor.ID, nil)
	c.Fixed("actor_name", r.actor.Name, nil)
	c.Fixed("address", r.actor.Address, nil)
	c.Fixed("request_id", r.actor.RequestID, nil)
	c.Fixed("before_value", r.before, nil)
	c.Fixed("after_value", r.after, nil)
	c.Fixed("salt", r.salt, nil)
}

func (t *Tx) writeOutbox() error {
	for _, e := range t.events {
		payload, err := jsonText(e.Payload)
		if err != nil {
			return err
		}
		if err := t.lineUp(e); err != nil {
			return err
		}
		if err := t.Later(`INSERT INTO outbox
			(vendor_id, subscription_id, stream, event, at, payload, attempts, next_attempt_at, uuid)
			SELECT vendor_id, subscription_id, $1, event, $2, $3, 0, $4, $5
			FROM subscription_events WHERE vendor_id = $6 AND event = $7`,
			e.Stream, t.now.UnixMilli(), payload, t.now.UnixMilli(), t.ids.V7(), e.Vendor, e.Type); err != nil {
			return err
		}
	}
	return nil
}

// lineUp holds the events of one stream in the order of their ids where many
// transactions write at once: a later one must not commit an earlier id. It
// locks only where somebody listens. The embedded engine has one writer.
func (t *Tx) lineUp(e tx.Event) error {
	if t.Dialect.Name() != postgresName {
		return nil
	}
	return t.Later(`SELECT CAST(pg_advisory_xact_lock($1) AS TEXT) FROM subscription_events
		WHERE vendor_id = $2 AND event = $3 LIMIT 1`,
		int64(binary.BigEndian.Uint64(e.Stream[8:])), e.Vendor, e.Type) //nolint:gosec // any number will do
}

// jsonText gives NULL for nil.
func jsonText(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("store: a journal or outbox value: %w", err)
	}
	return string(b), nil
}
