package catalog

import (
	"net/http"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type edition struct {
	ID            ident.UUID        `json:"id" format:"uuid"`
	ProductID     ident.UUID        `json:"product_id" format:"uuid"`
	Name          string            `json:"name"`
	Description   string            `json:"description"`
	Mode          terms.Mode        `json:"provisioning_mode"`
	ClientType    terms.ClientType  `json:"client_type"`
	LicenseType   terms.LicenseType `json:"license_type"`
	terms.Policy                    //nolint:embeddedstructfieldcheck // the order is that of the answer
	value.Granted                   //nolint:embeddedstructfieldcheck // the order is that of the answer
	IsArchived    bool              `json:"is_archived" doc:"no licence is issued of it any more; those that exist go on"`
	Revision      int64             `json:"revision" doc:"part of the serial of each of its licences"`
	CreatedAt     time.Time         `json:"created_at"`
	UpdatedAt     time.Time         `json:"updated_at"`
}

type editionCreate struct {
	ProductID    ident.UUID        `json:"product_id" format:"uuid"`
	Name         string            `json:"name" minLength:"1" maxLength:"200" doc:"unique in the product"`
	Description  string            `json:"description,omitempty" maxLength:"4000"`
	Mode         terms.Mode        `json:"provisioning_mode,omitempty" enum:"named,floating" doc:"named by default; fixed from now on"`
	ClientType   terms.ClientType  `json:"client_type,omitempty" enum:"devices,users" doc:"devices by default; fixed from now on"`
	LicenseType  terms.LicenseType `json:"license_type,omitempty" enum:"perpetual,time_limited,subscription,consumption" doc:"perpetual by default"`
	PolicyFields                   //nolint:embeddedstructfieldcheck // the order is that of the documentation
	Features     []featureGrant    `json:"features,omitempty" maxItems:"500" nullable:"false"`
	Limitations  []limitationGrant `json:"limitations,omitempty" maxItems:"500" nullable:"false"`
	Variables    []variableGrant   `json:"variables,omitempty" maxItems:"500" nullable:"false"`
}

type editionUpdate struct {
	Name         *string            `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Description  *string            `json:"description,omitempty" maxLength:"4000"`
	LicenseType  *terms.LicenseType `json:"license_type,omitempty" enum:"perpetual,time_limited,subscription,consumption"`
	PolicyFields                    //nolint:embeddedstructfieldcheck // the order is that of the documentation
	Features     *[]featureGrant    `json:"features,omitempty" maxItems:"500" nullable:"false" doc:"replaces the whole list"`
	Limitations  *[]limitationGrant `json:"limitations,omitempty" maxItems:"500" nullable:"false" doc:"replaces the whole list"`
	Variables    *[]variableGrant   `json:"variables,omitempty" maxItems:"500" nullable:"false" doc:"replaces the whole list"`
	IsArchived   *bool              `json:"is_archived,omitempty" doc:"true: no licence is issued of it any more, those that exist go on"`
}

func showEdition(e catalog.Edition) edition {
	return edition{
		ID: e.UUID, ProductID: e.ProductUUID, Name: e.Name, Description: e.Description, Mode: e.Mode, ClientType: e.ClientType,
		LicenseType: e.LicenseType, Policy: e.Policy, Granted: value.ShowGrants(e.Grants), IsArchived: !e.ArchivedAt.IsZero(), Revision: e.Revision,
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
}

func (in editionCreate) domain(zone *time.Location) catalog.Edition {
	return catalog.Edition{
		ProductUUID: in.ProductID, Name: in.Name, Description: in.Description, Mode: in.Mode, ClientType: in.ClientType,
		LicenseType: in.LicenseType, Policy: in.over(terms.Defaults(), zone),
		Grants: terms.Grants{
			Features: domains(in.Features, zone), Limitations: domains(in.Limitations, zone), Variables: domains(in.Variables, zone),
		},
	}
}

func (in editionUpdate) domain(zone *time.Location) catalog.EditionChange {
	return catalog.EditionChange{
		Name: in.Name, Description: in.Description, LicenseType: in.LicenseType,
		Policy:   func(now terms.Policy) terms.Policy { return in.over(now, zone) },
		Features: replaced(in.Features, zone), Limitations: replaced(in.Limitations, zone), Variables: replaced(in.Variables, zone),
		Archived: in.IsArchived,
	}
}

func (a *Area) editions(m *operation.Maker) []operation.Operation {
	const group = "Editions"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/editions", ID: "list-editions", Group: group, Summary: "List editions", Permission: identity.ViewCatalog, Compress: true,
			Queries: []operation.Query{{Name: "product_id", Kind: operation.UUID, Doc: "only those of this product"}, archivedQuery},
		}, catalog.EditionSorts(), func(q *operation.Request, r listing.Request) (listing.Page[catalog.Edition], error) {
			return a.CatalogRows.EditionsIn(q.Context, q.Vendor, q.OptionalUUID("product_id"), q.Flag("is_archived"), r)
		}, showEdition),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/editions", ID: "create-edition", Group: group, Summary: "Create an edition",
			About:      "Features, limitations and variables are named; those that the product does not define yet are defined.",
			Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in editionCreate) (edition, error) {
			e, err := a.Catalog.CreateEdition(t, q.Vendor, in.domain(q.Zone))
			return showEdition(e), err
		}),
		operation.Get(m, operation.Operation{
			Path: "/editions/{id}", ID: "get-edition", Group: group, Summary: "Get an edition", Permission: identity.ViewCatalog, Compress: true,
		}, func(q *operation.Request) (edition, error) {
			e, err := a.CatalogRows.EditionByUUID(q.Context, q.Vendor, q.ID)
			return showEdition(e), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/editions/{id}", ID: "update-edition", Group: group, Summary: "Change an edition",
			About: "Fields that are left out stay as they are. The change reaches all of its licences at once, " +
				"but where a licence overrides it.",
			Permission: identity.ManageCatalog,
		}, func(t tx.Tx, q *operation.Request, in editionUpdate) (edition, error) {
			e, err := a.Catalog.UpdateEdition(t, q.Vendor, q.ID, in.domain(q.Zone))
			return showEdition(e), err
		}),
		remove(m, group, "editions", "edition", "No licence may be of it. One that was sold can be archived.",
			func(t tx.Tx, q *operation.Request) error { return a.Catalog.DeleteEdition(t, q.Vendor, q.ID) }),
	}
}
