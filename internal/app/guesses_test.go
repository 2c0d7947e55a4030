package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"chancery/internal/app/apptest"
)

// The attack: trying legacy keys one after another, which may be short.
func TestGuessingLegacyKeysIsThrottled(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		v := s.Vendor(t, "Acme")
		guess := func(key string) apptest.Answer {
			return s.Do(t, http.MethodPost, "/api/v2/isv/"+v.VendorID+"/provisioning/validate", map[string]string{"license_key": key}, "ProvisioningKey", v.ProvisioningKey)
		}
		throttled := false
		for i := range 40 {
			switch a := guess(fmt.Sprintf("OLD-%04d", i)); {
			case a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") != "":
				throttled = true
			case a.Status != http.StatusConflict || throttled:
				t.Fatalf("guess %d was answered %d", i, a.Status)
			}
		}
		if !throttled {
			t.Error("forty guesses, and nobody minds")
		}
	})
}
