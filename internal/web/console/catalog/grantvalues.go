package catalog

import (
	"strconv"
	"strings"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// grantsOf reads what the form grants. Rows that the form did not show stay as
// they are in before.
func (p *Pages) grantsOf(q *web.Request, v web.Values, product catalog.Product, before terms.Grants) (terms.Grants, grantNames, error) {
	shown := map[string]bool{}
	for _, mark := range v.Values["rows"] {
		shown[mark] = true
	}
	g := terms.Grants{}
	names := grantNames{limitations: map[string]string{}}
	for _, f := range before.Features {
		if !shown[string(catalog.FeatureKind)+"."+f.ID.String()] {
			g.Features, names.features = append(g.Features, f), append(names.features, "")
		}
	}
	for _, l := range before.Limitations {
		if !shown[string(catalog.LimitationKind)+"."+l.ID.String()] {
			g.Limitations = append(g.Limitations, l)
		}
	}
	for _, x := range before.Variables {
		if !shown[string(catalog.VariableKind)+"."+x.ID.String()] {
			g.Variables, names.variables = append(g.Variables, x), append(names.variables, "")
		}
	}
	for _, k := range kinds() {
		all, err := p.allOf(q, product.ID, k.of)
		if err != nil {
			return g, names, err
		}
		for _, d := range inOrder(all, granting(before, k.of)) {
			if !shown[string(k.of)+"."+d.UUID.String()] || !v.Flag(name(k.of, d.UUID, "granted")) {
				continue
			}
			prefix := name(k.of, d.UUID, "")
			switch k.of {
			case catalog.FeatureKind:
				g.Features, names.features = append(g.Features, featureOf(v, d, before)), append(names.features, prefix)
			case catalog.LimitationKind:
				g.Limitations, names.limitations[d.Name] = append(g.Limitations, limitationOf(v, d)), prefix
			case catalog.VariableKind:
				g.Variables, names.variables = append(g.Variables, variableOf(v, d)), append(names.variables, prefix)
			}
		}
	}
	addNew(v, &g)
	return g, names, nil
}

func featureOf(v web.Values, d catalog.Definition, before terms.Grants) terms.Feature {
	at := func(part string) string { return name(catalog.FeatureKind, d.UUID, part) }
	var was time.Time
	for _, f := range before.Features {
		if f.ID == d.UUID && f.ExpiresAt != nil {
			was = *f.ExpiresAt
		}
	}
	return terms.Feature{
		ID: d.UUID, Name: d.Name, Description: d.Description, IsActive: v.Flag(at("active")), Adjustable: v.Flag(at("adjustable")),
		Hidden: v.Flag(at("hidden")), ExpiresAt: v.LastDay(at("expires"), was),
	}
}

func limitationOf(v web.Values, d catalog.Definition) terms.Limitation {
	at := func(part string) string { return name(catalog.LimitationKind, d.UUID, part) }
	l := terms.Limitation{
		ID: d.UUID, Name: d.Name, Description: d.Description, Reset: terms.Reset(v.Text(at("reset"))),
		Adjustable: v.Flag(at("adjustable")), Hidden: v.Flag(at("hidden")), Limit: quantity(v, at("limit"), v.Text(at("limit")), "unlimited"),
	}
	if l.Reset == "" {
		l.Reset = terms.ResetNone
	}
	if l.Reset == terms.ResetNone {
		return l
	}
	l.GoodwillPercent, l.MeasuredOnly = v.Int(at("goodwill_percent")), v.Flag(at("measured_only"))
	if l.Reset == terms.ResetDays {
		l.ResetDays = v.Int(at("reset_days"))
	}
	l.Alerts = alertsOf(v, at("alerts"))
	if l.ExpiresLicense = v.Flag(at("expires_license")); l.ExpiresLicense {
		l.ContractAllowed = quantity(v, at("contract_allowed"), v.Text(at("contract_allowed")), "the limit")
	}
	return l
}

// alertsOf reads percentages; the default is stored as the default, so that a
// form which was only looked at changes nothing.
func alertsOf(v web.Values, field string) []int {
	alerts := []int{}
	for _, part := range strings.FieldsFunc(v.Text(field), func(r rune) bool { return strings.ContainsRune(",; %", r) }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			v.Check(false, field, "must be percentages such as 80, 100")
			return nil
		}
		alerts = append(alerts, n)
	}
	if len(alerts) == 1 && alerts[0] == terms.DefaultAlert {
		return nil
	}
	return alerts
}

func variableOf(v web.Values, d catalog.Definition) terms.Variable {
	at := func(part string) string { return name(catalog.VariableKind, d.UUID, part) }
	return terms.Variable{
		ID: d.UUID, Name: d.Name, Description: d.Description, Value: v.Text(at("value")), Adjustable: v.Flag(at("adjustable")), Hidden: v.Flag(at("hidden")),
	}
}

// quantity reads a limit; an empty one is what without says.
func quantity(v web.Values, field, text, without string) *int64 {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	number, ok := v.Number(text)
	n, err := terms.ParseQuantity(number)
	if err != nil {
		message := err.Error()
		if !ok {
			message = "must be a number such as 1,250 or 0.5"
		}
		v.Check(false, field, message+"; empty for "+without)
		return nil
	}
	return &n
}

// addNew reads what the product does not define yet; the service defines it.
func addNew(v web.Values, g *terms.Grants) {
	for _, line := range v.Lines("new_features") {
		g.Features = append(g.Features, terms.Feature{ID: ident.UUID{}, Name: line, IsActive: true})
	}
	for _, line := range v.Lines("new_limitations") {
		label, limit, _ := strings.Cut(line, "=")
		g.Limitations = append(g.Limitations, terms.Limitation{
			Name: strings.TrimSpace(label), Reset: terms.ResetNone, Limit: quantity(v, "new_limitations", limit, "unlimited"),
		})
	}
	for _, line := range v.Lines("new_variables") {
		label, value, _ := strings.Cut(line, "=")
		g.Variables = append(g.Variables, terms.Variable{Name: strings.TrimSpace(label), Value: strings.TrimSpace(value)})
	}
}
