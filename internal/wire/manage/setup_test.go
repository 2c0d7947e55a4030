package manage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	machines "chancery/internal/devices"
	"chancery/internal/edge"
	"chancery/internal/erasure"
	"chancery/internal/fault"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/licensing"
	"chancery/internal/mail"
	"chancery/internal/mailing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/recheck"
	"chancery/internal/store"
	auditstore "chancery/internal/store/audit"
	catalogstore "chancery/internal/store/catalog"
	customerstore "chancery/internal/store/customers"
	devicestore "chancery/internal/store/devices"
	erasurestore "chancery/internal/store/erasure"
	floatingstore "chancery/internal/store/floating"
	identitystore "chancery/internal/store/identity"
	keyringstore "chancery/internal/store/keyring"
	licensestore "chancery/internal/store/licensing"
	mailstore "chancery/internal/store/mailing"
	meterstore "chancery/internal/store/metering"
	outboxstore "chancery/internal/store/outbox"
	ownerstore "chancery/internal/store/owners"
	prepaidstore "chancery/internal/store/prepaid"
	"chancery/internal/store/storetest"
	vendorstore "chancery/internal/store/vendors"
	clock "chancery/internal/testclock"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wire/manage"
	"chancery/internal/wire/manage/auditlog"
	catalogarea "chancery/internal/wire/manage/catalog"
	customersarea "chancery/internal/wire/manage/customers"
	"chancery/internal/wire/manage/devices"
	"chancery/internal/wire/manage/erasures"
	licensesarea "chancery/internal/wire/manage/licenses"
	mailsarea "chancery/internal/wire/manage/mails"
	"chancery/internal/wire/manage/own"
	prepaidarea "chancery/internal/wire/manage/prepaid"
	"chancery/internal/wire/manage/requests"
	"chancery/internal/wire/manage/sessions"
	"chancery/internal/wire/manage/settings"
	"chancery/internal/wire/manage/testclock"
	"chancery/internal/wire/manage/webhooks"
	"chancery/internal/wiring"
	"chancery/internal/wiring/pairs"
)

// noTestClock is the test clock of a server that has none.
type noTestClock struct{}

func (noTestClock) Reading() clock.Reading { return clock.Reading{} }

func (noTestClock) Advance(context.Context, ident.VendorID, time.Duration, clock.Memory) (clock.Report, error) {
	return clock.Report{}, fault.Refused("no_test_clock", "This server has no test clock.", "Start it with --test-clock.")
}

// untold tells nobody of requests.
type untold struct{}

func (untold) Asked(tx.Tx, ident.VendorID, owners.Request) error            { return nil }
func (untold) Answered(tx.Tx, ident.VendorID, owners.Request) (bool, error) { return false, nil }

// bundle is the API on a real database, with two vendors and an admin key of each.
type bundle struct {
	storetest.Env

	edge      *edge.Edge
	licensing *licensing.Service
	sessions  *floating.Service
	apiKeys   *identity.APIKeys
	acme      vendors.Vendor
	key       string // an admin key of acme
	other     string // an admin key of another vendor
}

// material is made once: RSA keys take their time.
var material = sync.OnceValues(func() (keyring.Material, error) { return keyring.Generate(keyring.Kinds()...) })

func must[T any](t testing.TB) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// prepaidArea is the part for prepaid devices.
func prepaidArea(t testing.TB, e storetest.Env, held *machines.Service, ownerRows ownerstore.Store) manage.Area {
	t.Helper()
	rows := prepaidstore.Store{DB: e.DB}
	service := must[*prepaid.Service](t)(prepaid.New(prepaid.Config{
		Store: rows, Reader: rows, Machines: pairs.PrepaidMachines{Devices: held}, Runner: e.DB, IDs: e.IDs,
	}))
	hearings := prepaidstore.NewHearings(e.DB, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := hearings.Close(); err != nil {
			t.Error(err)
		}
	})
	return must[*prepaidarea.Area](t)(prepaidarea.New(prepaidarea.Config{
		Clock: e.Clock, Prepaid: service, Rows: rows, Reports: prepaid.Reports{Service: service, Hearing: hearings},
		Owners: must[*owners.Service](t)(owners.New(ownerRows)), OwnerRows: ownerRows,
	}))
}

