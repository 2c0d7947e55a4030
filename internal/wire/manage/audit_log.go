package manage

import (
	"context"
	"encoding/json"
	"time"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
)

// AuditRows reads the audit log.
type AuditRows interface {
	List(ctx context.Context, vendor ident.VendorID, f audit.Filter, r listing.Request) (listing.Page[audit.Record], error)
	Heads(ctx context.Context, vendor ident.VendorID, limit int) ([]string, error)
}

type auditRecord struct {
	At        time.Time       `json:"at"`
	Action    string          `json:"action" example:"license.changed"`
	Subject   string          `json:"subject"`
	SubjectID *ident.UUID     `json:"subject_id" format:"uuid" nullable:"true"`
	Actor     auditActor      `json:"actor"`
	Address   string          `json:"address" doc:"where the request came from"`
	RequestID string          `json:"request_id"`
	Before    json.RawMessage `json:"before" doc:"what the subject was; null when it was made"`
	After     json.RawMessage `json:"after" doc:"what it became; null when it was removed"`
}

type auditActor struct {
	Kind string `json:"kind" doc:"client, api_key, user or system"`
	ID   string `json:"id"`
	Name string `json:"name" doc:"the person that an API call named"`
}

func showRecord(r audit.Record) auditRecord {
	return auditRecord{
		At: r.At, Action: r.Action, Subject: r.Subject, SubjectID: idOrNil(r.SubjectID),
		Actor: auditActor{Kind: r.ActorKind, ID: r.ActorID, Name: r.ActorName}, Address: r.Address, RequestID: r.RequestID,
		Before: rawOrNull(r.Before), After: rawOrNull(r.After),
	}
}

func rawOrNull(s *string) json.RawMessage {
	if s == nil {
		return nil
	}
	return json.RawMessage(*s)
}

type auditHeads struct {
	Items []string `json:"items" nullable:"false" doc:"signed heads of the chain, the newest first; keep one elsewhere"`
}

func (a *API) auditLog() []operation {
	const group = "Audit log"
	return []operation{
		list(a, operation{
			Path: "/audit-log", ID: "list-audit-log", Group: group, Summary: "List the audit log, the newest first",
			About: "A search that finds little looks at 20,000 records a page: a page may hold few items, even none, and yet have a next_cursor.",
			Queries: []query{
				{Name: "action", Kind: textKind, Doc: "such as license.changed"},
				{Name: "subject", Kind: textKind, Doc: "such as license"},
				{Name: "subject_id", Kind: uuidKind, Doc: "of one thing"},
				{Name: "license_id", Kind: uuidKind, Doc: "the history of one licence"},
				{Name: "actor_id", Kind: textKind, Doc: "of the API key, user or client that acted"},
				{Name: "from", Kind: instantKind, Doc: "inclusive"},
				{Name: "to", Kind: instantKind, Doc: "exclusive"},
			},
			Permission: identity.ViewAuditLog,
		}, audit.Sorts(), func(q *request, r listing.Request) (listing.Page[audit.Record], error) {
			return a.AuditRows.List(q.ctx, q.vendor, audit.Filter{
				Action: q.text("action"), Subject: q.text("subject"), SubjectID: q.uuid("subject_id"), License: q.uuid("license_id"),
				ActorID: q.text("actor_id"), From: q.instant("from"), To: q.instant("to"),
			}, r)
		}, showRecord),
		get(a, operation{
			Path: "/audit-log/heads", ID: "list-audit-heads", Group: group, Summary: "The newest signed heads of the audit log's chain",
			About:      "A head that is kept elsewhere shows later whether any record before it was changed.",
			Permission: identity.ViewAuditLog,
		}, func(q *request) (auditHeads, error) {
			heads, err := a.AuditRows.Heads(q.ctx, q.vendor, 10)
			return auditHeads{Items: append([]string{}, heads...)}, err
		}),
	}
}
