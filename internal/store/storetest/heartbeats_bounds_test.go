package storetest_test

import (
	"fmt"
	"strings"
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
)

// Ever new variables of one client: what is kept stays small, and each answer
// names what is not.
func TestHeartbeatsDoNotPileUpVariables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 0))
		b.granted(t, l.LicenseKey, "c")
		for i := range 20 {
			said := map[string]string{}
			for j := range 60 {
				said[fmt.Sprintf("v%d.%d", i, j)] = strings.Repeat("x", 500)
			}
			out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1", Variables: said}})
			if out.Refusal != nil || len(out.Dropped) < 28 {
				t.Fatalf("call %d: %+v, %d variables dropped", i, out.Refusal, len(out.Dropped))
			}
		}
		if n := storetest.Count(t, e, `SELECT LENGTH(device_variables) FROM activations`); n > licensing.MaxVariableBytes+1000 || n < licensing.MaxVariableBytes-1000 {
			t.Errorf("%d bytes of variables are kept", n)
		}
	})
}
