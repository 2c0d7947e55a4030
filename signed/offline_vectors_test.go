package signed_test

import (
	"testing"

	"chancery/signed"
)

// vectorOffline is one exchange of files: what the machine asks, what it is answered, a
// refresh, what it reports, and the receipt.
type vectorOffline struct {
	ActivationRequest string `json:"activation_request"` // content of the sealed request
	License           string `json:"license"`
	Refresh           string `json:"refresh"`
	Report            string `json:"report"` // content of the sealed request
	Receipt           string `json:"receipt"`
	ReportHash        string `json:"report_hash"`
	KeyList           string `json:"key_list"` // by the client's key, which stands for a root key
	NextKey           string `json:"next_key"`
}

func offlineVectors(t *testing.T, k keys) (v vectorOffline) {
	t.Helper()
	request, err := activationRequest().Sign(k.client, vendorID)
	must(t, err)
	license, err := offlineLicense(k).Sign(k.signer)
	must(t, err)
	next := offlineLicense(k)
	next.RequestID = ""
	next.Serial++
	refresh, err := next.Sign(k.signer)
	must(t, err)
	told, err := report().Sign(k.client)
	must(t, err)
	receipt, err := signed.ReceiptFor(report(), told, signed.FormatKey(public(k.client)), instant()).Sign(k.signer)
	must(t, err)
	root, err := signed.NewSigner(k.client)
	must(t, err)
	list, err := keyList(k).Sign(root)
	must(t, err)
	announced, err := k.signer.Announce(vendorID, public(k.next), instant().Unix())
	must(t, err)
	return vectorOffline{
		string(request), string(license), string(refresh), string(told), string(receipt), signed.ReportHash(told), string(list), string(announced),
	}
}

func checkOffline(t *testing.T, k keys, trusted signed.KeySet, v vectorOffline) {
	t.Helper()
	_, err := signed.ParseActivationRequest(vendorID, []byte(v.ActivationRequest))
	must(t, err)
	for _, document := range []string{v.License, v.Refresh} {
		_, err := trusted.VerifyOfflineLicense([]byte(document))
		must(t, err)
	}
	_, err = signed.VerifyReport(public(k.client), []byte(v.Report))
	must(t, err)
	_, err = signed.VerifyKeyList(public(k.client), vendorID, []byte(v.KeyList))
	must(t, err)
	_, _, err = trusted.VerifyAnnouncement(vendorID, []byte(v.NextKey))
	must(t, err)
	_, err = trusted.VerifyReceipt([]byte(v.Receipt), []byte(v.Report))
	must(t, err)
}
