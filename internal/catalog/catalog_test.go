package catalog_test

import (
	"fmt"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func revision(t *testing.T, b storetest.CatalogBench, e catalog.Edition) int64 {
	t.Helper()
	now, err := b.Rows.EditionByUUID(t.Context(), b.Vendor, e.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return now.Revision
}

func TestProducts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		edition := b.Edition(t, catalog.Edition{Name: "Pro"})
		got, err := b.Rows.ProductByUUID(t.Context(), b.Vendor, b.Product.UUID)
		if err != nil || got != b.Product {
			t.Fatalf("%+v, %v", got, err)
		}
		// What clients see raises the editions' revision, and nothing else does.
		days := 30
		inactive := &days
		b.ChangeProduct(t, catalog.ProductChange{MaximumInactiveDays: &inactive})
		if n := revision(t, b, edition); n != 1 {
			t.Errorf("an unseen change raised the edition to %d", n)
		}
		latest := "3.0"
		after := b.ChangeProduct(t, catalog.ProductChange{LatestRelease: &latest})
		if n := revision(t, b, edition); n != 2 || after.Revision != 3 {
			t.Errorf("a new release left the edition at %d, the product at %d", n, after.Revision)
		}
		if again := b.ChangeProduct(t, catalog.ProductChange{LatestRelease: &latest}); again.Revision != after.Revision {
			t.Error("a change of nothing raised the revision")
		}
		releases, err := b.Rows.Releases(t.Context(), b.Vendor, b.Product.ID, listing.Request{Limit: 10, Sort: "software_release"})
		if err != nil || len(releases.Items) != 2 || releases.Items[1].SoftwareRelease != "3.0" {
			t.Errorf("releases %+v, %v", releases, err)
		}
		described := storetest.Do(t, e, func(x tx.Tx) (catalog.Release, error) {
			return b.Catalog.PutRelease(x, b.Vendor, b.Product.UUID, "3.0", "The big one")
		})
		if described.UUID != releases.Items[1].UUID || described.Description != "The big one" || revision(t, b, edition) != 3 {
			t.Errorf("described %+v", described)
		}

		storetest.Refuse(t, e, "product_name_taken", func(x tx.Tx) (catalog.Product, error) {
			return b.Catalog.CreateProduct(x, b.Vendor, catalog.Product{Name: "Drill"})
		})
		other := storetest.Do(t, e, func(x tx.Tx) (catalog.Product, error) {
			return b.Catalog.CreateProduct(x, b.Vendor, catalog.Product{Name: "Saw"})
		})
		name := "Drill"
		storetest.Refuse(t, e, "product_name_taken", func(x tx.Tx) (catalog.Product, error) {
			return b.Catalog.UpdateProduct(x, b.Vendor, other.UUID, catalog.ProductChange{Name: &name})
		})
		stranger := storetest.Vendor(t, e, "Bolt").ID
		storetest.Refuse(t, e, "product_not_found", func(x tx.Tx) (catalog.Product, error) {
			return b.Catalog.UpdateProduct(x, stranger, other.UUID, catalog.ProductChange{Name: &name})
		})
		if _, err := b.Rows.ProductByUUID(t.Context(), stranger, other.UUID); err == nil {
			t.Error("another vendor sees the product")
		}
	})
}

func TestProductsPageInEverySort(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		for i := range 7 {
			storetest.Do(t, e, func(x tx.Tx) (catalog.Product, error) {
				return b.Catalog.CreateProduct(x, b.Vendor, catalog.Product{Name: fmt.Sprintf("P%d", i)})
			})
		}
		for _, sort := range []string{"name", "-name", "created_at", "-created_at"} {
			names, cursor := []string{}, ""
			for {
				r, err := listing.Parse(3, sort, cursor, catalog.ProductSorts()...)
				if err != nil {
					t.Fatal(err)
				}
				page, err := b.Rows.Products(t.Context(), b.Vendor, r)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range page.Items {
					names = append(names, p.Name)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			want := "[Drill P0 P1 P2 P3 P4 P5 P6]"
			if sort[0] == '-' {
				want = "[P6 P5 P4 P3 P2 P1 P0 Drill]"
			}
			if got := fmt.Sprint(names); got != want {
				t.Errorf("%s: %s", sort, got)
			}
		}
	})
}

type heard struct{ before, after []catalog.Edition }

func (h *heard) EditionChanged(_ tx.Tx, _ ident.VendorID, before, after catalog.Edition) error {
	h.before, h.after = append(h.before, before), append(h.after, after)
	return nil
}

