package catalog_test

import (
	"strings"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// What something refers to stays, and the refusal says what that is.
func TestWhatNothingRefersToCanBeDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		p := terms.Defaults()
		p.ReleaseLimit = "4.0"
		pro := b.Edition(t, catalog.Edition{
			Name: "Pro", Policy: p, Grants: terms.Grants{Features: []terms.Feature{{Name: "Export", IsActive: true}}},
		})
		l := b.Issue(t, pro)
		feature := pro.Grants.Features[0].ID
		del := func(fn func(tx.Tx) error) error {
			_, err := storetest.Try(t, e, func(x tx.Tx) (int, error) { return 0, fn(x) })
			return err
		}
		product := func(x tx.Tx) error { return b.Catalog.DeleteProduct(x, b.Vendor, b.Product.UUID) }
		edition := func(x tx.Tx) error { return b.Catalog.DeleteEdition(x, b.Vendor, pro.UUID) }
		define := func(x tx.Tx) error { return b.Catalog.Undefine(x, b.Vendor, catalog.FeatureKind, feature) }
		releases, err := b.Rows.Releases(t.Context(), b.Vendor, b.Product.ID, listing.Request{Limit: 10, Sort: "software_release"})
		if err != nil {
			t.Fatal(err)
		}
		var limit, latest ident.UUID
		for _, r := range releases.Items {
			switch r.SoftwareRelease {
			case "4.0":
				limit = r.UUID
			case b.Product.LatestRelease:
				latest = r.UUID
			}
		}
		for name, c := range map[string]struct {
			fn         func(tx.Tx) error
			code, says string
		}{
			"the product":         {product, "product_in_use", "edition"},
			"the edition":         {edition, "edition_in_use", "1 licence."},
			"the feature":         {define, "feature_in_use", "1 edition that grants it"},
			"the limit's release": {func(x tx.Tx) error { return b.Catalog.DeleteRelease(x, b.Vendor, limit) }, "release_in_use", "1 edition that names it"},
			"the latest release":  {func(x tx.Tx) error { return b.Catalog.DeleteRelease(x, b.Vendor, latest) }, "release_in_use", "1 product"},
		} {
			if err := del(c.fn); !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for i, fn := range []func(tx.Tx) error{
			func(x tx.Tx) error { return b.Licenses.Delete(x, b.Vendor, l.ID) }, edition, define,
			func(x tx.Tx) error { return b.Catalog.DeleteRelease(x, b.Vendor, limit) }, product,
		} {
			if err := del(fn); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		for _, table := range []string{"products", "editions", "features", "software_releases"} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM `+table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
		again := storetest.Do(t, e, func(x tx.Tx) (catalog.Product, error) {
			return b.Catalog.CreateProduct(x, b.Vendor, catalog.Product{Name: b.Product.Name})
		})
		if again.ID == b.Product.ID {
			t.Error("a new product has the id of the deleted one")
		}
		if out := b.Try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "a"}); out.Refusal == nil {
			t.Error("a deleted licence is activated")
		}
	})
}

func TestArchived(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		b.Edition(t, catalog.Edition{Name: "Pro"})
		yes, no := true, false
		count := func(archived *bool) int {
			page, err := b.Rows.ProductsIn(t.Context(), b.Vendor, archived, listing.Request{Limit: 10, Sort: "name"})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		if after := b.ChangeProduct(t, catalog.ProductChange{Archived: &yes}); after.ArchivedAt.IsZero() || count(&yes) != 1 || count(&no) != 0 || count(nil) != 1 {
			t.Errorf("%+v, %d archived and %d not", after, count(&yes), count(&no))
		}
		storetest.Refuse(t, e, "product_archived", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.CreateEdition(x, b.Vendor, catalog.Edition{ProductUUID: b.Product.UUID, Name: "Lite", Policy: terms.Defaults()})
		})
		if back := b.ChangeProduct(t, catalog.ProductChange{Archived: &no}); !back.ArchivedAt.IsZero() || count(&no) != 1 {
			t.Errorf("%+v", back)
		}
	})
}
