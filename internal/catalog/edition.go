package catalog

import (
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Edition is the policy and the grants that licences of it start from.
type Edition struct {
	ID          ident.EditionID
	UUID        ident.UUID
	ProductID   ident.ProductID
	ProductUUID ident.UUID
	Name        string // unique in the product
	Description string
	Mode        terms.Mode       // fixed after creation
	ClientType  terms.ClientType // fixed after creation
	LicenseType terms.LicenseType
	Policy      terms.Policy
	Grants      terms.Grants
	ArchivedAt  time.Time // zero while it is sold; else nothing new of it is issued
	Revision    int64     // part of every licence's serial; see the package's comment
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// EditionChange is what to change of an edition; nil leaves a part as it is.
// Features, Limitations and Variables each replace the whole list.
type EditionChange struct {
	Name        *string
	Description *string
	LicenseType *terms.LicenseType
	Policy      func(terms.Policy) terms.Policy // pure
	Features    *[]terms.Feature
	Limitations *[]terms.Limitation
	Variables   *[]terms.Variable
	Archived    *bool
}

func (c EditionChange) apply(e Edition, now time.Time) Edition {
	set(&e.Name, c.Name)
	set(&e.Description, c.Description)
	set(&e.LicenseType, c.LicenseType)
	archive(&e.ArchivedAt, c.Archived, now)
	if c.Policy != nil {
		e.Policy = c.Policy(e.Policy)
	}
	set(&e.Grants.Features, c.Features)
	set(&e.Grants.Limitations, c.Limitations)
	set(&e.Grants.Variables, c.Variables)
	return e
}

// maxGrants bounds each list of an edition: every answer to a client carries them all.
const maxGrants = 500

// check reports everything that is wrong with e, by field; was is what it granted before.
func (e Edition) check(was terms.Grants) error {
	var wrong fault.Fields
	wrong.Text("name", e.Name, 1, 200)
	wrong.Lines("description", e.Description, 0, 4000)
	wrong.Check(e.Mode == terms.Named || e.Mode == terms.Floating, "provisioning_mode", "must be named or floating")
	wrong.Check(e.ClientType == terms.Devices || e.ClientType == terms.Users, "client_type", "must be devices or users")
	switch e.LicenseType {
	case terms.Perpetual, terms.TimeLimited, terms.Subscription, terms.Consumption:
	default:
		wrong.Check(false, "license_type", "must be perpetual, time_limited, subscription or consumption")
	}
	wrong.Text("release_limit", e.Policy.ReleaseLimit, 0, maxRelease)
	wrong.Text("minimum_release", e.Policy.MinimumRelease, 0, maxRelease)
	gather(&wrong, e.Policy.Check(e.Mode))
	gather(&wrong, e.Policy.CheckActivation(e.Mode, e.ClientType))
	checkGrants(&wrong, e.Grants)
	gather(&wrong, e.Grants.Check())
	gather(&wrong, e.Grants.CheckLimits(was))
	return wrong.Err()
}

// gather adds the fields of a fault to wrong.
func gather(wrong *fault.Fields, err error) {
	if err != nil {
		*wrong = append(*wrong, fault.As(err).Fields...)
	}
}

func checkGrants(wrong *fault.Fields, g terms.Grants) {
	names := make([]string, 0, maxGrants)
	for _, f := range g.Features {
		names = append(names, f.Name)
	}
	checkNames(wrong, "features", names)
	names = names[:0]
	for _, l := range g.Limitations {
		names = append(names, l.Name)
	}
	checkNames(wrong, "limitations", names)
	names = names[:0]
	for i, v := range g.Variables {
		names = append(names, v.Name)
		wrong.Lines("variables["+strconv.Itoa(i)+"].value", v.Value, 0, 10_000)
	}
	checkNames(wrong, "variables", names)
	for i, f := range g.Features {
		wrong.Check(f.ExpiresAt == nil || terms.GoodInstant(*f.ExpiresAt),
			"features["+strconv.Itoa(i)+"].expires_at", "must be an instant before the year 9999, or null")
	}
}

func checkNames(wrong *fault.Fields, list string, names []string) {
	if len(names) > maxGrants {
		wrong.Check(false, list, "must hold at most 500 entries")
		return
	}
	seen := map[string]bool{}
	for i, name := range names {
		field := list + "[" + strconv.Itoa(i) + "].name"
		checkName(wrong, field, name)
		wrong.Check(!seen[name], field, "is in the list twice")
		seen[name] = true
	}
}

// withDefaults fills what a caller may leave out.
func (e Edition) withDefaults() Edition {
	if e.Mode == "" {
		e.Mode = terms.Named
	}
	if e.ClientType == "" {
		e.ClientType = terms.Devices
	}
	if e.LicenseType == "" {
		e.LicenseType = terms.Perpetual
	}
	for i := range e.Grants.Limitations {
		if e.Grants.Limitations[i].Reset == "" {
			e.Grants.Limitations[i].Reset = terms.ResetNone
		}
	}
	return e
}
