package prepaid

import (
	"slices"
	"strings"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/web"
)

// Given is a parameter of the address, or of the form that was sent.
func Given(q *web.Request, name string) string {
	if q.R.PostForm != nil && q.R.PostForm.Has(name) {
		return entry.Line(q.R.PostForm.Get(name))
	}
	return q.Text(name)
}

// Fields carry in a form at whose things a page looks.
func (l Look) Fields() (all []web.Field) {
	for name, values := range l.kept() {
		all = append(all, web.Field{Name: name, Kind: web.HiddenField, Fixed: true, Value: values[0]})
	}
	slices.SortFunc(all, func(a, b web.Field) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Back is where a form leads when it is done or left: the list from which it was opened, or
// else an address of the section.
func (l Look) Back(q *web.Request, other string) string {
	if back := Given(q, web.BackName); back != "" {
		return q.SafeNext(back)
	}
	return other
}

// BackField carries the list from which a form was opened.
func BackField(q *web.Request) web.Field {
	return web.Field{Name: web.BackName, Kind: web.HiddenField, Fixed: true, Value: Given(q, web.BackName)}
}

// mostOffered is how many customers a field offers to choose from; where there are more,
// the beginning of a name or number is typed.
const mostOffered = 200

// TargetField asks for one of the customers directly below an owner, or of those without a
// superior where the owner is the vendor's stock (nil).
func (f *Frame) TargetField(q *web.Request, owner *prepaid.Customer, name, label string) (web.Field, error) {
	id, of := idsOf(owner)
	d := web.Field{Name: name, Label: label, Required: true, Focus: true, Kind: web.SelectField, Placeholder: q.T("Choose a customer")}
	all, err := f.customers.SubCustomers(q.Context(), q.VendorID(), id, "", mostOffered+1)
	if len(all) > mostOffered {
		d.Kind, d.Suggest, d.Placeholder = web.TextField, f.Home(q)+"/below/"+of+"/matches", q.T("Name or number")
		d.Hint = q.T("Type the beginning and choose, or type the whole customer number.")
		return d, err
	}
	for _, c := range all {
		d.Options = append(d.Options, web.Option{Value: c.UUID.String(), Label: OwnerName(c.Name, c.Number)})
	}
	if len(all) == 0 {
		d.Hint = q.T("There is no customer directly below.")
	}
	return d, err
}

func idsOf(owner *prepaid.Customer) (ident.CustomerID, string) {
	if owner == nil {
		return 0, inStock
	}
	return owner.ID, owner.UUID.String()
}

// suggestTargets gives the customers directly below one that may be meant.
func (f *Frame) suggestTargets(q *web.Request, text string) ([]web.Suggestion, error) {
	const most = 8
	var of ident.UUID
	if q.R.PathValue("id") != inStock {
		id, err := q.ID("id")
		if err != nil {
			return nil, err
		}
		of = id
	}
	l, err := f.OfOwner(q, of)
	if err != nil {
		return nil, err
	}
	id, _ := idsOf(l.Owner)
	found, err := f.customers.SubCustomers(q.Context(), q.VendorID(), id, text, most)
	all := make([]web.Suggestion, len(found))
	for i, c := range found {
		all[i] = web.Suggestion{Value: OwnerName(c.Name, c.Number), Label: c.Number}
	}
	return all, err
}

// Target reads a TargetField: the id of the customer that was chosen or typed. What is
// wrong stands beside the field. It reads outside of transactions: it is for a form's prepare.
func (f *Frame) Target(q *web.Request, owner *prepaid.Customer, v web.Values, name string) (ident.UUID, error) {
	text := v.Text(name)
	if id, err := ident.ParseUUID(text); err == nil {
		return id, nil
	}
	v.Check(text != "", name, "must name a customer")
	if err := v.Err(); err != nil {
		return ident.UUID{}, err
	}
	id, _ := idsOf(owner)
	_, number, labelled := strings.Cut(text, " · ")
	if !labelled {
		number = text
	}
	const few = 2
	found, err := f.customers.SubCustomers(q.Context(), q.VendorID(), id, number, few)
	if err != nil {
		return ident.UUID{}, err
	}
	for _, c := range found {
		if c.Number == number || len(found) == 1 {
			return c.UUID, nil
		}
	}
	message := "fits several customers: type the number of one of them"
	if len(found) == 0 {
		message = "names no customer directly below"
	}
	return ident.UUID{}, fault.Wrong(fault.Field{Name: name, Message: message})
}