func TestEditions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		follower := &heard{}
		b := storetest.NewCatalog(t, e, follower)
		limit := int64(10 * terms.Unit)
		policy := terms.Defaults()
		policy.ReleaseLimit = "1.5"
		made := b.Edition(t, catalog.Edition{
			Name: "Pro", Policy: policy,
			Grants: terms.Grants{
				Features:    []terms.Feature{{Name: "export", IsActive: true}, {Name: "cloud"}},
				Limitations: []terms.Limitation{{Name: "jobs", Limit: &limit, Reset: terms.ResetMonth}, {Name: "seats"}},
				Variables:   []terms.Variable{{Name: "region", Value: "eu"}},
			},
		})
		got, err := b.Rows.EditionByUUID(t.Context(), b.Vendor, made.UUID)
		if err != nil || fmt.Sprintf("%+v", got.Grants.Features) != fmt.Sprintf("%+v", made.Grants.Features) ||
			got.Mode != terms.Named || got.Grants.Limitations[1].Reset != terms.ResetNone || *got.Grants.Limitations[0].Limit != limit {
			t.Fatalf("%+v, %v", got, err)
		}
		// A second edition shares the product's definitions.
		second := b.Edition(t, catalog.Edition{
			Name: "Basic", Mode: terms.Floating,
			Grants: terms.Grants{Features: []terms.Feature{{Name: "export"}, {Name: "print"}}},
		})
		if second.Grants.Features[0].ID != made.Grants.Features[0].ID {
			t.Error("one feature got two ids")
		}
		features, err := b.Rows.Definitions(t.Context(), b.Vendor, b.Product.ID, catalog.FeatureKind, listing.Request{Limit: 10, Sort: "name"})
		if err != nil || len(features.Items) != 3 {
			t.Errorf("features %+v, %v", features, err)
		}

		// Renaming a feature reaches the editions that grant it, and only those.
		name := "export_pdf"
		storetest.Do(t, e, func(x tx.Tx) (catalog.Definition, error) {
			return b.Catalog.Redefine(x, b.Vendor, catalog.FeatureKind, made.Grants.Features[1].ID, &name, nil)
		})
		if n, m := revision(t, b, made), revision(t, b, second); n != 2 || m != 1 {
			t.Errorf("revisions %d and %d after the renaming", n, m)
		}
		export := "export"
		storetest.Refuse(t, e, "feature_name_taken", func(x tx.Tx) (catalog.Definition, error) {
			return b.Catalog.Redefine(x, b.Vendor, catalog.FeatureKind, made.Grants.Features[1].ID, &export, nil)
		})

		changed := storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, made.UUID, catalog.EditionChange{
				Policy:    func(p terms.Policy) terms.Policy { p.TokenLimit = 5; return p },
				Variables: &[]terms.Variable{{Name: "zone", Value: "b"}},
			})
		})
		if changed.Revision != 3 || changed.Policy.TokenLimit != 5 || changed.Policy.ReleaseLimit != "1.5" ||
			changed.Grants.Variables[0].ID.IsZero() || changed.Grants.Features[1].Name != "export_pdf" {
			t.Errorf("changed %+v", changed)
		}
		if n := len(follower.after); n != 2 || follower.before[1].Policy.TokenLimit != 1 || follower.after[1].Revision != 3 {
			t.Errorf("the follower heard %d changes", n)
		}
		same := storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, made.UUID, catalog.EditionChange{Name: &changed.Name})
		})
		if same.Revision != 3 {
			t.Error("a change of nothing raised the revision")
		}

		basic := "Basic"
		storetest.Refuse(t, e, "edition_name_taken", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, made.UUID, catalog.EditionChange{Name: &basic})
		})
		wrong := storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.CreateEdition(x, b.Vendor, catalog.Edition{
				ProductUUID: b.Product.UUID, Mode: "rented", ClientType: "cats", LicenseType: "free", Policy: terms.Policy{TokenLimit: -1},
				Grants: terms.Grants{Features: []terms.Feature{{Name: "a"}, {Name: "a"}}, Limitations: []terms.Limitation{{Name: "l", Reset: "hourly"}}},
			})
		})
		if len(wrong) < 8 {
			t.Errorf("only these were named: %v", wrong)
		}
		stranger := storetest.Vendor(t, e, "Bolt").ID
		storetest.Refuse(t, e, "edition_not_found", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, stranger, made.UUID, catalog.EditionChange{Name: &name})
		})
		storetest.Refuse(t, e, "product_not_found", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.CreateEdition(x, stranger, catalog.Edition{Name: "X", ProductUUID: b.Product.UUID, Policy: terms.Defaults()})
		})
		page, err := b.Rows.EditionsOf(t.Context(), b.Vendor, &b.Product.UUID, listing.Request{Limit: 1, Sort: "name"})
		if err != nil || len(page.Items) != 1 || page.Items[0].Name != "Basic" || page.Next == "" {
			t.Errorf("page %+v, %v", page, err)
		}
	})
}

func TestNoEditorLosesAChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		made := b.Edition(t, catalog.Edition{Name: "Pro"})
		const editors = 16
		failed := make(chan error, editors)
		for i := range editors {
			go func() {
				failed <- e.DB.Run(t.Context(), func(x tx.Tx) error {
					_, err := b.Catalog.UpdateEdition(x, b.Vendor, made.UUID, catalog.EditionChange{
						Policy: func(p terms.Policy) terms.Policy { p.TokenLimit += int64(i) + 1; return p },
					})
					return err
				})
			}()
		}
		for range editors {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		now, err := b.Rows.EditionByUUID(t.Context(), b.Vendor, made.UUID)
		if err != nil || now.Revision != 1+editors || now.Policy.TokenLimit != 1+editors*(editors+1)/2 {
			t.Errorf("revision %d, limit %d, %v: an editor's change was lost", now.Revision, now.Policy.TokenLimit, err)
		}
	})
}