// noRecords is a DNS in which nothing is found.
type noRecords struct{}

func (noRecords) TXT(context.Context, string) ([]string, error) { return nil, nil }

func setup(t testing.TB, e storetest.Env) bundle {
	t.Helper()
	b := bundle{Env: e}
	watch := recheck.NewWatch(e.Clock, e.DB.ChangeCount)
	sealer := must[*keyring.Sealer](t)(keyring.NewSealer(keyring.MasterKey{1}))
	ring := must[*keyring.Keyring](t)(keyring.New(keyring.Config{Store: keyringstore.Store{DB: e.DB}, Sealer: sealer, Watch: watch}))
	b.apiKeys = must[*identity.APIKeys](t)(identity.NewAPIKeys(identitystore.APIKeys{DB: e.DB}, e.IDs))
	licenses := licensestore.New(e.DB)
	pulses := licensestore.NewPulses(e.DB, nil)
	t.Cleanup(func() {
		if err := pulses.Close(); err != nil {
			t.Error(err)
		}
	})
	renderer := must[*mail.Renderer](t)(mail.NewRenderer())
	mailRows := mailstore.Store{DB: e.DB}
	mails := must[*mailing.Service](t)(mailing.New(mailing.Config{
		Store: mailRows, Renderer: renderer, Sealer: sealer, IDs: e.IDs, Dashboard: func(mailing.Vendor) string { return "" },
	}))
	held := must[*machines.Service](t)(machines.New(machines.Config{
		Store: devicestore.Store{}, IDs: e.IDs, Copies: []machines.Copies{licenses},
	}))
	released := &pairs.Released{}
	b.licensing = must[*licensing.Service](t)(licensing.New(licensing.Config{
		Store: licenses, Reader: licenses, Pulses: pulses, Devices: pairs.LicensedDevices{Devices: held},
		Runner: e.DB, IDs: e.IDs, Sessions: released,
		Notices: wiring.LicenceMails{Mails: mails},
	}))
	leases := floatingstore.Store{DB: e.DB}
	b.sessions = must[*floating.Service](t)(floating.New(floating.Config{
		Store: leases, Reader: leases, Licenses: pairs.SessionLicenses{Licensing: b.licensing}, Runner: e.DB, IDs: e.IDs,
	}))
	released.Floating = b.sessions
	meterRows, metered := meterstore.Store{DB: e.DB}, pairs.MeteredLicenses{Licenses: b.licensing}
	vendorRows := vendorstore.Store{DB: e.DB}
	erasureRows := erasurestore.Store{DB: e.DB, Audit: auditstore.Store{DB: e.DB}}
	catalogRows, customerRows, outboxRows := catalogstore.Store{DB: e.DB}, customerstore.Store{DB: e.DB}, outboxstore.Store{DB: e.DB}
	people, ownerRows := storetest.PeopleOf(t, e, vendors.Vendor{}), ownerstore.Store{DB: e.DB, Licenses: licenses}
	owning := must[*owners.Service](t)(owners.New(ownerRows))
	asking := must[*owners.Requests](t)(owners.NewRequests(owners.RequestsConfig{
		Store: ownerRows, Owners: owning, Licenses: pairs.RequestedLicenses{Licenses: b.licensing}, Post: untold{}, IDs: e.IDs,
	}))
	areas := []manage.Area{
		must[*requests.Area](t)(requests.New(requests.Config{
			Requests: pairs.NotedRequests{Requests: asking, Rows: ownerRows, Users: people.Users}, Rows: ownerRows,
		})),
		must[*settings.Area](t)(settings.New(settings.Config{
			Vendors:    must[*vendors.Service](t)(vendors.New(vendors.Config{Store: vendorRows, IDs: e.IDs})),
			VendorRows: vendorRows, APIKeys: b.apiKeys, APIKeyRows: identitystore.APIKeys{DB: e.DB}, SigningKeys: ring,
			HostRows: vendorRows,
			Hosts: must[*vendors.Hosts](t)(vendors.NewHosts(vendors.HostsConfig{
				Store: vendorRows, Reader: vendorRows, Resolver: noRecords{}, Runner: e.DB, IDs: e.IDs, Own: func(string) bool { return false },
			})),
		})),
		must[*catalogarea.Area](t)(catalogarea.New(catalogarea.Config{
			Catalog:     must[*catalog.Service](t)(catalog.New(catalog.Config{Store: catalogRows, IDs: e.IDs})),
			CatalogRows: catalogRows,
			Usage:       must[*metering.Usage](t)(metering.NewUsage(metering.UsageConfig{Store: meterRows, Ended: meterRows, Licenses: metered, IDs: e.IDs})),
			UsageRows:   meterRows,
		})),
		must[*customersarea.Area](t)(customersarea.New(customersarea.Config{
			Customers:    must[*customers.Service](t)(customers.New(customers.Config{Store: customerRows, Reader: customerRows, Runner: e.DB, IDs: e.IDs})),
			CustomerRows: customerRows, PeopleRows: ownerRows,
			People: pairs.CustomerPeople{Service: owning, Users: people.Users, Links: people.Links, Mails: mails},
		})),
		must[*licensesarea.Area](t)(licensesarea.New(licensesarea.Config{
			Clock: e.Clock, Licenses: b.licensing, LicenseRows: licenses,
			Meters:    must[*metering.Service](t)(metering.New(metering.Config{Store: meterRows, Reader: meterRows, Licenses: metered, Runner: e.DB, IDs: e.IDs})),
			MeterRows: meterRows, SessionRows: leases, SubscriptionRows: licenses,
			Subscriptions: must[*licensing.Subscriptions](t)(licensing.NewSubscriptions(b.licensing, licenses)),
		})),
		must[*devices.Area](t)(devices.New(devices.Config{
			Clock: e.Clock, Licenses: b.licensing, LicenseRows: licenses,
			Refresh: func(context.Context, ident.VendorID, ident.UUID, ident.UUID) (string, []byte, error) {
				return "", nil, fault.Missing("activation")
			},
		})),
		must[*sessions.Area](t)(sessions.New(sessions.Config{Clock: e.Clock, Sessions: b.sessions, SessionRows: leases, LicenseRows: licenses})),
		must[*webhooks.Area](t)(webhooks.New(webhooks.Config{
			Subscriptions: must[*outbox.Service](t)(outbox.New(outbox.Config{Store: outboxRows, IDs: e.IDs, Sealer: sealer})),
			OutboxRows:    outboxRows,
			Incoming:      must[*outbox.IncomingService](t)(outbox.NewIncoming(outboxRows, outboxRows, e.IDs, sealer)), IncomingRows: outboxRows,
		})),
		must[*mailsarea.Area](t)(mailsarea.New(mailsarea.Config{Mails: mails, MailRows: mailRows, Licenses: b.licensing, VendorRows: vendorRows})),
		must[*erasures.Area](t)(erasures.New(erasures.Config{Erasures: must[*erasure.Service](t)(erasure.New(erasure.Config{
			Store: erasureRows, Runner: e.DB, IDs: e.IDs,
		})), Rows: erasureRows})),
		prepaidArea(t, e, held, ownerRows),
		must[*testclock.Area](t)(testclock.New(testclock.Config{Clock: noTestClock{}})),
		must[*auditlog.Area](t)(auditlog.New(auditlog.Config{AuditRows: auditstore.Store{DB: e.DB}})),
	}
	api := must[*manage.API](t)(manage.New(manage.Config{
		Changes: edge.Changes{Runner: e.DB, Answers: store.Answers{Sealer: sealer}, Log: auditstore.Store{DB: e.DB}},
		Keys:    must[*identity.Authenticator](t)(identity.NewAuthenticator(watch, identitystore.APIKeys{DB: e.DB})),
		Tokens:  must[*identity.AccessTokens](t)(identity.NewAccessTokens(identitystore.AccessTokens{DB: e.DB}, e.DB, e.IDs)),
		Vendors: vendorRows, Areas: areas,
		Own: must[*own.Area](t)(own.New(own.Config{
			Clock: e.Clock, Owners: owning, OwnerRows: ownerRows, Licenses: b.licensing, MeterRows: meterRows, Requests: asking,
			Meters: must[*metering.Service](t)(metering.New(metering.Config{Store: meterRows, Reader: meterRows, Licenses: metered, Runner: e.DB, IDs: e.IDs})),
		})),
	}))
	b.edge = must[*edge.Edge](t)(edge.New(edge.Config{IDs: e.IDs}))
	if err := b.edge.Mount(api.Routes()...); err != nil {
		t.Fatal(err)
	}
	keys := must[keyring.Material](t)(material())
	for _, v := range []struct {
		name string
		key  *string
	}{{"Acme", &b.key}, {"Bolt", &b.other}} {
		vendor := storetest.Vendor(t, e, v.name)
		if v.name == "Acme" {
			b.acme = vendor
			storetest.Do(t, e, func(x tx.Tx) (keyring.Public, error) { return ring.Create(x, vendor.ID, vendor.UUID, keys) })
		}
		*v.key = storetest.Do(t, e, func(x tx.Tx) (string, error) {
			_, secret, err := b.apiKeys.Create(x, identity.Operator(vendor.ID), identity.CreateAPIKey{Kind: identity.Admin, Name: "Test"})
			return secret, err
		})
	}
	return b
}

