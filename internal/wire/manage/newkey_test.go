package manage_test

import (
	"fmt"
	"testing"

	"chancery/internal/store/storetest"
)

func TestANewKeyByCall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		w := b.furnish(t)
		path := "/api/v1/licenses/" + w["licenses"] + "/new-key"
		made := b.ok(t, "POST", path, `{}`)
		if made.text("license_key") == w["license_key"] || len(made.body["token_keys"].([]any)) != 2 || fmt.Sprint(made.body["released"]) != "0" {
			t.Errorf("%s", made.raw)
		}
		if a := b.send(t, "POST", path, `{"mail":true,"release_devices":true}`); a.status != 200 || fmt.Sprint(a.body["released"], "-", a.body["activations_used"]) != "1-0" {
			t.Errorf("%d %s", a.status, a.raw)
		}
		limited := b.ok(t, "POST", "/api/v1/api-keys", `{"kind":"admin","name":"Sales","permissions":["manage_licenses","view_licenses"]}`).text("secret")
		if a := b.send(t, "POST", path, `{"release_devices":true}`, "Authorization", "Bearer "+limited); a.status != 403 {
			t.Errorf("without the permission to release: %d %s", a.status, a.raw)
		}
		if a := b.send(t, "POST", path, `{}`, "Authorization", "Bearer "+limited); a.status != 200 {
			t.Errorf("without releasing: %d %s", a.status, a.raw)
		}
	})
}
