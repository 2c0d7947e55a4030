package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Sign gives the header webhook-signature: one v1 signature for each secret,
// over id, time and body.
func Sign(id string, at time.Time, body []byte, secrets ...[]byte) string {
	all := make([]string, len(secrets))
	for i, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}

// Signed reports whether a header webhook-signature holds a signature by one of the
// secrets over id, time and body.
func Signed(header, id string, at time.Time, body []byte, secrets ...[]byte) bool {
	good := false
	for given := range strings.FieldsSeq(header) {
		for want := range strings.FieldsSeq(Sign(id, at, body, secrets...)) {
			good = good || hmac.Equal([]byte(given), []byte(want))
		}
	}
	return good
}
