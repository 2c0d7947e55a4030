package catalog_test

import (
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestStartingPointsAreEditions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCatalog(t, e, nil)
		for _, s := range catalog.StartingPoints() {
			if found, ok := catalog.StartingPointOf(s.Key); !ok || found.Edition.Name != s.Edition.Name || s.Means == "" {
				t.Errorf("%s is not found", s.Key)
			}
			s.Edition.ProductUUID = b.Product.UUID
			storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) { return b.Catalog.CreateEdition(x, b.Vendor, s.Edition) })
		}
		sdk, _ := catalog.StartingPointOf("app-store-sdk")
		if p := sdk.Edition.Policy; p.ActivationBuffer != 1000 || *p.DeactivationAllowance != 500 || *p.DashboardDeactivationAllowance != 100 {
			t.Errorf("%+v", p)
		}
		if _, ok := catalog.StartingPointOf("nothing"); ok {
			t.Error("there is one that nobody knows")
		}
	})
}
