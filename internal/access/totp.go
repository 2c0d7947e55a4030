package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"chancery/internal/ident"
)

// Time-based one-time passwords (RFC 6238) as every authenticator app makes them.
const (
	totpPeriod = 30 // seconds
	totpSecret = 20 // bytes
	// totpSkew is how many periods a clock may be off, to either side.
	totpSkew = 1

	recoveryCodes     = 10
	recoveryCodeBytes = 10 // 80 random bits
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding) //nolint:gochecknoglobals // a constant that Go has no form for

// matchStep gives the period whose code this is; it must be after last, so that
// a code that was seen once, over a shoulder or on the wire, is worth nothing.
func matchStep(secret []byte, code string, last int64, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	current := now.Unix() / totpPeriod
	for s := current - totpSkew; s <= current+totpSkew; s++ {
		want, err := hotp.GenerateCodeCustom(base32Text.EncodeToString(secret), uint64(max(s, 0)), hotp.ValidateOpts{
			Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpURI is what an authenticator app reads from the QR code.
func totpURI(issuer, account string, secret []byte) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account}
	q := url.Values{"secret": {base32Text.EncodeToString(secret)}, "issuer": {issuer}}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // some apps take a plus for a plus
	return u.String()
}

// newRecoveryCode makes a code that is read and typed by people: XXXX-XXXX-XXXX-XXXX.
func newRecoveryCode(ids ident.Source) string {
	text := base32Text.EncodeToString(ids.Secret(recoveryCodeBytes))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// codeHash is of a code as typed: in any case, with or without the dashes, and
// with the look-alikes that base 32 has no digits for.
func codeHash(code string) [sha256.Size]byte {
	code = strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I", "8", "B").Replace(strings.ToUpper(strings.TrimSpace(code)))
	return sha256.Sum256([]byte(code))
}
