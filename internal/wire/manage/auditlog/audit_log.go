package auditlog

import (
	"context"
	"encoding/json"
	"time"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
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
		At: r.At, Action: r.Action, Subject: r.Subject, SubjectID: value.IDOrNil(r.SubjectID),
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

func (a *Area) auditLog(m *operation.Maker) []operation.Operation {
	const group = "Audit log"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/audit-log", ID: "list-audit-log", Group: group, Summary: "List the audit log, the newest first",
			About: "A search that finds little looks at 20,000 records a page: a page may hold few items, even none, and yet have a next_cursor.",
			Queries: []operation.Query{
				{Name: "action", Kind: operation.Text, Doc: "such as license.changed"},
				{Name: "subject", Kind: operation.Text, Doc: "such as license"},
				{Name: "subject_id", Kind: operation.UUID, Doc: "of one thing"},
				{Name: "license_id", Kind: operation.UUID, Doc: "the history of one licence"},
				{Name: "actor_id", Kind: operation.Text, Doc: "of the API key, user or client that acted"},
				{Name: "from", Kind: operation.Instant, Doc: "inclusive"},
				{Name: "to", Kind: operation.Instant, Doc: "exclusive"},
			},
			Permission: identity.ViewAuditLog, Compress: true,
		}, audit.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[audit.Record], error) {
			return a.AuditRows.List(q.Context, q.Vendor, audit.Filter{
				Action: q.Text("action"), Subject: q.Text("subject"), SubjectID: q.UUID("subject_id"), License: q.UUID("license_id"),
				ActorID: q.Text("actor_id"), From: q.Instant("from"), To: q.Instant("to"),
			}, r)
		}, showRecord),
		operation.Get(m, operation.Operation{
			Path: "/audit-log/heads", ID: "list-audit-heads", Group: group, Summary: "The newest signed heads of the audit log's chain",
			About:      "A head that is kept elsewhere shows later whether any record before it was changed.",
			Permission: identity.ViewAuditLog,
		}, func(q *operation.Request) (auditHeads, error) {
			heads, err := a.AuditRows.Heads(q.Context, q.Vendor, 10)
			return auditHeads{Items: append([]string{}, heads...)}, err
		}),
	}
}
