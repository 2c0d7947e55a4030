package wiring

import (
	"context"
	"time"

	"chancery/internal/audit"
	"chancery/internal/ident"
	auditstore "chancery/internal/store/audit"
	"chancery/internal/web/show"
)

// lastChanges tells forms who changed a thing, as the audit log's pages call them.
type lastChanges struct{ rows auditstore.Store }

// LastChange implements web.ChangeLog.
func (c lastChanges) LastChange(ctx context.Context, v ident.VendorID, thing audit.Thing) (who, actor string, at time.Time, err error) {
	r, found, err := c.rows.Newest(ctx, v, thing)
	if err != nil || !found {
		return "", "", time.Time{}, err
	}
	record := show.Record{Record: r}
	if id, parsed := ident.ParseUUID(r.ActorID); parsed == nil {
		if record.Names, err = c.rows.Names(ctx, v, []ident.UUID{id}); err != nil {
			return "", "", time.Time{}, err
		}
	}
	return record.Actor(), r.ActorID, r.At, nil
}
