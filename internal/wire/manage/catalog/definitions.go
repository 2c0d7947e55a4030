package catalog

import (
	"net/http"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

type softwareRelease struct {
	ID              ident.UUID `json:"id" format:"uuid"`
	SoftwareRelease string     `json:"software_release"`
	Description     string     `json:"description"`
	CreatedAt       time.Time  `json:"created_at"`
}

type softwareReleasePut struct {
	SoftwareRelease string `json:"software_release" minLength:"1" maxLength:"100" doc:"as clients send it in software_version"`
	Description     string `json:"description,omitempty" maxLength:"4000"`
}

type definition struct {
	ID          ident.UUID `json:"id" format:"uuid"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	CreatedAt   time.Time  `json:"created_at"`
}

type definitionCreate struct {
	Name        string `json:"name" minLength:"1" maxLength:"200" doc:"unique among its kind in the product"`
	Description string `json:"description,omitempty" maxLength:"4000"`
}

type definitionUpdate struct {
	Name        *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Description *string `json:"description,omitempty" maxLength:"4000"`
}

func showRelease(r catalog.Release) softwareRelease {
	return softwareRelease{ID: r.UUID, SoftwareRelease: r.SoftwareRelease, Description: r.Description, CreatedAt: r.CreatedAt}
}

func showDefinition(d catalog.Definition) definition {
	return definition{ID: d.UUID, Name: d.Name, Description: d.Description, CreatedAt: d.CreatedAt}
}

func (a *Area) definitions(m *operation.Maker) []operation.Operation {
	const group = "Products"
	operations := make([]operation.Operation, 0, 15)
	operations = append(operations,
		operation.List(m, operation.Operation{
			Path: "/products/{id}/releases", ID: "list-releases", Group: group, Summary: "List a product's software releases",
			Permission: identity.ViewCatalog, Compress: true,
		}, catalog.ReleaseSorts(), func(q *operation.Request, r listing.Request) (listing.Page[catalog.Release], error) {
			p, err := a.CatalogRows.ProductByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[catalog.Release]{}, err
			}
			return a.CatalogRows.Releases(q.Context, q.Vendor, p.ID, r)
		}, showRelease),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/products/{id}/releases", ID: "put-release", Group: group,
			Summary: "Add a software release, or describe it anew", Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in softwareReleasePut) (softwareRelease, error) {
			r, err := a.Catalog.PutRelease(t, q.Vendor, q.ID, in.SoftwareRelease, in.Description)
			return showRelease(r), err
		}),
		remove(m, group, "releases", "release", "Neither its product nor an edition may name it.",
			func(t tx.Tx, q *operation.Request) error { return a.Catalog.DeleteRelease(t, q.Vendor, q.ID) }),
	)
	for _, k := range []struct {
		kind   catalog.Kind
		plural string
	}{{catalog.FeatureKind, "features"}, {catalog.LimitationKind, "limitations"}, {catalog.VariableKind, "variables"}} {
		operations = append(operations, a.definitionsOf(m, group, k.kind, k.plural)...)
	}
	return operations
}

func (a *Area) definitionsOf(m *operation.Maker, group string, kind catalog.Kind, plural string) []operation.Operation {
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/products/{id}/" + plural, ID: "list-" + plural, Group: group, Summary: "List a product's " + plural,
			Permission: identity.ViewCatalog, Compress: true,
		}, catalog.DefinitionSorts(), func(q *operation.Request, r listing.Request) (listing.Page[catalog.Definition], error) {
			p, err := a.CatalogRows.ProductByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[catalog.Definition]{}, err
			}
			return a.CatalogRows.Definitions(q.Context, q.Vendor, p.ID, kind, r)
		}, showDefinition),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/products/{id}/" + plural, ID: "define-" + string(kind), Group: group,
			Summary:    "Define a " + string(kind) + ", or get the one of that name",
			About:      "Editions define what they name by themselves; this is for a " + string(kind) + " that no edition grants yet.",
			Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in definitionCreate) (definition, error) {
			d, err := a.Catalog.Define(t, q.Vendor, q.ID, catalog.Definition{Kind: kind, Name: in.Name, Description: in.Description})
			return showDefinition(d), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/" + plural + "/{id}", ID: "update-" + string(kind), Group: group,
			Summary: "Rename a " + string(kind) + " or describe it anew", About: "Reaches every edition that grants it.",
			Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in definitionUpdate) (definition, error) {
			d, err := a.Catalog.Redefine(t, q.Vendor, kind, q.ID, in.Name, in.Description)
			return showDefinition(d), err
		}),
		remove(m, group, plural, string(kind), "No edition may grant it.",
			func(t tx.Tx, q *operation.Request) error { return a.Catalog.Undefine(t, q.Vendor, kind, q.ID) }),
	}
}
