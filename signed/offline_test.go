package signed_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"chancery/signed"
)

const (
	requestID    = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e21"
	productID    = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e22"
	activationID = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e23"
	limitationID = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e24"
	licenseID    = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e25"
)

func activationRequest() signed.ActivationRequest {
	return signed.ActivationRequest{
		RequestID: requestID, ProductID: productID, ClientID: "m-1", CreatedAt: instant().Unix(), Key: "27180460-29df-4a5a-a0a1-78c85ab6cee0",
		TrustedKeys: []string{"SahcdsYlatVH9j0joYDsrhYZA3z6RoIjM7SpczaAsKY"},
	}
}

func TestActivationRequest(t *testing.T) {
	t.Parallel()
	k := setup(t)
	full := activationRequest()
	full.Key, full.Email, full.Code, full.Hostname, full.DeviceVariables = "", "anna@example.com", "K7QM-2", "press-7", map[string]string{"line": "4"}
	for name, request := range map[string]signed.ActivationRequest{"by key": activationRequest(), "by user": full} {
		content, err := request.Sign(k.client, vendorID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := signed.ParseActivationRequest(vendorID, content)
		request.ClientPublicKey = signed.FormatKey(public(k.client))
		if err != nil || !reflect.DeepEqual(got, request) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestActivationRequestFitsAQRCode(t *testing.T) {
	t.Parallel()
	k := setup(t)
	request := activationRequest()
	request.ClientID = strings.Repeat("m", 36)
	kid := request.TrustedKeys[0]
	request.TrustedKeys = []string{signed.ShortKeyID(kid), signed.ShortKeyID(strings.Repeat("k", 43))}
	for named, want := range map[string]bool{kid: true, signed.ShortKeyID(kid): true, kid[:21]: false, kid[:23]: false, "": false} {
		if signed.NamesKey(named, kid) != want {
			t.Errorf("%q names the key: %t", named, !want)
		}
	}
	content, err := request.Sign(k.client, vendorID)
	if err != nil {
		t.Fatal(err)
	}
	if len(content) > signed.MaxCompactContent {
		t.Errorf("%d bytes", len(content))
	}
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, make([]byte, signed.MaxCompactContent))
	if err != nil {
		t.Fatal(err)
	}
	more, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, make([]byte, signed.MaxCompactContent+1))
	if err != nil {
		t.Fatal(err)
	}
	if n, m := len(sealed.Compact()), len(more.Compact()); n > 800 || m <= 800 {
		t.Errorf("the largest has %d characters, one more %d", n, m)
	}
}

func TestActivationRequestRefused(t *testing.T) {
	t.Parallel()
	k := setup(t)
	good, err := activationRequest().Sign(k.client, vendorID)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, replacement string) []byte { return bytes.Replace(good, []byte(old), []byte(replacement), 1) }
	for name, c := range map[string]struct {
		vendor  string
		content []byte
		want    error
	}{
		"another vendor":   {strings.Replace(vendorID, "0", "1", 1), good, signed.ErrSignature},
		"another client":   {vendorID, edit(`"m-1"`, `"m-2"`), signed.ErrSignature},
		"another key":      {vendorID, edit(signed.FormatKey(public(k.client)), signed.FormatKey(public(k.server))), signed.ErrSignature},
		"a member twice":   {vendorID, edit(`"client_id"`, `"client_id":"m-1","client_id"`), signed.ErrMalformed},
		"no signature":     {vendorID, good[:bytes.IndexByte(good, '\n')], signed.ErrMalformed},
		"a signature less": {vendorID, good[:len(good)-1], signed.ErrMalformed},
		"something behind": {vendorID, edit("}\n", "} x\n"), signed.ErrMalformed},
		"nothing":          {vendorID, nil, signed.ErrMalformed},
	} {
		if _, err := signed.ParseActivationRequest(c.vendor, c.content); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for name, change := range map[string]func(*signed.ActivationRequest){
		"no key":              func(r *signed.ActivationRequest) { r.Key = "" },
		"key and user":        func(r *signed.ActivationRequest) { r.Email, r.Code = "a@example.com", "1" },
		"user without proof":  func(r *signed.ActivationRequest) { r.Key, r.Email = "", "a@example.com" },
		"two proofs":          func(r *signed.ActivationRequest) { r.Key, r.Email, r.Code, r.Password = "", "a@example.com", "1", "2" },
		"no client":           func(r *signed.ActivationRequest) { r.ClientID = "" },
		"request no UUID":     func(r *signed.ActivationRequest) { r.RequestID = strings.ToUpper(requestID) },
		"before 1970":         func(r *signed.ActivationRequest) { r.CreatedAt = -1 },
		"too many known keys": func(r *signed.ActivationRequest) { r.TrustedKeys = make([]string, 17) },
	} {
		r := activationRequest()
		change(&r)
		if _, err := r.Sign(k.client, vendorID); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func report() signed.Report {
	use := signed.Consumption{LimitationID: limitationID, Value: "2.5"}
	first := signed.Mark{Number: 1, Digest: signed.NextDigest("", 1, use, 1, "")}
	second := signed.Mark{Number: 2, Digest: signed.NextDigest(first.Digest, 2, use, 2, "")}
	return signed.Report{
		VendorID: vendorID, ProductID: productID, ActivationID: activationID, RequestID: requestID, ClientID: "m-1", Intent: signed.IntentReport,
		Serial: 4, CreatedAt: instant().Unix(), Number: 2, Previous: signed.ReportHash([]byte("the first")),
		Points: []signed.Mark{first}, Last: second, Consumptions: []signed.Consumption{{LimitationID: limitationID, Value: "5"}},
	}
}

func TestReportAndReceipt(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document, err := report().Sign(k.client)
	if err != nil {
		t.Fatal(err)
	}
	got, err := signed.VerifyReport(public(k.client), document)
	if err != nil || !reflect.DeepEqual(got, report()) {
		t.Errorf("%+v, %v", got, err)
	}
	if claim, err := signed.ReadReport(document); err != nil || !reflect.DeepEqual(claim, got) {
		t.Errorf("unverified %+v, %v", claim, err)
	}
	if _, err := signed.VerifyReport(public(k.server), document); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("by another key: %v", err)
	}
	receipt, err := signed.ReceiptFor(got, document, signed.FormatKey(public(k.client)), instant()).Sign(k.signer)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := k.trusted.VerifyReceipt(receipt, document); err != nil || r.Last != got.Last || r.Intent != signed.IntentReport {
		t.Errorf("%+v, %v", r, err)
	}
	for name, change := range map[string]func(*signed.Report){
		"another activation": func(r *signed.Report) { r.ActivationID = licenseID },
		"another request":    func(r *signed.Report) { r.RequestID = licenseID },
		"another intent":     func(r *signed.Report) { r.Intent = signed.IntentDeactivate },
		"other use":          func(r *signed.Report) { r.Consumptions[0].Value = "4" },
	} {
		other := report()
		change(&other)
		theirs, err := other.Sign(k.client)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.trusted.VerifyReceipt(receipt, theirs); !errors.Is(err, signed.ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	theirs, err := report().Sign(k.next) // the same words by another client's key
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.trusted.VerifyReceipt(receipt, theirs); !errors.Is(err, signed.ErrMismatch) {
		t.Errorf("another client's report: %v", err)
	}
}

func TestReportRefused(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for name, change := range map[string]func(*signed.Report){
		"no intent":                  func(r *signed.Report) { r.Intent = "" },
		"an id that is none":         func(r *signed.Report) { r.ActivationID = "7" },
		"the first behind another":   func(r *signed.Report) { r.Number = 1 },
		"the second behind nothing":  func(r *signed.Report) { r.Previous = "" },
		"a mark without a digest":    func(r *signed.Report) { r.Last.Digest = "" },
		"records that go back":       func(r *signed.Report) { r.Base = signed.Mark{Number: 9, Digest: r.Last.Digest} },
		"a point twice":              func(r *signed.Report) { r.Points = append(r.Points, r.Points[0]) },
		"too many points":            func(r *signed.Report) { r.Points = make([]signed.Mark, signed.MaxPoints+1) },
		"a limitation twice":         func(r *signed.Report) { r.Consumptions = append(r.Consumptions, r.Consumptions[0]) },
		"use without a record":       func(r *signed.Report) { r.Points, r.Last = nil, r.Base },
		"another spelling of a sum":  func(r *signed.Report) { r.Consumptions[0].Value = "2.50" },
		"a sum with a plus":          func(r *signed.Report) { r.Consumptions[0].Value = "+2" },
		"a sum that is a word":       func(r *signed.Report) { r.Consumptions[0].Value = "NaN" },
		"a sum of seven decimals":    func(r *signed.Report) { r.Consumptions[0].Value = "1.0000001" },
		"nothing, with a minus":      func(r *signed.Report) { r.Consumptions[0].Value = "-0" },
		"a digest that is no digest": func(r *signed.Report) { r.Last.Digest = "abc" },
	} {
		r := report()
		change(&r)
		if _, err := r.Sign(k.client); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	again := report()
	again.Points = append(again.Points, again.Last)
	if _, err := again.Sign(k.client); err != nil {
		t.Errorf("a report of nothing more than the last: %v", err)
	}
	idle := report()
	idle.Points, idle.Consumptions, idle.Last = nil, nil, idle.Base
	if _, err := idle.Sign(k.client); err != nil {
		t.Errorf("a report of no use at all: %v", err)
	}
}

func TestDigestsTellHistoriesApart(t *testing.T) {
	t.Parallel()
	use := signed.Consumption{LimitationID: limitationID, Value: "1"}
	other := signed.Consumption{LimitationID: licenseID, Value: "1"}
	base := signed.NextDigest("", 1, use, 1, "")
	for name, digest := range map[string]string{
		"behind another": signed.NextDigest(base, 1, use, 1, ""), "another number": signed.NextDigest("", 2, use, 1, ""),
		"another limitation": signed.NextDigest("", 1, other, 1, ""), "another instant": signed.NextDigest("", 1, use, 2, ""), "another chance": signed.NextDigest("", 1, use, 1, "x"),
	} {
		if digest == base {
			t.Errorf("%s has the same digest", name)
		}
	}
}

func offlineLicense(k keys) signed.OfflineLicense {
	until := instant().Add(30 * 24 * time.Hour)
	return signed.OfflineLicense{
		VendorID: vendorID, ProductID: productID, LicenseID: licenseID, ActivationID: activationID, RequestID: requestID, ClientID: "m-1",
		ClientPublicKey: signed.FormatKey(public(k.client)), Serial: 4, IssuedAt: instant().Unix(), RefreshBy: &until,
		License: json.RawMessage(`{"license_name":"Pro"}`),
	}
}

func TestOfflineLicense(t *testing.T) {
	t.Parallel()
	k := setup(t)
	refresh := offlineLicense(k)
	refresh.RequestID, refresh.ClientPublicKey = "", ""
	for typ, l := range map[string]signed.OfflineLicense{signed.TypeLicense: offlineLicense(k), signed.TypeLicenseRefresh: refresh} {
		document, err := l.Sign(k.signer)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.trusted.VerifyOfflineLicense(document); err != nil || !reflect.DeepEqual(got, l) {
			t.Errorf("%s: %+v, %v", typ, got, err)
		}
		if d, err := k.trusted.VerifyDocument(document, typ); err != nil {
			t.Errorf("%s: %+v, %v", typ, d, err)
		}
	}
	payload, err := json.Marshal(offlineLicense(k))
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := k.signer.SignDocument(signed.TypeLicenseRefresh, payload)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.trusted.VerifyOfflineLicense(wrong); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("an answer signed as a refresh: %v", err)
	}
	for name, change := range map[string]func(*signed.OfflineLicense){
		"no licence":          func(l *signed.OfflineLicense) { l.License = nil },
		"an answer to no key": func(l *signed.OfflineLicense) { l.ClientPublicKey = "" },
		"a key of small order": func(l *signed.OfflineLicense) {
			l.ClientPublicKey = signed.FormatKey(make(ed25519.PublicKey, ed25519.PublicKeySize))
		},
		"no client":      func(l *signed.OfflineLicense) { l.ClientID = "" },
		"no activation":  func(l *signed.OfflineLicense) { l.ActivationID = "" },
		"half a counted": func(l *signed.OfflineLicense) { l.Counted.Number = 3 },
	} {
		l := offlineLicense(k)
		change(&l)
		if _, err := l.Sign(k.signer); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOffline(f *testing.F) {
	k := setup(f)
	content, err := activationRequest().Sign(k.client, vendorID)
	if err != nil {
		f.Fatal(err)
	}
	payload, err := json.Marshal(report())
	if err != nil {
		f.Fatal(err)
	}
	license, err := json.Marshal(offlineLicense(k))
	if err != nil {
		f.Fatal(err)
	}
	list, err := json.Marshal(keyList(k))
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range [][]byte{content, payload, license, list} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := signed.ParseActivationRequest(vendorID, text); err == nil && !bytes.Equal(text, content) {
			t.Errorf("forged: %q", text)
		}
		for typ, take := range map[string]func([]byte) error{
			signed.TypeDeactivation: func(d []byte) error { _, err := signed.ReadReport(d); return err },
			signed.TypeLicense:      func(d []byte) error { _, err := k.trusted.VerifyOfflineLicense(d); return err },
			signed.TypeReceipt:      func(d []byte) error { _, err := k.trusted.ReadReceipt(d); return err },
			signed.TypeKeys:         func(d []byte) error { _, err := signed.VerifyKeyList(k.signer.Public(), vendorID, d); return err },
			signed.TypeNextKey:      func(d []byte) error { _, _, err := k.trusted.VerifyAnnouncement(vendorID, d); return err },
		} {
			document, err := k.signer.SignDocument(typ, text)
			if err != nil {
				continue
			}
			if take(document) == nil && !json.Valid(text) {
				t.Errorf("took %q, which is no JSON", text)
			}
		}
	})
}
