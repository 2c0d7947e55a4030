package licensing_test

import (
	"testing"

	"chancery/internal/store/storetest"
)

// licenseBench is the shared bench with what only this room's suite asks of it.
type licenseBench struct{ storetest.LicenseBench }

func newLicenses(t *testing.T, e storetest.Env) licenseBench {
	t.Helper()
	return licenseBench{storetest.NewLicenses(t, e)}
}
