package licenses

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"chancery/internal/terms"
	"chancery/internal/web"
)

// A licence's own terms in a form: a field that is left empty is the edition's.

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func inForce(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// addTerms puts an edition's terms into a form, with what the licence sets itself.
func addTerms(f *web.Form, page *web.Page, mode terms.Mode, policy terms.Policy, grants terms.Grants, own terms.Overrides, zone *time.Location) {
	many := web.Group{Title: "How many", Text: "Leave a field empty for what the edition says."}
	frees := web.Group{Title: "Releasing devices", Text: "What the customer may do without you. Leave a field empty for what the edition says.", Folded: true}
	long := web.Group{Title: "Heartbeats, trial and releases", Text: "Seldom set for one licence.", Folded: true}
	for _, t := range ownTerms(mode, policy) {
		group := &many
		switch {
		case t.Frees:
			group = &frees
		case t.Mode == "":
			group = &long
		}
		group.Fields = append(group.Fields, termField(t, policy, own))
	}
	f.Add(many)
	f.Add(frees)
	if granted := grantFields(page, grants, own, zone); len(granted) > 0 {
		f.Add(web.Group{
			Title: "What it grants", Text: "What the edition lets a licence adjust. Leave a field empty for what the edition says.",
			Fields: granted,
		})
	}
	f.Add(long)
}

// ownTerms lists what a licence of an edition in this mode and with this policy can set
// for itself.
func ownTerms(mode terms.Mode, policy terms.Policy) []terms.Field {
	return slices.DeleteFunc(terms.Fields(), func(f terms.Field) bool { return !f.IsOverridable() || !f.Suits(mode, policy) })
}

// termField asks for one term. Empty stands for the edition's.
func termField(t terms.Field, policy terms.Policy, own terms.Overrides) web.Field {
	field := web.Field{Name: t.Name, Label: t.Label, Unit: t.Unit, Hint: t.Hint, Placeholder: "edition: " + termText(t, t.Value(policy))}
	switch set := t.Own(&own).(type) {
	case int64:
		field.Value = strconv.FormatInt(set, 10)
	case bool:
		field.Value = yes(set)
	case string:
		field.Value = set
	}
	if t.Kind == terms.Switch {
		field.Kind, field.Placeholder = web.SelectField, "As the edition says: "+termText(t, t.Value(policy))
		field.Options = []web.Option{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}
	}
	return field
}

// termText shows the value of a term.
func termText(t terms.Field, value any) string {
	switch value := value.(type) {
	case int64:
		return web.Number(value)
	case bool:
		return yes(value)
	case string:
		return cmp.Or(value, "any")
	}
	return cmp.Or(t.Without, "none")
}

// readTerms reads what addTerms asked for. A field that the form did not have
// leaves a thing as it was.
func readTerms(v web.Values, mode terms.Mode, policy terms.Policy, grants terms.Grants, was terms.Overrides) terms.Overrides {
	o := was
	for _, t := range ownTerms(mode, policy) {
		if v.Has(t.Name) {
			t.SetOwn(&o, termOf(v, t))
		}
	}
	readGrants(v, grants, &o)
	return o
}

// termOf reads one term; nil stands for the edition's.
func termOf(v web.Values, t terms.Field) any {
	text := v.Text(t.Name)
	switch {
	case text == "":
	case t.Kind == terms.Switch:
		return text == "yes"
	case t.Kind == terms.Text:
		return text
	default:
		if n := v.IntOrNil(t.Name); n != nil {
			return int64(*n)
		}
	}
	return nil
}
