package prepaid

import (
	"net/url"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/web"
)

// Names of the address's parameters that say at whose things a page looks. They are kept
// by all links within the section (Look.Href).
const (
	CustomerName = "customer" // the id of a customer, or inStock
	BelowName    = "below"    // and those of all customers below it

	inStock = "stock"
)

// Look is who looks at a page of the section, and at whose things.
type Look struct {
	By     prepaid.By
	Owner  *prepaid.Customer // whose things; nil for the vendor's stock, and for everybody's
	Stock  bool              // the vendor's own stock; staff alone
	Below  bool              // and those of all customers below the owner
	Kin    prepaid.Kin       // how the owner stands to who acts
	Acting *prepaid.Customer // for whom they act; nil for staff

	home    string
	manages bool // staff who may change things
}

// Look tells who looks and at whose things, as the address says: the things of who acts
// where it says nothing, and everybody's where staff look. Customers beside or above are
// missing.
func (f *Frame) Look(q *web.Request) (Look, error) {
	by, err := f.By(q)
	if err != nil {
		return Look{}, err
	}
	l := Look{By: by, Kin: prepaid.Own, home: f.Home(q), manages: q.May(f.Act.Permission)}
	if !by.IsStaff() {
		id, err := q.ID(acting)
		if err != nil {
			return l, err
		}
		if l.Acting, err = f.customer(q, id); err != nil {
			return l, err
		}
		l.Owner = l.Acting
	}
	switch text := Given(q, CustomerName); {
	case text == inStock && by.IsStaff():
		l.Stock = true
	case text != "":
		if err := f.pick(q, &l, text); err != nil {
			return l, err
		}
	}
	l.Below = l.Owner != nil && Given(q, BelowName) != ""
	return l, nil
}

// pick looks at the things of the customer that an address names.
func (f *Frame) pick(q *web.Request, l *Look, text string) error {
	id, err := ident.ParseUUID(text)
	if err != nil {
		return fault.Missing("customer")
	}
	c, err := f.customer(q, id)
	if err != nil {
		return err
	}
	l.Owner = c
	l.Kin, err = f.kin(q, l.By, *c)
	if err == nil && l.Kin == prepaid.Stranger {
		err = fault.Missing("customer")
	}
	return err
}

func (f *Frame) customer(q *web.Request, id ident.UUID) (*prepaid.Customer, error) {
	c, err := f.customers.CustomerOf(q.Context(), q.VendorID(), id)
	if err == nil && c == nil {
		err = fault.Missing("customer")
	}
	return c, err
}

// kin tells how a customer stands to who asks.
func (f *Frame) kin(q *web.Request, by prepaid.By, c prepaid.Customer) (prepaid.Kin, error) {
	switch {
	case by.IsStaff() || c.ID == by.Customer:
		return prepaid.Own, nil
	case c.Superior == by.Customer:
		return prepaid.Direct, nil
	}
	below, err := f.customers.IsBelow(q.Context(), q.VendorID(), c.ID, by.Customer)
	if err != nil || !below {
		return prepaid.Stranger, err
	}
	return prepaid.Below, nil
}

// OfOwner is the look at one thing of the customer with this id; the zero id is the
// vendor's stock. Things of customers beside or above are missing.
func (f *Frame) OfOwner(q *web.Request, owner ident.UUID) (Look, error) {
	l, err := f.Look(q)
	if err != nil {
		return l, err
	}
	l.Below = false
	if owner.IsZero() {
		l.Owner, l.Stock = nil, true
		if !l.By.IsStaff() {
			return l, fault.Missing("customer")
		}
		return l, nil
	}
	l.Stock = false
	return l, f.pick(q, &l, owner.String())
}

// Holder is whose things lists show.
func (l Look) Holder() prepaid.Holder {
	h := prepaid.Holder{IsStaff: l.By.IsStaff(), Below: l.Below, Everybody: l.Everybody(), Seer: l.By.Customer}
	if l.Owner != nil {
		h.Customer = l.Owner.ID
	}
	return h
}

