package observed

import (
	"cmp"
	"encoding/json"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/observe"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// event is an event, session or exception as it is sent.
type observedEvent struct {
	What       string          `json:"kind" enum:"event,session_start,session_end,exception"`
	ID         string          `json:"id" doc:"event_id, exception_id or session_id, as it was sent"`
	At         time.Time       `json:"timestamp" doc:"the time of receipt where the program's was ahead of it"`
	Category   string          `json:"category"`
	Name       string          `json:"name" doc:"of an exception its type, of the end of a session its reason"`
	ActorID    string          `json:"actor_id"`
	CountedAs  string          `json:"counted_as" doc:"the actor that this one was joined to; itself if none"`
	Product    string          `json:"product"`
	Version    string          `json:"product_version"`
	SessionID  *string         `json:"session_id"`
	AccountID  *string         `json:"account_id"`
	LicenseID  *string         `json:"license_id"`
	Properties json.RawMessage `json:"properties" doc:"of an exception: severity, message, stack_trace, breadcrumbs; null for none"`
}

type observedEvents struct {
	operation.Page[observedEvent]

	AsOf     *time.Time `json:"as_of" doc:"what came later is not in the list yet; null before the first event"`
	KeptFrom *time.Time `json:"kept_from" doc:"events before it are no longer kept; null while none were deleted"`
}

func words(w observe.What) string {
	return map[observe.What]string{
		observe.Event: "event", observe.SessionStart: "session_start", observe.SessionEnd: "session_end", observe.Exception: "exception",
		observe.Identify: "identify",
	}[w]
}

func showEvent(r observe.EventRow) observedEvent {
	e := observedEvent{
		What: words(r.What), ID: r.ID.String(), At: r.At, Category: r.Category, Name: r.Name, ActorID: r.Actor, CountedAs: r.CountedAs,
		Product: r.Product, Version: r.Version, AccountID: textOrNil(r.Account), LicenseID: textOrNil(r.License),
	}
	if !r.Session.IsZero() {
		e.SessionID = textOrNil(r.Session.String())
	}
	if r.Body != "" {
		e.Properties = json.RawMessage(r.Body)
	}
	return e
}

func (a *Area) events(m *operation.Maker) operation.Operation {
	return operation.Get(m, operation.Operation{
		Path: "/observed/events", ID: "list-observed-events", Group: group, Summary: "List observed events, the newest first",
		About: "Sessions and exceptions are among them. A search that finds little looks at some of the time only: a page may hold few items, " +
			"even none, and yet have a next_cursor.",
		Queries: []operation.Query{
			{Name: "license_id", Kind: operation.Text, Doc: "exactly"},
			{Name: "account_id", Kind: operation.Text, Doc: "exactly"},
			{Name: "actor_id", Kind: operation.Text, Doc: "exactly, with all actors that it was joined with"},
			{Name: "product", Kind: operation.Text, Doc: "exactly"},
			{Name: "name", Kind: operation.Text, Doc: "exactly"},
			{Name: "from", Kind: operation.Instant, Doc: "inclusive"},
			{Name: "to", Kind: operation.Instant, Doc: "exclusive"},
			{Name: "limit", Kind: operation.Whole, Doc: "rows of a page, 1 to 500; 50 if left out"},
			{Name: "cursor", Kind: operation.Text, Doc: "next_cursor of the page before, with the same filters"},
		},
		Permission: identity.ViewUsage, Compress: true,
	}, func(q *operation.Request) (observedEvents, error) {
		limit := cmp.Or(q.Limit(), listing.DefaultLimit)
		var wrong fault.Fields
		wrong.Check(limit >= 1 && limit <= listing.MaxLimit, "limit", "must be between 1 and 500")
		if err := wrong.Err(); err != nil {
			return observedEvents{}, err
		}
		found, err := a.Rows.Events(q.Context, q.Vendor, observe.EventFilter{
			License: q.Text("license_id"), Account: q.Text("account_id"), Actor: q.Text("actor_id"), Product: q.Text("product"), Name: q.Text("name"),
			From: q.Instant("from"), To: q.Instant("to"),
		}, limit, q.Text("cursor"))
		return observedEvents{
			operation.PageOf(listing.Page[observe.EventRow]{Items: found.Items, Next: found.Next}, showEvent),
			value.TimeOrNil(found.AsOf), value.TimeOrNil(found.KeptFrom),
		}, err
	})
}

type invalidEvent struct {
	Received time.Time      `json:"received_at"`
	What     string         `json:"kind" enum:"event,session_start,session_end,exception,identify"`
	Reason   observe.Reason `json:"reason"`
	Wrong    string         `json:"detail" doc:"what is wrong"`
	Help     string         `json:"help" doc:"how to mend it"`
	Product  string         `json:"product"`
	Version  string         `json:"product_version"`
	Payload  string         `json:"payload" doc:"as it was sent, up to 8 KB"`
}

func (a *Area) invalid(m *operation.Maker) operation.Operation {
	return operation.List(m, operation.Operation{
		Path: "/observed/invalid", ID: "list-invalid-events", Group: group, Summary: "List what was refused, the newest first",
		About: "The newest 10,000 are kept, and 100 of one call; governance counts all.", Permission: identity.ViewUsage, Compress: true,
		Queries: []operation.Query{{Name: "reason", Kind: operation.Text, Doc: "such as invalid_license_id"}},
	}, []string{"-received_at"}, func(q *operation.Request, r listing.Request) (listing.Page[observe.InvalidRow], error) {
		return a.Rows.Invalid(q.Context, q.Vendor, observe.InvalidFilter{Reason: observe.Reason(q.Text("reason"))}, r)
	}, func(r observe.InvalidRow) invalidEvent {
		told := observe.RefusalOf(r.Reason)
		return invalidEvent{r.Received, words(r.What), r.Reason, told.Wrong, told.Help, r.Product, r.Version, r.Payload}
	})
}

type joinedActor struct {
	ActorID    string    `json:"actor_id"`
	Identified string    `json:"identified_actor_id" doc:"as whom it was identified"`
	CountedAs  string    `json:"counted_as" doc:"the one actor that both are"`
	At         time.Time `json:"identified_at"`
}

func (a *Area) identities(m *operation.Maker) operation.Operation {
	return operation.List(m, operation.Operation{
		Path: "/observed/identities", ID: "list-observed-identities", Group: group, Summary: "List joined actors, the newest first",
		Permission: identity.ViewAccounts, Compress: true,
		Queries: []operation.Query{{Name: "actor_id", Kind: operation.Text, Doc: "exactly: the anonymous one, or the one that it is counted as"}},
	}, []string{"-joined_at"}, func(q *operation.Request, r listing.Request) (listing.Page[observe.Identity], error) {
		if err := a.gate(q); err != nil {
			return listing.Page[observe.Identity]{}, err
		}
		return a.Rows.Identities(q.Context, q.Vendor, q.Text("actor_id"), r)
	}, func(r observe.Identity) joinedActor {
		return joinedActor{r.Actor, r.Identified, r.CountedAs, r.At}
	})
}
