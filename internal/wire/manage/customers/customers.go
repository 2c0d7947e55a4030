package customers

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Customers changes customers.
type Customers interface {
	Create(t tx.Tx, vendor ident.VendorID, r customers.Create) (customers.Customer, error)
	Update(t tx.Tx, vendor ident.VendorID, id ident.UUID, r customers.Change) (customers.Customer, error)
	Delete(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
}

// CustomerRows reads customers. What is missing is a NotFound fault.
type CustomerRows interface {
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (customers.Customer, error)
	List(ctx context.Context, vendor ident.VendorID, f customers.Filter, r listing.Request) (listing.Page[customers.Customer], error)
	Ancestors(ctx context.Context, vendor ident.VendorID, c ident.CustomerID) ([]customers.Customer, error)
	Descendants(ctx context.Context, vendor ident.VendorID, c ident.CustomerID, r listing.Request) (listing.Page[customers.Customer], error)
}

type customer struct {
	ID             ident.UUID  `json:"id" format:"uuid"`
	CompanyName    string      `json:"company_name"`
	CustomerNumber string      `json:"customer_number"`
	Email          string      `json:"email"`
	SuperiorID     *ident.UUID `json:"superior_id" format:"uuid" nullable:"true" doc:"null at the top of the tree"`
	CreatedAt      time.Time   `json:"created_at"`
	UpdatedAt      time.Time   `json:"updated_at"`
}

type customerCreate struct {
	CompanyName    string      `json:"company_name" minLength:"1" maxLength:"200"`
	CustomerNumber string      `json:"customer_number,omitempty" maxLength:"100" doc:"unique among the vendor's customers; made if left out"`
	Email          string      `json:"email,omitempty" maxLength:"254"`
	SuperiorID     *ident.UUID `json:"superior_id,omitempty" format:"uuid" nullable:"true" doc:"the customer to place it under"`
}

type customerUpdate struct {
	CompanyName    *string                    `json:"company_name,omitempty" minLength:"1" maxLength:"200"`
	CustomerNumber *string                    `json:"customer_number,omitempty" minLength:"1" maxLength:"100"`
	Email          *string                    `json:"email,omitempty" maxLength:"254"`
	SuperiorID     value.Optional[ident.UUID] `json:"superior_id,omitzero" format:"uuid" doc:"moves the customer with all below it; null: to the top"`
}

func showCustomer(c customers.Customer) customer {
	return customer{
		ID: c.UUID, CompanyName: c.CompanyName, CustomerNumber: c.Number, Email: c.Email, SuperiorID: value.IDOrNil(c.SuperiorUUID),
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}

func (a *Area) customers(m *operation.Maker) []operation.Operation {
	const group = "Customers"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/customers", ID: "list-customers", Group: group, Summary: "List customers", Permission: identity.ViewCustomers, Compress: true,
			Queries: []operation.Query{
				{Name: "company_name", Kind: operation.Text, Doc: "only names that begin with it, whatever the case and the accents; with sort=company_name"},
				{Name: "customer_number", Kind: operation.Text, Doc: "only numbers that begin with it; with sort=customer_number"},
				{Name: "email", Kind: operation.Text, Doc: "only addresses that begin with it; with sort=email"},
				{Name: "superior_id", Kind: operation.UUID, Doc: "only direct sub-customers of it"},
			},
		}, customers.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[customers.Customer], error) {
			return a.CustomerRows.List(q.Context, q.Vendor, customers.Filter{
				NamePrefix: q.Text("company_name"), NumberPrefix: q.Text("customer_number"), EmailPrefix: q.Text("email"),
				Superior: q.OptionalUUID("superior_id"),
			}, r)
		}, showCustomer),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/customers", ID: "create-customer", Group: group, Summary: "Create a customer",
			Permission: identity.ManageCustomers,
		}, func(t tx.Tx, q *operation.Request, in customerCreate) (customer, error) {
			c, err := a.Customers.Create(t, q.Vendor, customers.Create{
				CompanyName: in.CompanyName, Number: in.CustomerNumber, Email: in.Email, Superior: in.SuperiorID,
			})
			return showCustomer(c), err
		}),
		operation.Get(m, operation.Operation{
			Path: "/customers/{id}", ID: "get-customer", Group: group, Summary: "Get a customer", Permission: identity.ViewCustomers,
		}, func(q *operation.Request) (customer, error) {
			c, err := a.CustomerRows.ByUUID(q.Context, q.Vendor, q.ID)
			return showCustomer(c), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/customers/{id}", ID: "update-customer", Group: group, Summary: "Change a customer, or move it in the tree",
			Permission: identity.ManageCustomers,
		}, func(t tx.Tx, q *operation.Request, in customerUpdate) (customer, error) {
			c, err := a.Customers.Update(t, q.Vendor, q.ID, customers.Change{
				CompanyName: in.CompanyName, Number: in.CustomerNumber, Email: in.Email, Superior: in.SuperiorID.Pointer(),
			})
			return showCustomer(c), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/customers/{id}", ID: "delete-customer", Group: group, Summary: "Delete a customer that nothing refers to",
			About: "It must hold no licence and have no sub-customers.", Permission: identity.ManageCustomers,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Customers.Delete(t, q.Vendor, q.ID)
		}),
		operation.Get(m, operation.Operation{
			Path: "/customers/{id}/superiors", ID: "list-superiors", Group: group, Summary: "All customers above one, the nearest first",
			Permission: identity.ViewCustomers,
		}, func(q *operation.Request) (operation.Page[customer], error) {
			c, err := a.CustomerRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return operation.Page[customer]{}, err
			}
			above, err := a.CustomerRows.Ancestors(q.Context, q.Vendor, c.ID)
			answer := operation.Page[customer]{Items: make([]customer, len(above))}
			for i, s := range above {
				answer.Items[i] = showCustomer(s)
			}
			return answer, err
		}),
		operation.List(m, operation.Operation{
			Path: "/customers/{id}/sub-customers", ID: "list-sub-customers", Group: group, Summary: "List all customers below one, at any depth",
			Permission: identity.ViewCustomers,
		}, []string{"created_at"}, func(q *operation.Request, r listing.Request) (listing.Page[customers.Customer], error) {
			c, err := a.CustomerRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[customers.Customer]{}, err
			}
			return a.CustomerRows.Descendants(q.Context, q.Vendor, c.ID, r)
		}, showCustomer),
	}
}