// answer is a response, read.
type answer struct {
	status int
	raw    string
	body   map[string]any
	header http.Header
}

// send sends a request as acme's admin; headers come in pairs and may replace the key.
func (b bundle) send(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.key)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.edge.ServeHTTP(w, r)
	a := answer{status: w.Code, raw: w.Body.String(), header: w.Header()}
	if strings.Contains(w.Header().Get("Content-Type"), "json") {
		d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
		d.UseNumber()
		if err := d.Decode(&a.body); err != nil {
			t.Fatalf("%s %s: %d %q: %v", method, path, w.Code, w.Body, err)
		}
	}
	return a
}

// ok sends a request that must succeed.
func (b bundle) ok(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	a := b.send(t, method, path, body, headers...)
	if a.status < 200 || a.status > 299 {
		t.Fatalf("%s %s %s: %d %s", method, path, body, a.status, a.raw)
	}
	return a
}

// refused sends a request that must be refused with this status and code.
func (b bundle) refused(t testing.TB, status int, code, method, path, body string, headers ...string) answer {
	t.Helper()
	a := b.send(t, method, path, body, headers...)
	if a.status != status || a.text("code") != code || a.text("detail") == "" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("%s %s %s: %d %s, want %d %s", method, path, body, a.status, a.raw, status, code)
	}
	return a
}

func (a answer) text(name string) string { s, _ := a.body[name].(string); return s }

func (a answer) items() []map[string]any {
	list, _ := a.body["items"].([]any)
	items := make([]map[string]any, len(list))
	for i, v := range list {
		items[i], _ = v.(map[string]any)
	}
	return items
}

// wrong gives the wrong fields of a problem, by name.
func (a answer) wrong() map[string]string {
	fields := map[string]string{}
	list, _ := a.body["errors"].([]any)
	for _, v := range list {
		f, _ := v.(map[string]any)
		name, _ := f["name"].(string)
		fields[name], _ = f["message"].(string)
	}
	return fields
}
