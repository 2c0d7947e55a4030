package catalog_test

import (
	"strings"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// wrongField expects a change to be refused for a field, and gives what is said.
func wrongField[T any](t *testing.T, e storetest.Env, field string, fn func(x tx.Tx) (T, error)) string {
	t.Helper()
	err := e.DB.Run(t.Context(), func(x tx.Tx) error {
		_, err := fn(x)
		return err
	})
	if f := fault.As(err); err != nil && len(f.Fields) > 0 && f.Fields[0].Name == field {
		return f.Fields[0].Message
	}
	t.Errorf("got %v, want %s to be wrong", err, field)
	return ""
}

// Names that people can't tell apart are one name.
func TestNamesThatLookAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		composed, apart := "Gr\u00f6\u00dfe L", "Gro\u0308\u00dfe L"
		made := b.Edition(t, catalog.Edition{Name: " " + apart + "\u00a0", Grants: terms.Grants{Features: []terms.Feature{{Name: apart}}}})
		if made.Name != composed || made.Grants.Features[0].Name != composed {
			t.Errorf("kept as %+q, %+q", made.Name, made.Grants.Features[0].Name)
		}
		for _, twin := range []string{composed, apart, "GRÖSSE L", "grosse  l"} {
			storetest.Refuse(t, e, "edition_name_taken", func(x tx.Tx) (catalog.Edition, error) {
				return b.Catalog.CreateEdition(x, b.Vendor, catalog.Edition{ProductUUID: b.Product.UUID, Name: twin, Policy: terms.Defaults()})
			})
		}
		storetest.Refuse(t, e, "product_name_taken", func(x tx.Tx) (catalog.Product, error) {
			return b.Catalog.CreateProduct(x, b.Vendor, catalog.Product{Name: strings.ToUpper(b.Product.Name)})
		})
		// One that is there is granted; one that looks like it is not defined beside it.
		again := storetest.Do(t, e, func(x tx.Tx) (catalog.Definition, error) {
			return b.Catalog.Define(x, b.Vendor, b.Product.UUID, catalog.Definition{Kind: catalog.FeatureKind, Name: apart})
		})
		if again.UUID != made.Grants.Features[0].ID {
			t.Error("the same name was defined twice")
		}
		for _, grants := range []terms.Grants{
			{Features: []terms.Feature{{Name: "grösse l"}}},
			{Limitations: []terms.Limitation{{Name: "Pages"}, {Name: "pages"}}},
		} {
			kind := "feature_name_taken"
			if grants.Features == nil {
				kind = "limitation_name_taken"
			}
			storetest.Refuse(t, e, kind, func(x tx.Tx) (catalog.Edition, error) {
				return b.Catalog.CreateEdition(x, b.Vendor, catalog.Edition{ProductUUID: b.Product.UUID, Name: "Other", Policy: terms.Defaults(), Grants: grants})
			})
		}
		// A name may be written anew, but not become another's.
		other := b.Edition(t, catalog.Edition{Name: "Basic"})
		upper, taken := "BASIC", "größe l"
		if got := storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, other.UUID, catalog.EditionChange{Name: &upper})
		}); got.Name != upper {
			t.Errorf("written anew: %q", got.Name)
		}
		storetest.Refuse(t, e, "edition_name_taken", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, other.UUID, catalog.EditionChange{Name: &taken})
		})
		hidden := "Ba\u200bsic"
		if said := wrongField(t, e, "name", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, other.UUID, catalog.EditionChange{Name: &hidden})
		}); !strings.Contains(said, "U+200B") {
			t.Errorf("a character that nobody sees: %s", said)
		}
	})
}

// What was stored before names and releases were read stays, and can be changed.
func TestWhatWasStoredBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		first := b.Edition(t, catalog.Edition{Name: "Basic", Grants: terms.Grants{Features: []terms.Feature{{Name: "a"}, {Name: "b"}}}})
		twin := b.Edition(t, catalog.Edition{Name: "Other"})
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := store.On(x).Exec(`UPDATE editions SET name = $1, policy = replace(policy, '"release_limit":""', '"release_limit":"latest"')
				WHERE uuid = $2`, "ba\u200bsic", twin.UUID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		text := "New words"
		for _, id := range []catalog.Edition{first, twin} {
			got := storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
				return b.Catalog.UpdateEdition(x, b.Vendor, id.UUID, catalog.EditionChange{Description: &text})
			})
			if got.Description != text {
				t.Errorf("%q can't be changed", got.Name)
			}
		}
		// To be mended, it takes a release that can be read.
		policy := func(release string) catalog.EditionChange {
			return catalog.EditionChange{Policy: func(p terms.Policy) terms.Policy {
				p.ReleaseLimit = release
				return p
			}}
		}
		wrongField(t, e, "release_limit", func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, twin.UUID, policy("all"))
		})
		if got := storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, twin.UUID, policy(" 1.10 "))
		}); got.Policy.ReleaseLimit != "1.10" {
			t.Errorf("the release is kept as %q", got.Policy.ReleaseLimit)
		}
		wrongField(t, e, "latest_release", func(x tx.Tx) (catalog.Product, error) {
			latest := "1,10"
			return b.Catalog.UpdateProduct(x, b.Vendor, b.Product.UUID, catalog.ProductChange{LatestRelease: &latest})
		})
		wrongField(t, e, "software_release", func(x tx.Tx) (catalog.Release, error) {
			return b.Catalog.PutRelease(x, b.Vendor, b.Product.UUID, "Version 2", "")
		})
	})
}