// Everybody reports whether the things of the whole vendor are looked at.
func (l Look) Everybody() bool { return l.By.IsStaff() && l.Owner == nil && !l.Stock }

// Sees is the whole of what who looks may see.
func (l Look) Sees() prepaid.Holder {
	return prepaid.Holder{Everybody: l.By.IsStaff(), IsStaff: l.By.IsStaff(), Customer: l.By.Customer, Seer: l.By.Customer, Below: true}
}

// May tells why who looks may not do something with things of the owner; nil where they
// may. Pages offer what they may, and say the rest.
func (l Look) May(act prepaid.Act) error {
	if l.By.IsStaff() {
		if l.manages {
			return nil
		}
		return prepaid.MayDo(prepaid.By{Customer: 1, Role: prepaid.Viewer}, act, prepaid.Own, false)
	}
	return prepaid.MayDo(l.By, act, l.Kin, l.Owner.AllowSuperior)
}

// Offers reports whether who looks may do something with the things of the owner. Of
// those of a customer and all below it nothing is offered: they are many owners'.
func (l Look) Offers(act prepaid.Act) bool { return !l.Below && l.May(act) == nil }

// Foreign reports whether a sub-customer's things are looked at.
func (l Look) Foreign() bool { return l.Kin != prepaid.Own }

// Href is an address of the section that looks at the same customer's things. Names and
// values of its parameters follow each other; those without a value are left out.
func (l Look) Href(below string, pairs ...string) string {
	v := l.kept()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return l.home + below
	}
	return l.home + below + "?" + v.Encode()
}

// Bare is an address of the section to which a form sends at whose things it looks.
func (l Look) Bare(below string) string { return l.home + below }

// Segment is the number of a card or device as a part of an address.
func Segment(number string) string { return url.PathEscape(entry.DeviceKey(number)) }

// At is an address of the section that looks at another customer's things, or the
// vendor's stock where the id is zero.
func (l Look) At(below string, owner ident.UUID, pairs ...string) string {
	other := l
	other.Below = false
	other.Stock = owner.IsZero()
	other.Owner = &prepaid.Customer{UUID: owner}
	if other.Stock {
		other.Owner = nil
	}
	return other.Href(below, pairs...)
}

// LookFor is the look of somebody at the own things of a customer at which they have a role,
// for links from pages outside of the section.
func LookFor(q *web.Request, m owners.Membership) Look {
	own := &prepaid.Customer{ID: m.Customer, UUID: m.UUID, Name: m.Name}
	return Look{
		By: prepaid.By{Vendor: q.VendorID(), Customer: m.Customer, Role: prepaid.Role(m.Role)}, Owner: own, Acting: own, Kin: prepaid.Own,
		home: q.Href(Root + "/" + m.UUID.String()),
	}
}

// Top is the look at the things of who acts, and at everybody's where staff look.
func (l Look) Top() Look {
	l.Stock, l.Below, l.Owner, l.Kin = false, false, l.Acting, prepaid.Own
	return l
}

// kept are the parameters that say at whose things a page looks.
func (l Look) kept() url.Values {
	v := url.Values{}
	switch {
	case l.Stock:
		v.Set(CustomerName, inStock)
	case l.Owner != nil && (l.Acting == nil || l.Owner.UUID != l.Acting.UUID):
		v.Set(CustomerName, l.Owner.UUID.String())
	}
	if l.Below {
		v.Set(BelowName, "1")
	}
	return v
}

// Kept are the parameters that say at whose things a page looks, for its GET forms.
func (l Look) Kept() (all []web.Kept) {
	kept := l.kept()
	for _, name := range Keep() {
		if kept.Has(name) {
			all = append(all, web.Kept{Name: name, Value: kept.Get(name)})
		}
	}
	return all
}

// Keep names the parameters that say at whose things a list looks, for its table.
func Keep() []string { return []string{CustomerName, BelowName} }
