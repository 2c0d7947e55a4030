package store

import (
	"encoding/json"
	"fmt"

	"chancery/internal/tx"
)

func (t *Tx) writeJournal() error {
	if len(t.entries) == 0 {
		return nil
	}
	a := tx.ActorFrom(t.ctx)
	for _, e := range t.entries {
		before, err := jsonText(e.Before)
		if err != nil {
			return err
		}
		after, err := jsonText(e.After)
		if err != nil {
			return err
		}
		var license any
		if e.License != 0 {
			license = e.License
		}
		if err := t.Later(`INSERT INTO audit_log
			(vendor_id, at, action, subject, subject_id, license_id, actor_kind, actor_id, actor_name, address, request_id, before_value, after_value)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			e.Vendor, t.now.UnixMilli(), e.Action, e.Subject, e.ID, license,
			a.Kind, a.ID, a.Name, a.Address, a.RequestID, before, after); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) writeOutbox() error {
	for _, e := range t.events {
		payload, err := jsonText(e.Payload)
		if err != nil {
			return err
		}
		if err := t.Later(`INSERT INTO outbox
			(vendor_id, subscription_id, stream, event, at, payload, attempts, next_attempt_at)
			SELECT vendor_id, subscription_id, $1, event, $2, $3, 0, $4
			FROM subscription_events WHERE vendor_id = $5 AND event = $6`,
			e.Stream, t.now.UnixMilli(), payload, t.now.UnixMilli(), e.Vendor, e.Type); err != nil {
			return err
		}
	}
	return nil
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
