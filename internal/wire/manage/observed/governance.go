package observed

import (
	"time"

	"chancery/internal/identity"
	"chancery/internal/observe"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type observedCoverage struct {
	Days    int64 `json:"days"`
	Events  int64 `json:"events"`
	Account int64 `json:"with_account_id"`
	License int64 `json:"with_license_id"`
}

type observedVersion struct {
	observedCoverage

	Product string `json:"product"`
	Version string `json:"product_version"`
}

type observedNames struct {
	Kind  string `json:"kind" enum:"licenses,accounts,actors,products,product_versions"`
	Count int64  `json:"count"`
	Most  int64  `json:"most" doc:"items that name a further one are refused"`
}

type refusedCount struct {
	Reason observe.Reason `json:"reason"`
	Items  int64          `json:"items"`
}

type observedGovernance struct {
	AsOf          *time.Time         `json:"as_of"`
	RetentionDays int64              `json:"retention_days"`
	KnownOnly     bool               `json:"known_products_only"`
	KeptFrom      *time.Time         `json:"kept_from" doc:"events before it are no longer kept; null while none were deleted"`
	Coverage      []observedCoverage `json:"coverage" nullable:"false" doc:"of the last 30 and 90 days (UTC)"`
	Versions      []observedVersion  `json:"versions" nullable:"false" doc:"of the last 30 days, those with most events without a licence id first; at most 50"`
	Names         []observedNames    `json:"names" nullable:"false"`
	Refused       []refusedCount     `json:"refused" nullable:"false" doc:"items refused since events are kept, by reason"`
	Waiting       int64              `json:"waiting" doc:"items that are accepted and not counted yet"`

	HighCardinality bool `json:"high_cardinality" doc:"there are more than half as many licence ids as actors: use one id for each contract"`
}

func (a *Area) governance(m *operation.Maker) operation.Operation {
	return operation.Get(m, operation.Operation{
		Path: "/observed/governance", ID: "get-observed-governance", Group: group, Summary: "How much is observed, kept and refused",
		Permission: identity.ViewUsage,
	}, func(q *operation.Request) (observedGovernance, error) {
		g, err := a.Rows.Governance(q.Context, q.Vendor, a.Clock.Now())
		if err != nil {
			return observedGovernance{}, err
		}
		tiles, err := a.Lists.Tiles(q.Context, q.Vendor, observe.License)
		if err != nil {
			return observedGovernance{}, err
		}
		return showGovernance(g, tiles), nil
	})
}

func showGovernance(g observe.Governance, tiles observe.Tiles) observedGovernance {
	shown := observedGovernance{
		AsOf: value.TimeOrNil(g.AsOf), RetentionDays: g.Settings.RetentionDays, KnownOnly: g.Settings.KnownOnly, KeptFrom: value.TimeOrNil(g.KeptFrom),
		Coverage: []observedCoverage{}, Versions: []observedVersion{}, Refused: []refusedCount{}, Waiting: g.Waiting, HighCardinality: tiles.HighCardinality(),
	}
	for _, c := range g.Coverage {
		shown.Coverage = append(shown.Coverage, observedCoverage{c.Days, c.Events, c.Account, c.License})
	}
	for _, v := range g.Versions {
		shown.Versions = append(shown.Versions, observedVersion{observedCoverage{v.Days, v.Events, v.Account, v.License}, v.Product, v.Version})
	}
	for i, name := range []string{"licenses", "accounts", "actors", "products", "product_versions"} {
		kind := observe.License + observe.Kind(i)
		shown.Names = append(shown.Names, observedNames{name, g.Names[kind], observe.MostNames(kind)})
	}
	for _, r := range g.Refused {
		shown.Refused = append(shown.Refused, refusedCount(r))
	}
	return shown
}
