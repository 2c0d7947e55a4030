package catalog

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Catalog changes products, editions and what they consist of.
type Catalog interface { //nolint:interfacebloat // all that the area changes
	CreateProduct(t tx.Tx, vendor ident.VendorID, p catalog.Product) (catalog.Product, error)
	UpdateProduct(t tx.Tx, vendor ident.VendorID, id ident.UUID, c catalog.ProductChange) (catalog.Product, error)
	PutRelease(t tx.Tx, vendor ident.VendorID, product ident.UUID, release, description string) (catalog.Release, error)
	Define(t tx.Tx, vendor ident.VendorID, product ident.UUID, d catalog.Definition) (catalog.Definition, error)
	Redefine(t tx.Tx, vendor ident.VendorID, kind catalog.Kind, id ident.UUID, name, description *string) (catalog.Definition, error)
	DeleteProduct(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	DeleteEdition(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	Undefine(t tx.Tx, vendor ident.VendorID, kind catalog.Kind, id ident.UUID) error
	DeleteRelease(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	CreateEdition(t tx.Tx, vendor ident.VendorID, e catalog.Edition) (catalog.Edition, error)
	UpdateEdition(t tx.Tx, vendor ident.VendorID, id ident.UUID, c catalog.EditionChange) (catalog.Edition, error)
}

// Rows reads the catalogue. What is missing is a NotFound fault.
type Rows interface {
	ProductByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (catalog.Product, error)
	// ProductsIn and EditionsIn list those that are archived, or that are not; nil for all.
	ProductsIn(ctx context.Context, vendor ident.VendorID, archived *bool, r listing.Request) (listing.Page[catalog.Product], error)
	Releases(ctx context.Context, vendor ident.VendorID, product ident.ProductID, r listing.Request) (listing.Page[catalog.Release], error)
	Definitions(
		ctx context.Context, vendor ident.VendorID, product ident.ProductID, kind catalog.Kind, r listing.Request,
	) (listing.Page[catalog.Definition], error)
	EditionByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (catalog.Edition, error)
	EditionsIn(
		ctx context.Context, vendor ident.VendorID, product *ident.UUID, archived *bool, r listing.Request,
	) (listing.Page[catalog.Edition], error)
}

type product struct {
	ID                  ident.UUID `json:"id" format:"uuid"`
	Name                string     `json:"name"`
	Description         string     `json:"description"`
	MaximumInactiveDays *int       `json:"maximum_inactive_days" doc:"clients silent for longer are unassigned; null: never"`
	PrintedKeys         bool       `json:"printed_keys" doc:"licences also get a grouped key that people can type"`
	AllowClientMoves    bool       `json:"allow_client_moves" doc:"a client may move to another customer's licence by itself"`
	LatestRelease       string     `json:"latest_release" doc:"the newest software release shipped"`
	HideKeys            bool       `json:"hide_keys_in_heartbeats" doc:"heartbeats that prove nothing but a client's name are answered without keys"`
	IsArchived          bool       `json:"is_archived" doc:"nothing new of it is issued; its licences go on"`
	Revision            int64      `json:"revision"`
	CreatedAt           time.Time  `json:"created_at"`
	UpdatedAt           time.Time  `json:"updated_at"`
}

type productCreate struct {
	Name                string `json:"name" minLength:"1" maxLength:"200" doc:"unique among the vendor's products"`
	Description         string `json:"description,omitempty" maxLength:"4000"`
	MaximumInactiveDays *int   `json:"maximum_inactive_days,omitempty" minimum:"1" maximum:"36500" doc:"clients silent for longer are unassigned; never if left out"`
	PrintedKeys         bool   `json:"printed_keys,omitempty" doc:"licences also get a grouped key that people can type"`
	AllowClientMoves    bool   `json:"allow_client_moves,omitempty" doc:"a client may move to another customer's licence by itself"`
	LatestRelease       string `json:"latest_release,omitempty" maxLength:"100" doc:"the newest software release shipped"`
	HideKeys            bool   `json:"hide_keys_in_heartbeats,omitempty" doc:"heartbeats that prove nothing but a client's name are answered without keys"`
}

type productUpdate struct {
	Name                *string             `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Description         *string             `json:"description,omitempty" maxLength:"4000"`
	MaximumInactiveDays value.Optional[int] `json:"maximum_inactive_days,omitzero" minimum:"1" maximum:"36500"`
	PrintedKeys         *bool               `json:"printed_keys,omitempty"`
	AllowClientMoves    *bool               `json:"allow_client_moves,omitempty"`
	LatestRelease       *string             `json:"latest_release,omitempty" maxLength:"100"`
	HideKeys            *bool               `json:"hide_keys_in_heartbeats,omitempty"`
	IsArchived          *bool               `json:"is_archived,omitempty" doc:"true: nothing new of it is issued, its licences go on"`
}

func showProduct(p catalog.Product) product {
	return product{
		ID: p.UUID, Name: p.Name, Description: p.Description, MaximumInactiveDays: p.MaximumInactiveDays, PrintedKeys: p.PrintedKeys,
		AllowClientMoves: p.AllowClientMoves, LatestRelease: p.LatestRelease, HideKeys: p.HideKeysInHeartbeats, IsArchived: !p.ArchivedAt.IsZero(),
		Revision: p.Revision, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
}

// archivedQuery narrows a list to what is archived, or to what is not.
var archivedQuery = operation.Query{ //nolint:gochecknoglobals // a constant
	Name: "is_archived", Kind: operation.Flag, Doc: "true: only those that are archived; false: only the others",
}

// remove is the operation that deletes what nothing refers to; what refers to it is
// named in the refusal.
func remove(m *operation.Maker, group, plural, noun, about string, del func(t tx.Tx, q *operation.Request) error) operation.Operation {
	return operation.Change(m, operation.Operation{
		Method: http.MethodDelete, Path: "/" + plural + "/{id}", ID: "delete-" + noun, Group: group,
		Summary: "Delete a " + noun + " that nothing refers to", About: about, Permission: identity.ManageCatalog,
	}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
		return operation.Nothing{}, del(t, q)
	})
}

func (a *Area) products(m *operation.Maker) []operation.Operation {
	const group = "Products"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/products", ID: "list-products", Group: group, Summary: "List products", Permission: identity.ViewCatalog, Compress: true,
			Queries: []operation.Query{archivedQuery},
		}, catalog.ProductSorts(), func(q *operation.Request, r listing.Request) (listing.Page[catalog.Product], error) {
			return a.CatalogRows.ProductsIn(q.Context, q.Vendor, q.Flag("is_archived"), r)
		}, showProduct),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/products", ID: "create-product", Group: group, Summary: "Create a product",
			Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in productCreate) (product, error) {
			p, err := a.Catalog.CreateProduct(t, q.Vendor, catalog.Product{
				Name: in.Name, Description: in.Description, MaximumInactiveDays: in.MaximumInactiveDays, PrintedKeys: in.PrintedKeys,
				AllowClientMoves: in.AllowClientMoves, LatestRelease: in.LatestRelease, HideKeysInHeartbeats: in.HideKeys,
			})
			return showProduct(p), err
		}),
		operation.Get(m, operation.Operation{
			Path: "/products/{id}", ID: "get-product", Group: group, Summary: "Get a product", Permission: identity.ViewCatalog, Compress: true,
		}, func(q *operation.Request) (product, error) {
			p, err := a.CatalogRows.ProductByUUID(q.Context, q.Vendor, q.ID)
			return showProduct(p), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/products/{id}", ID: "update-product", Group: group, Summary: "Change a product",
			About:      "Fields that are left out stay as they are. A new name or latest release reaches every licence's serial.",
			Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in productUpdate) (product, error) {
			p, err := a.Catalog.UpdateProduct(t, q.Vendor, q.ID, catalog.ProductChange{
				Name: in.Name, Description: in.Description, MaximumInactiveDays: in.MaximumInactiveDays.Pointer(),
				PrintedKeys: in.PrintedKeys, AllowClientMoves: in.AllowClientMoves, LatestRelease: in.LatestRelease, HideKeysInHeartbeats: in.HideKeys,
				Archived: in.IsArchived,
			})
			return showProduct(p), err
		}),
		remove(m, group, "products", "product", "It must have no editions, and clients must have reported nothing of it; "+
			"what it defines goes with it. A product that was sold can be archived.", func(t tx.Tx, q *operation.Request) error {
			return a.Catalog.DeleteProduct(t, q.Vendor, q.ID)
		}),
	}
}
