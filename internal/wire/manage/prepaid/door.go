package prepaid

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// door is how somebody comes to the operations: by a key of the vendor, or by an access
// token.
type door struct {
	queries []operation.Query // that each operation takes
	about   string            // of each operation, where it has no text of its own

	// by tells who asks, and in says it within a transaction, as it is at that moment.
	by func(ctx context.Context, q *operation.Request) (prepaid.By, error)
	in func(t tx.Tx, q *operation.Request) (prepaid.By, error)
}

const acting = "acting_customer_id"

func (a *Area) staffDoor() door {
	by := func(q *operation.Request) (prepaid.By, error) {
		name := q.Who().Name
		if name == "" {
			name = "API key"
		}
		return prepaid.Staff(q.Vendor, name), nil
	}
	return door{
		by: func(_ context.Context, q *operation.Request) (prepaid.By, error) { return by(q) },
		in: func(_ tx.Tx, q *operation.Request) (prepaid.By, error) { return by(q) },
	}
}

func (a *Area) ownDoor() door {
	return door{
		about: "as far as the user's role at the customer that they act for reaches.",
		queries: []operation.Query{
			{Name: acting, Kind: operation.UUID, Doc: "for which customer the user acts; may be left out by who has a role at one customer only"},
		},
		by: func(ctx context.Context, q *operation.Request) (prepaid.By, error) {
			r, err := a.OwnerRows.ByUser(ctx, q.Vendor, q.Who().User)
			return actsFor(q, r, err)
		},
		in: func(t tx.Tx, q *operation.Request) (prepaid.By, error) {
			r, err := a.Owners.Now(t, q.Vendor, q.Who().User)
			return actsFor(q, r, err)
		},
	}
}

// actsFor finds the customer for which the user of a token acts.
func actsFor(q *operation.Request, r owners.Reach, err error) (prepaid.By, error) {
	if err != nil {
		return prepaid.By{}, err
	}
	asked := q.UUID(acting)
	for _, m := range r.Customers {
		if m.UUID == asked || asked.IsZero() && len(r.Customers) == 1 {
			return prepaid.By{Vendor: q.Vendor, Customer: m.Customer, Role: prepaid.Role(m.Role), Name: r.Email}, nil
		}
	}
	switch {
	case !asked.IsZero():
		return prepaid.By{}, fault.Missing("customer")
	case len(r.Customers) > 1:
		return prepaid.By{}, fault.Wrong(fault.Field{Name: acting, Message: "is required: you have a role at several customers"})
	}
	return prepaid.By{}, &fault.Error{
		Kind: fault.Forbidden, Code: "no_customer", Message: "You have no role at a customer.", Help: "Ask an administrator of the customer for one.",
	}
}

// with are the queries of an operation, after those of the door.
func (d door) with(queries ...operation.Query) []operation.Query {
	return append(append([]operation.Query{}, d.queries...), queries...)
}

// say is what an operation says of itself: what it does for the vendor's keys, or how far
// a token reaches.
func (d door) say(text string) string {
	if d.about != "" {
		return d.about
	}
	return text
}

// sight are the queries that choose whose things are listed.
func (d door) sight(queries ...operation.Query) []operation.Query {
	own := []operation.Query{
		{Name: customerIDName, Kind: operation.UUID, Doc: "whose; left out: of everybody, or with an access token the customer's that the user acts for"},
		{Name: "below", Kind: operation.Flag, Doc: "true: and of all customers below that one"},
	}
	if len(d.queries) == 0 {
		own = append(own, operation.Query{Name: "in_stock", Kind: operation.Flag, Doc: "true: those of the vendor's own stock alone"})
	}
	return d.with(append(own, queries...)...)
}

// holder tells whose things a list shows.
func (a *Area) holder(d door, q *operation.Request) (prepaid.Holder, error) {
	by, err := d.by(q.Context, q)
	if err != nil {
		return prepaid.Holder{}, err
	}
	is := func(name string) bool { f := q.Flag(name); return f != nil && *f }
	h := prepaid.Holder{Customer: by.Customer, Below: is("below"), IsStaff: by.IsStaff(), Seer: by.Customer}
	id := q.UUID(customerIDName)
	if id.IsZero() {
		h.Everybody = by.IsStaff() && !is("in_stock")
		return h, nil
	}
	c, err := a.customer(q.Context, by, id)
	h.Customer = c
	return h, err
}

// customer finds a customer that who asks may see.
func (a *Area) customer(ctx context.Context, by prepaid.By, id ident.UUID) (ident.CustomerID, error) {
	c, err := a.Rows.CustomerOf(ctx, by.Vendor, id)
	if err != nil {
		return 0, err
	}
	if c == nil {
		return 0, fault.Missing("customer")
	}
	if by.IsStaff() || c.ID == by.Customer {
		return c.ID, nil
	}
	below, err := a.Rows.IsBelow(ctx, by.Vendor, c.ID, by.Customer)
	if err == nil && !below {
		err = fault.Missing("customer")
	}
	return c.ID, err
}

// sees is the whole of what somebody may see.
func (a *Area) sees(d door, q *operation.Request) (prepaid.Holder, error) {
	by, err := d.by(q.Context, q)
	return prepaid.Holder{Everybody: by.IsStaff(), IsStaff: by.IsStaff(), Customer: by.Customer, Below: true}, err
}
