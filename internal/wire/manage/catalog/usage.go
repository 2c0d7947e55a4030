package catalog

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// Usage defines what clients report values of.
type Usage interface {
	Define(t tx.Tx, v ident.VendorID, product ident.UUID, d metering.Definition) (metering.Definition, error)
	End(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, id ident.UUID) error
	EndSince(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, product ident.UUID, since time.Time) (ended int, more bool, err error)
}

// UsageRows reads what clients report values of.
type UsageRows interface {
	Definitions(
		ctx context.Context, v ident.VendorID, product ident.ProductID, kind metering.DefinitionKind, r listing.Request,
	) (listing.Page[metering.Definition], error)
}

type usageDefinition struct {
	ID        ident.UUID `json:"id" format:"uuid"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
}

type usageDefinitionCreate struct {
	Name string `json:"name" minLength:"1" maxLength:"200" doc:"unique among its kind in the product"`
}

type analyticalField struct {
	ID        ident.UUID `json:"id" format:"uuid"`
	Name      string     `json:"name"`
	IsNumber  bool       `json:"is_number"`
	CreatedAt time.Time  `json:"created_at"`
}

type analyticalFieldCreate struct {
	Name     string `json:"name" minLength:"1" maxLength:"200" doc:"unique among the product's fields"`
	IsNumber bool   `json:"is_number,omitempty" doc:"refuse values that are none"`
}

func (d usageDefinitionCreate) domain() metering.Definition { return metering.Definition{Name: d.Name} }

func (d analyticalFieldCreate) domain() metering.Definition {
	return metering.Definition{Name: d.Name, IsNumber: d.IsNumber}
}

func showUsageDefinition(d metering.Definition) usageDefinition {
	return usageDefinition{ID: d.UUID, Name: d.Name, CreatedAt: d.CreatedAt}
}

func showAnalyticalField(d metering.Definition) analyticalField {
	return analyticalField{ID: d.UUID, Name: d.Name, IsNumber: d.IsNumber, CreatedAt: d.CreatedAt}
}

type nameClear struct {
	Since time.Time `json:"created_since" doc:"names defined since then are taken out, with all that was reported of them"`
}

type namesCleared struct {
	Deleted int  `json:"deleted"`
	More    bool `json:"more" doc:"true: there were more than one request takes out; send it again"`
}

func (a *Area) usage(m *operation.Maker) []operation.Operation {
	all := definedByClients[usageDefinitionCreate](a, m, metering.FeatureDefinition, "usage-feature", "usage feature", showUsageDefinition)
	all = append(all, definedByClients[usageDefinitionCreate](a, m, metering.ModuleDefinition, "usage-module", "usage module", showUsageDefinition)...)
	return append(all, definedByClients[analyticalFieldCreate](a, m, metering.FieldDefinition, "analytical-field", "analytical field", showAnalyticalField)...)
}

// definedByClients lists and makes what clients report values of.
func definedByClients[In interface{ domain() metering.Definition }, Out any](
	a *Area, m *operation.Maker, kind metering.DefinitionKind, id, name string, show func(metering.Definition) Out,
) []operation.Operation {
	const group = "Usage"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/products/{id}/" + id + "s", ID: "list-" + id + "s", Group: group, Summary: "List a product's " + name + "s",
			Permission: identity.ViewCatalog, Compress: true,
		}, metering.DefinitionSorts(), func(q *operation.Request, r listing.Request) (listing.Page[metering.Definition], error) {
			p, err := a.CatalogRows.ProductByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[metering.Definition]{}, err
			}
			return a.UsageRows.Definitions(q.Context, q.Vendor, p.ID, kind, r)
		}, show),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/products/{id}/" + id + "s", ID: "define-" + id, Group: group,
			Summary: "Define one of a product's " + name + "s, or get the one of that name", Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in In) (Out, error) {
			d := in.domain()
			d.Kind = kind
			made, err := a.Usage.Define(t, q.Vendor, q.ID, d)
			return show(made), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/" + id + "s/{id}", ID: "delete-" + id, Group: group, Summary: "Delete one of a product's " + name + "s",
			About:      "What was reported of it goes with it. Its name is free at once.",
			Permission: identity.ManageCatalog, Status: http.StatusNoContent,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Usage.End(t, q.Vendor, kind, q.ID)
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/products/{id}/" + id + "s/clear", ID: "clear-" + id + "s", Group: group,
			Summary:    "Delete a product's " + name + "s that were defined since a time",
			About:      "For what somebody filled the list with: programs define names by reporting them, and may define 1,000 of a product.",
			Permission: identity.ManageCatalog, Status: http.StatusOK,
		}, func(t tx.Tx, q *operation.Request, in nameClear) (namesCleared, error) {
			n, more, err := a.Usage.EndSince(t, q.Vendor, kind, q.ID, in.Since)
			return namesCleared{n, more}, err
		}),
	}
}
