package observed

import (
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/observe"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

const group = "Observed usage"

const freshness = "Figures are of the 30 × 24 hours before as_of, and exact as of it. "

// observedLicense is an observed licence as it is sent.
type observedLicense struct {
	LicenseID     string         `json:"license_id" doc:"as programs sent it; nothing says that it is valid"`
	Status        observe.Status `json:"status" enum:"active,quiet,dormant"`
	LatestAccount *string        `json:"latest_observed_account_id" doc:"of the newest event that named one; null when none did"`
	Accounts      int64          `json:"distinct_account_count_30d"`
	Actors        int64          `json:"active_actor_count_30d"`
	Events        int64          `json:"event_count_30d"`
	Products      int64          `json:"product_count"`
	Versions      int64          `json:"version_count"`
	FirstSeen     time.Time      `json:"first_seen_at"`
	LastSeen      time.Time      `json:"last_seen_at"`
}

// observedAccount is an observed account as it is sent.
type observedAccount struct {
	AccountID     string         `json:"account_id" doc:"as programs sent it"`
	Status        observe.Status `json:"status" enum:"active,quiet,dormant"`
	LatestLicense *string        `json:"latest_observed_license_id" doc:"of the newest event that named one; null when none did"`
	Licenses      int64          `json:"distinct_license_count_30d"`
	Actors        int64          `json:"active_actor_count_30d"`
	Events        int64          `json:"event_count_30d"`
	Products      int64          `json:"product_count"`
	Versions      int64          `json:"version_count"`
	FirstSeen     time.Time      `json:"first_seen_at"`
	LastSeen      time.Time      `json:"last_seen_at"`
}

// asOf is a page of a list with the instant as of which it is exact.
type asOf[T any] struct {
	operation.Page[T]

	AsOf *time.Time `json:"as_of" doc:"null before the first event"`
}

func showLicense(r observe.Row) observedLicense {
	return observedLicense{r.ID, r.Status, textOrNil(r.Latest), r.Others, r.Actors, r.Events, r.Products, r.Versions, r.First, r.Last}
}

func showAccount(r observe.Row) observedAccount {
	return observedAccount{r.ID, r.Status, textOrNil(r.Latest), r.Others, r.Actors, r.Events, r.Products, r.Versions, r.First, r.Last}
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func filters(what, shared string) []operation.Query {
	return []operation.Query{
		{Name: "search", Kind: operation.Text, Doc: "any part of the id, of all " + what},
		{Name: "status", Kind: operation.Text, Enum: []string{"active", "quiet", "dormant"}, Doc: "by last seen: up to 7 × 24 h, 30 × 24 h, longer ago"},
		{Name: "min_active_actors", Kind: operation.Whole, Doc: "at least so many actors"},
		{Name: shared, Kind: operation.Flag, Doc: "seen with more than one, or with at most one"},
	}
}

func filterOf(q *operation.Request, kind observe.Kind, shared string) (observe.Filter, error) {
	f := observe.Filter{
		Kind: kind, Search: q.Text("search"), Status: observe.Status(q.Text("status")), MinActors: q.Whole("min_active_actors"), Shared: q.Flag(shared),
	}
	var wrong fault.Fields
	wrong.Check(f.MinActors >= 0, "min_active_actors", "must be 0 or more")
	return f, wrong.Err()
}

// subjects makes the list of licences or of accounts.
func subjects[T any](
	a *Area, m *operation.Maker, op operation.Operation, kind observe.Kind, shared string, show func(observe.Row) T, heads [3]string,
) operation.Operation {
	op.Group, op.Permission, op.Compress = group, identity.ViewAccounts, true
	sorts := observe.Sorts(kind)
	list := operation.ListOf(m, op, sorts, func(q *operation.Request, r listing.Request) (asOf[T], error) {
		page, at, err := a.page(q, kind, shared, r)
		return asOf[T]{operation.PageOf(page, show), value.TimeOrNil(at)}, err
	})
	op.Queries = list.Queries
	file := operation.CSV(op, sorts, func(q *operation.Request, r listing.Request) (listing.Page[observe.Row], error) {
		page, _, err := a.page(q, kind, shared, r)
		return page, err
	}, operation.Export[observe.Row]{
		Name: "observed-" + heads[0],
		Heads: []string{
			heads[1], "status", heads[2], "distinct_" + shared[len("multi_"):] + "_count_30d", "active_actor_count_30d", "event_count_30d",
			"product_count", "version_count", "first_seen_at", "last_seen_at",
		},
		Line: line,
	})
	return operation.OrCSV(list, file)
}

func line(r observe.Row) []string {
	cells := []string{operation.Cell(r.ID), string(r.Status), operation.Cell(r.Latest)}
	for _, n := range []int64{r.Others, r.Actors, r.Events, r.Products, r.Versions} {
		cells = append(cells, strconv.FormatInt(n, 10))
	}
	return append(cells, operation.Moment(r.First), operation.Moment(r.Last))
}

func (a *Area) page(q *operation.Request, kind observe.Kind, shared string, r listing.Request) (listing.Page[observe.Row], time.Time, error) {
	if err := a.gate(q); err != nil {
		return listing.Page[observe.Row]{}, time.Time{}, err
	}
	f, err := filterOf(q, kind, shared)
	if err != nil {
		return listing.Page[observe.Row]{}, time.Time{}, err
	}
	return a.Lists.List(q.Context, q.Vendor, f, r)
}

const (
	byAccount = "multi_account"
	byLicense = "multi_license"
)

// Licenses is the list of observed licences, which has an address of its own beside the
// management API's.
func (a *Area) Licenses(m *operation.Maker) operation.Operation {
	return subjects(a, m, operation.Operation{
		Path: "/observed/licenses", ID: "list-observed-licenses", Summary: "List observed licences",
		About:   freshness + "With Accept: text/csv it is a file. GET /v1/licenses is the same list.",
		Queries: filters("licences", byAccount),
	}, observe.License, byAccount, showLicense, [3]string{"licenses", "license_id", "latest_observed_account_id"})
}

func (a *Area) accounts(m *operation.Maker) operation.Operation {
	return subjects(a, m, operation.Operation{
		Path: "/observed/accounts", ID: "list-observed-accounts", Summary: "List observed accounts",
		About:   freshness + "With Accept: text/csv it is a file.",
		Queries: filters("accounts", byLicense),
	}, observe.Account, byLicense, showAccount, [3]string{"accounts", "account_id", "latest_observed_license_id"})
}
