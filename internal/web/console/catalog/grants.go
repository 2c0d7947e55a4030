package catalog

import (
	"strconv"
	"strings"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// grantGroup is the part of the form for one kind of definition.
type grantGroup struct {
	Title string
	Text  string
	Rows  []grantRow
	New   web.Field // for what the product does not define yet
}

// grantRow is one definition: whether it is granted, and how.
type grantRow struct {
	Name        string
	Description string
	Mark        string // tells the form's reader that the row was shown
	Granted     web.Field
	When        string
	Fields      []web.Field
}

// name is the name of a field of one definition's row.
func name(k catalog.Kind, id ident.UUID, part string) string {
	return string(k) + "." + id.String() + "." + part
}

// grantForm makes the part of the form in which definitions are granted: those
// of the edition first, in its order, then the product's others by name.
func (p *Pages) grantForm(q *web.Request, form *web.Form, product catalog.Product, g terms.Grants) ([]grantGroup, error) {
	// Add fills fields with what was sent; these stand in groups of their own.
	fill := func(of string, fields ...web.Field) []web.Field {
		form.Add(web.Group{Title: of, Fields: fields})
		last := len(form.Groups) - 1
		filled := form.Groups[last].Fields
		form.Groups = form.Groups[:last]
		return filled
	}
	groups := []grantGroup{
		{Title: "Features", Text: kinds()[0].means, New: web.Field{Name: "new_features", Label: "New features", Hint: "One name for each line: the product gets them, and this edition grants them."}},
		{Title: "Limitations", Text: kinds()[1].means, New: web.Field{Name: "new_limitations", Label: "New limitations", Hint: "One for each line: a name, or a name = a number. Without a number it is unlimited."}},
		{Title: "Variables", Text: kinds()[2].means, New: web.Field{Name: "new_variables", Label: "New variables", Hint: "One for each line: name = value."}},
	}
	zone := q.VendorZone()
	for i, k := range kinds() {
		all, err := p.allOf(q, product.ID, k.of)
		if err != nil {
			return nil, err
		}
		for _, d := range inOrder(all, granting(g, k.of)) {
			row := grantRow{
				Name: d.Name, Description: firstLine(d.Description),
				Mark: string(k.of) + "." + d.UUID.String(), When: name(k.of, d.UUID, "granted") + "=on",
			}
			is, fields := rowFields(g, k.of, d.UUID, zone)
			filled := fill(d.Name, append([]web.Field{{Name: name(k.of, d.UUID, "granted"), Label: d.Name, Kind: web.CheckField, Value: on(is)}}, fields...)...)
			row.Granted, row.Fields = filled[0], filled[1:]
			groups[i].Rows = append(groups[i].Rows, row)
		}
		groups[i].New.Kind, groups[i].New.Rows = web.AreaField, 2
		groups[i].New = fill("", groups[i].New)[0]
	}
	return groups, nil
}

// granting gives the ids of what g grants of a kind, in its order.
func granting(g terms.Grants, k catalog.Kind) []ident.UUID {
	var ids []ident.UUID
	switch k {
	case catalog.FeatureKind:
		for _, f := range g.Features {
			ids = append(ids, f.ID)
		}
	case catalog.LimitationKind:
		for _, l := range g.Limitations {
			ids = append(ids, l.ID)
		}
	case catalog.VariableKind:
		for _, v := range g.Variables {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// inOrder puts the definitions with these ids first, in their order.
func inOrder(all []catalog.Definition, first []ident.UUID) []catalog.Definition {
	place := map[ident.UUID]int{}
	for i, id := range first {
		place[id] = i + 1
	}
	front, rest := make([]catalog.Definition, len(first)), make([]catalog.Definition, 0, len(all))
	for _, d := range all {
		if i := place[d.UUID]; i > 0 {
			front[i-1] = d
		} else {
			rest = append(rest, d)
		}
	}
	ordered := make([]catalog.Definition, 0, len(all))
	for _, d := range front {
		if !d.UUID.IsZero() { // beyond what pages read
			ordered = append(ordered, d)
		}
	}
	return append(ordered, rest...)
}

// rowFields are the fields of one definition's row as g grants it, or as it
// would be granted.
func rowFields(g terms.Grants, k catalog.Kind, id ident.UUID, zone *time.Location) (is bool, fields []web.Field) {
	adjustable, hidden := false, false
	switch k {
	case catalog.FeatureKind:
		f := terms.Feature{IsActive: true}
		for _, known := range g.Features {
			if known.ID == id {
				f, is = known, true
			}
		}
		ends := ""
		if f.ExpiresAt != nil {
			ends = web.LastDayValue(*f.ExpiresAt, zone)
		}
		adjustable, hidden = f.Adjustable, f.Hidden
		fields = []web.Field{
			{Name: name(k, id, "active"), Label: "Switched on", Kind: web.CheckField, Value: on(f.IsActive)},
			{Name: name(k, id, "expires"), Label: "Last day of its own", Kind: web.DateField, Value: ends},
		}
	case catalog.LimitationKind:
		l := terms.Limitation{Reset: terms.ResetNone}
		for _, known := range g.Limitations {
			if known.ID == id {
				l, is = known, true
			}
		}
		adjustable, hidden, fields = l.Adjustable, l.Hidden, limitationFields(k, id, l)
	case catalog.VariableKind:
		v := terms.Variable{}
		for _, known := range g.Variables {
			if known.ID == id {
				v, is = known, true
			}
		}
		adjustable, hidden = v.Adjustable, v.Hidden
		fields = []web.Field{{Name: name(k, id, "value"), Label: "Value", Kind: web.AreaField, Rows: 1, Value: v.Value, Mono: true}}
	}
	return is, append(fields,
		web.Field{Name: name(k, id, "adjustable"), Label: "Licences may change it", Kind: web.CheckField, Value: on(adjustable)},
		web.Field{Name: name(k, id, "hidden"), Label: "Hidden", Kind: web.CheckField, Value: on(hidden)})
}

func limitationFields(k catalog.Kind, id ident.UUID, l terms.Limitation) []web.Field {
	limit, days := "", ""
	if l.Limit != nil {
		limit = string(terms.AppendQuantity(nil, *l.Limit))
	}
	if l.ResetDays > 0 {
		days = strconv.Itoa(l.ResetDays)
	}
	alerts := make([]string, len(l.AlertPercents()))
	for i, n := range l.AlertPercents() {
		alerts[i] = strconv.Itoa(n)
	}
	contract := ""
	if l.ContractAllowed != nil {
		contract = string(terms.AppendQuantity(nil, *l.ContractAllowed))
	}
	reset := name(k, id, "reset")
	metered := reset + "=never|days|month|quarter|year"
	return []web.Field{
		{Name: name(k, id, "limit"), Label: "Limit", Value: limit, Placeholder: "unlimited"},
		{Name: reset, Label: "How it is counted", Kind: web.SelectField, Value: string(l.Reset), Options: []web.Option{
			{Value: string(terms.ResetNone), Label: "A fixed number, nothing is consumed"},
			{Value: string(terms.ResetNever), Label: "Consumed once, for life"},
			{Value: string(terms.ResetMonth), Label: "Consumed, anew each month"},
			{Value: string(terms.ResetQuarter), Label: "Consumed, anew each quarter"},
			{Value: string(terms.ResetYear), Label: "Consumed, anew each year"},
			{Value: string(terms.ResetDays), Label: "Consumed, anew every so many days"},
		}},
		{Name: name(k, id, "reset_days"), Label: "Anew every", Kind: web.NumberField, Unit: "days", Min: "1", Value: days, When: reset + "=days"},
		{
			Name: name(k, id, "goodwill_percent"), Label: "Goodwill above the limit", Kind: web.NumberField, Unit: "%", Min: "0",
			Value: strconv.Itoa(l.GoodwillPercent), When: metered,
		},
		{Name: name(k, id, "alerts"), Label: "Tell at", Value: strings.Join(alerts, ", "), Unit: "% used", When: metered},
		{Name: name(k, id, "measured_only"), Label: "Record above the limit, never refuse", Kind: web.CheckField, Value: on(l.MeasuredOnly), When: metered},
		{
			Name: name(k, id, "expires_license"), Label: "The licence ends when the contract is consumed", Kind: web.CheckField,
			Value: on(l.ExpiresLicense), When: metered,
		},
		{
			Name: name(k, id, "contract_allowed"), Label: "By contract", Value: contract, Placeholder: "the limit",
			When: metered + "&" + name(k, id, "expires_license") + "=on",
			Hint: "Counted over the licence's whole life. Needed where the meter starts anew or has no limit.",
		},
	}
}

// grantNames tells which field of the form a field of the service's is: by the
// place in its list, or by the limitation's name.
type grantNames struct {
	features, variables []string
	limitations         map[string]string
}

// beside renames the fields of a fault to the form's.
func (n grantNames) beside(err error) error {
	e := fault.As(err)
	if e == nil || len(e.Fields) == 0 {
		return err
	}
	renamed := *e
	renamed.Fields = make([]fault.Field, len(e.Fields))
	for i, f := range e.Fields {
		renamed.Fields[i] = fault.Field{Name: n.formName(f.Name), Message: f.Message}
	}
	return &renamed
}

func (n grantNames) formName(field string) string {
	list, rest, in := strings.Cut(field, "[")
	at := strings.LastIndex(rest, "].")
	if !in || at < 0 {
		return field
	}
	key, part := rest[:at], rest[at+2:]
	var prefix string
	switch list {
	case "features", "variables":
		names := n.features
		if list == "variables" {
			names = n.variables
		}
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(names) {
			prefix = names[i]
		}
	case "limitations":
		prefix = n.limitations[key]
	}
	switch {
	case prefix == "":
		return "new_" + list
	case part == "name":
		return prefix + "granted"
	case part == "expires_at":
		return prefix + "expires"
	}
	return prefix + part
}
