package licenses

import (
	"slices"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// The adjustable features, limitations and variables of an edition in a form. The
// name of a field is its kind and the id.

func fieldOf(kind string, id ident.UUID) string { return kind + "-" + id.String() }

// had finds what a licence sets of one thing.
func had[T any](all []T, is func(T) bool) (one T, found bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return one, false
}

func grantFields(page *web.Page, g terms.Grants, own terms.Overrides, zone *time.Location) []web.Field {
	var fields []web.Field
	for _, k := range g.Features {
		if k.Adjustable {
			fields = append(fields, featureFields(page, k, own, zone)...)
		}
	}
	for _, k := range g.Limitations {
		if k.Adjustable {
			fields = append(fields, limitFields(k, own)...)
		}
	}
	for _, k := range g.Variables {
		if k.Adjustable {
			o, _ := had(own.Variables, func(o terms.VariableOverride) bool { return o.ID == k.ID })
			fields = append(fields, web.Field{
				Name: fieldOf("variable", k.ID), Label: k.Name, Hint: k.Description, Placeholder: "edition: " + k.Value, Value: o.Value,
			})
		}
	}
	return fields
}

// featureFields ask whether it is on, and, once the licence says so itself, for how long.
func featureFields(page *web.Page, k terms.Feature, own terms.Overrides, zone *time.Location) []web.Field {
	is := web.Field{
		Name: fieldOf("feature", k.ID), Label: k.Name, Kind: web.SelectField, Hint: k.Description,
		Placeholder: "As the edition says: " + inForce(k.IsActive), Options: []web.Option{{Value: "on", Label: "On"}, {Value: "off", Label: "Off"}},
	}
	ends := web.Field{
		Name: fieldOf("feature-ends", k.ID), Label: k.Name + ", last day of its own", Kind: web.DateField, When: is.Name + "=on",
		Hint: "Empty: " + featureEnd(page, k) + ".",
	}
	o, _ := had(own.Features, func(o terms.FeatureOverride) bool { return o.ID == k.ID })
	if o.IsActive != nil {
		is.Value = inForce(*o.IsActive)
	}
	if o.ExpiresAt != nil {
		ends.Value, ends.When = web.LastDayValue(*o.ExpiresAt, zone), ""
	}
	return []web.Field{is, ends}
}

func featureEnd(page *web.Page, k terms.Feature) string {
	if k.ExpiresAt == nil {
		return "it ends with the licence"
	}
	return "as the edition says, " + page.LastDay(*k.ExpiresAt).Text
}

func limitFields(k terms.Limitation, own terms.Overrides) []web.Field {
	limit := web.Field{Name: fieldOf("limitation", k.ID), Label: k.Name, Hint: k.Description, Placeholder: "edition: " + show.Limit(k.Limit)}
	if limit.Hint == "" {
		limit.Hint = "A whole number, or the word unlimited."
	}
	o, ok := had(own.Limitations, func(o terms.LimitationOverride) bool { return o.ID == k.ID })
	if ok && (o.Limit != nil || o.Unlimited) {
		limit.Value = plain(o.Limit)
	}
	if !k.ExpiresLicense {
		return []web.Field{limit}
	}
	contract := web.Field{
		Name: fieldOf("contract", k.ID), Label: k.Name + ", by contract", Placeholder: "edition: " + show.Limit(k.Contract()),
		Hint: "The licence ends when so much is consumed in its whole life.",
	}
	if o.ContractAllowed != nil {
		contract.Value = plain(o.ContractAllowed)
	}
	return []web.Field{limit, contract}
}

// plain writes a limit as a field takes it back.
func plain(limit *int64) string { return strings.ReplaceAll(show.Limit(limit), ",", "") }

// readGrants reads what grantFields asked for. What the form did not have stays.
func readGrants(v web.Values, g terms.Grants, o *terms.Overrides) {
	was := *o
	o.Features, o.Limitations, o.Variables = nil, nil, nil
	for _, k := range g.Features {
		if set := readFeature(v, k, was); k.Adjustable && (set.IsActive != nil || set.ExpiresAt != nil) {
			o.Features = append(o.Features, set)
		}
	}
	for _, k := range g.Limitations {
		if set := readLimitation(v, k, was); k.Adjustable && (set.Limit != nil || set.Unlimited || set.ContractAllowed != nil) {
			o.Limitations = append(o.Limitations, set)
		}
	}
	for _, k := range g.Variables {
		set, has := had(was.Variables, func(o terms.VariableOverride) bool { return o.ID == k.ID })
		if name := fieldOf("variable", k.ID); v.Has(name) {
			set = terms.VariableOverride{ID: k.ID, Value: v.Text(name)}
			has = set.Value != ""
		}
		if k.Adjustable && has {
			o.Variables = append(o.Variables, set)
		}
	}
}

func readFeature(v web.Values, k terms.Feature, was terms.Overrides) terms.FeatureOverride {
	set, _ := had(was.Features, func(o terms.FeatureOverride) bool { return o.ID == k.ID })
	set.ID = k.ID
	if name := fieldOf("feature", k.ID); v.Has(name) {
		set.IsActive = nil
		if text := v.Text(name); text != "" {
			on := text == "on"
			set.IsActive = &on
		}
	}
	if name := fieldOf("feature-ends", k.ID); v.Has(name) {
		var end time.Time
		if set.ExpiresAt != nil {
			end = *set.ExpiresAt
		}
		set.ExpiresAt = v.LastDay(name, end)
	}
	return set
}

func readLimitation(v web.Values, k terms.Limitation, was terms.Overrides) terms.LimitationOverride {
	set, _ := had(was.Limitations, func(o terms.LimitationOverride) bool { return o.ID == k.ID })
	set.ID = k.ID
	if name := fieldOf("limitation", k.ID); v.Has(name) {
		before := set
		set.Limit, set.Unlimited = readLimit(v, name, true)
		wrong := (&terms.Overrides{Limitations: []terms.LimitationOverride{set}}).CheckLimits(&terms.Overrides{Limitations: []terms.LimitationOverride{before}})
		v.Check(wrong == nil, name, "must be a whole number, or the word unlimited")
	}
	if name := fieldOf("contract", k.ID); v.Has(name) {
		set.ContractAllowed, _ = readLimit(v, name, false)
	}
	return set
}

// readLimit reads a quantity; an empty field is neither.
func readLimit(v web.Values, name string, orUnlimited bool) (limit *int64, unlimited bool) {
	text := v.Text(name)
	switch {
	case text == "":
		return nil, false
	case orUnlimited && strings.EqualFold(text, "unlimited"):
		return nil, true
	}
	number, _ := v.Number(text)
	n, err := terms.ParseQuantity(number)
	if err != nil || n < 0 {
		message := "must be a number such as 250 or 0.5"
		if orUnlimited {
			message = "must be a whole number, or the word unlimited"
		}
		v.Check(false, name, message)
		return nil, false
	}
	return &n, false
}
