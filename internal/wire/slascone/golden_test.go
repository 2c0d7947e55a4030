package slascone

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// sample is a licence with something in every field that can have something.
func sample() (*licensing.License, *licensing.Activation) {
	id := func(n byte) ident.UUID { return ident.UUID{15: n} }
	at := time.Date(2026, 3, 29, 0, 59, 59, 999_000_000, time.UTC)
	limit, days := int64(1_500_000), 14
	grants := terms.Grants{
		Features:    []terms.Feature{{ID: id(10), Name: "Export", Description: "Exports", IsActive: true, ExpiresAt: &at}, {ID: id(11), Name: "Cloud"}},
		Limitations: []terms.Limitation{{ID: id(12), Name: "Scans", Limit: &limit, Reset: terms.ResetMonth}, {ID: id(13), Name: "Projects", Reset: terms.ResetNone}},
		Variables:   []terms.Variable{{ID: id(14), Name: "Region", Value: "eu <west>"}},
	}
	policy := terms.Defaults()
	policy.TokenLimit, policy.GoodwillTokenLimit, policy.GoodwillDays, policy.ReleaseLimit = 2, 1, &days, "2.9"
	l := &licensing.License{
		UUID: id(1), Product: licensing.Product{UUID: id(2), Name: "Drill", LatestRelease: "3.0"},
		Customer: licensing.Customer{UUID: id(3), CompanyName: "Kirk & Co", CustomerNumber: "C-1"},
		Edition: &licensing.Edition{
			UUID: id(4), Name: "Pro", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.TimeLimited, Policy: policy, Grants: grants,
			Revision: 3, Releases: []licensing.Release{{UUID: id(15), Release: "2.9", Description: "Last of two"}, {UUID: id(16), Release: "3.0"}},
		},
		Name: "Site A", LicenseKey: id(5), LegacyKey: "OLD-1", IsActive: true, RegularUsed: 2, GoodwillUsed: 1, Revision: 4,
		StartsAt: at.AddDate(-1, 0, 0), ExpiresMode: terms.ExpiresAt, ExpiresAt: at.AddDate(0, 1, 0), FirstActivatedAt: at.AddDate(0, -1, 0),
	}
	a := &licensing.Activation{
		UUID: id(6), TokenKey: id(7), Device: licensing.Device{Number: "client-1"}, GoodwillSince: at, GoodwillUntil: at.AddDate(0, 0, 14),
		Client: licensing.Client{Name: "Bench 4", SoftwareVersion: "2.1"},
	}
	return l, a
}

func TestLicenseInfoGolden(t *testing.T) {
	t.Parallel()
	l, a := sample()
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	meters := []metering.Reading{{Limitation: l.Edition.Grants.Limitations[0], Meter: metering.Meter{Consumed: 1_750_000}}}
	compare(t, "license_info.json", infoOf(licensing.StateOf(l, a, a.Client.SoftwareVersion, at), meters))
	bare := *l
	edition := *l.Edition
	edition.Policy, edition.Grants = terms.Defaults(), terms.Grants{}
	bare.Edition, bare.Name, bare.LegacyKey, bare.ExpiresMode = &edition, "", "", ""
	bare.StartsAt, bare.Product.LatestRelease, bare.IsActive = time.Time{}, "", false
	compare(t, "license_info_bare.json", infoOf(licensing.StateOf(&bare, nil, "", at), nil))
	l.Edition.ClientType, l.Users = terms.Users, []string{"ann", "bob"}
	compare(t, "license.json", []license{licenseOf(licensing.StateOf(l, nil, "", at)), licenseOf(licensing.StateOf(&bare, nil, "", at))})
}

// compare holds v against a golden file; UPDATE_GOLDEN=1 writes it.
func compare(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

// The RSA key signs nonces of 16 to 32 bytes for anybody: no answer may be that long.
func TestNoConstantAnswerIsAsLongAsANonce(t *testing.T) {
	t.Parallel()
	bodies := make([][]byte, 0, 64)
	bodies = append(bodies, []byte(`"Successfully deactivated License."`), stored.body)
	bodies = append(bodies, strconv.AppendInt(nil, terms.MaxTokens*1000, 10)) // a count of sessions, far above any limit
	for _, k := range refusal.All() {
		bodies = append(bodies, refused(refusal.Refuse(k.ID)).body)
	}
	for _, list := range [][]consumption{{}, {{}}} {
		answer, err := ok(list)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, answer.body)
	}
	for _, b := range bodies {
		if len(b) >= 16 && len(b) <= 32 {
			t.Errorf("%s has %d bytes", b, len(b))
		}
	}
	if len(bodies) < 25 {
		t.Errorf("only %d refusals were looked at", len(bodies))
	}
}

func TestSessionStatusGolden(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 29, 0, 59, 59, 999_000_000, time.UTC)
	status := statusOf(floating.Status{Limit: 5, Session: floating.Session{OpenedAt: at, RenewedAt: at.Add(time.Hour), ValidUntil: at.Add(2 * time.Hour)}})
	compare(t, "session_status.json", status)
	if body, err := json.Marshal(status); err != nil || len(body) <= 32 {
		t.Errorf("%s, %v", body, err)
	}
}
