package catalog

import (
	"strconv"
	"time"

	"chancery/internal/entry"
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

// read returns e as it is stored; was is what it was before. The fault names everything
// that is wrong. The lists of e must be its own.
func (e Edition) read(was Edition) (Edition, error) {
	var wrong fault.Fields
	e.Name = entry.Name(&wrong, "name", e.Name, was.Name, 1, 200)
	e.Description = entry.Lines(&wrong, "description", e.Description, 0, 4000)
	policy, err := e.Policy.ReadReleases(was.Policy)
	gather(&wrong, err)
	e.Policy = policy
	wrong.Check(e.Mode == terms.Named || e.Mode == terms.Floating, "provisioning_mode", "must be named or floating")
	wrong.Check(e.ClientType == terms.Devices || e.ClientType == terms.Users, "client_type", "must be devices or users")
	switch e.LicenseType {
	case terms.Perpetual, terms.TimeLimited, terms.Subscription, terms.Consumption:
	default:
		wrong.Check(false, "license_type", "must be perpetual, time_limited, subscription or consumption")
	}
	gather(&wrong, e.Policy.Check(e.Mode))
	gather(&wrong, e.Policy.CheckActivation(e.Mode, e.ClientType))
	readGrants(&wrong, e.Grants, was.Grants)
	gather(&wrong, e.Grants.Check())
	gather(&wrong, e.Grants.CheckLimits(was.Grants))
	return e, wrong.Err()
}

// gather adds the fields of a fault to wrong.
func gather(wrong *fault.Fields, err error) {
	if err != nil {
		*wrong = append(*wrong, fault.As(err).Fields...)
	}
}

// readGrants reads the names of g in place; was is what was granted before.
func readGrants(wrong *fault.Fields, g, was terms.Grants) {
	readNames(wrong, "features", pointers(g.Features, featureName), pointers(was.Features, featureName))
	readNames(wrong, "limitations", pointers(g.Limitations, limitationName), pointers(was.Limitations, limitationName))
	readNames(wrong, "variables", pointers(g.Variables, variableName), pointers(was.Variables, variableName))
	for i, v := range g.Variables {
		wrong.Lines("variables["+strconv.Itoa(i)+"].value", v.Value, 0, 10_000)
	}
	for i, f := range g.Features {
		wrong.Check(f.ExpiresAt == nil || terms.GoodInstant(*f.ExpiresAt),
			"features["+strconv.Itoa(i)+"].expires_at", "must be an instant before the year 9999, or null")
	}
}

func featureName(f *terms.Feature) *string       { return &f.Name }
func limitationName(l *terms.Limitation) *string { return &l.Name }
func variableName(v *terms.Variable) *string     { return &v.Name }

func pointers[T any](list []T, name func(*T) *string) []*string {
	all := make([]*string, len(list))
	for i := range list {
		all[i] = name(&list[i])
	}
	return all
}

func readNames(wrong *fault.Fields, list string, names, were []*string) {
	if len(names) > maxGrants {
		wrong.Check(false, list, "must hold at most 500 entries")
		return
	}
	old, seen := map[string]bool{}, map[string]bool{}
	for _, name := range were {
		old[*name] = true
	}
	for i, name := range names {
		field := list + "[" + strconv.Itoa(i) + "].name"
		if !old[*name] {
			*name = entry.Name(wrong, field, *name, "", 1, maxName)
		}
		wrong.Check(!seen[*name], field, "is in the list twice")
		seen[*name] = true
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
