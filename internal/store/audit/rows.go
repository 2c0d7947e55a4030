package audit

import (
	"database/sql"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/store"
)

// Store reads the audit log and keeps its chains.
type Store struct {
	DB          *store.DB
	SearchDepth int // of List; store.SearchDepth when 0
}

const recordColumns = `a.id, a.at, a.action, a.subject, a.subject_id, a.license_id, a.actor_kind, a.actor_id, a.actor_name,
	a.address, a.request_id, a.before_value, a.after_value, a.salt, a.personal_hash`

// record is a row that may be absent (a LEFT JOIN).
type record struct {
	id, at, license                         sql.Null[int64]
	action, subject, kind, actor, name      sql.Null[string]
	address, request, beforeText, afterText sql.Null[string]
	subjectID                               ident.UUID
	salt, personal                          []byte
}

func (r *record) dest() []any {
	return []any{
		&r.id, &r.at, &r.action, &r.subject, &r.subjectID, &r.license, &r.kind, &r.actor, &r.name,
		&r.address, &r.request, &r.beforeText, &r.afterText, &r.salt, &r.personal,
	}
}

func (r *record) domain() audit.Record {
	return audit.Record{
		ID: r.id.V, At: store.Instant(r.at.V), Action: r.action.V, Subject: r.subject.V, SubjectID: r.subjectID,
		LicenseID: ident.LicenseID(r.license.V), ActorKind: r.kind.V, ActorID: r.actor.V, ActorName: r.name.V,
		Address: r.address.V, RequestID: r.request.V, Before: optional(r.beforeText), After: optional(r.afterText),
		Salt: r.salt, PersonalHash: r.personal,
	}
}

func optional(s sql.Null[string]) *string {
	if !s.Valid {
		return nil
	}
	return &s.V
}

func scanRecord(scan store.Scan) (audit.Record, error) {
	var r record
	err := scan(r.dest()...)
	return r.domain(), err
}
