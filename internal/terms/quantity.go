package terms

import (
	"errors"
	"strconv"
	"strings"
)

var errQuantity = errors.New("must be a number between 0 and 1000000000000 with at most six decimals")

var errSigned = errors.New("must be a number between -1000000000000 and 1000000000000 with at most six decimals")

// AppendQuantity appends millionths as a decimal number, without needless zeros.
func AppendQuantity(b []byte, millionths int64) []byte {
	n := uint64(millionths) //nolint:gosec // negated below where it wraps
	if millionths < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendUint(b, n/Unit, 10)
	if rest := n % Unit; rest > 0 {
		digits := strconv.FormatUint(Unit+rest, 10)[1:]
		b = append(append(b, '.'), strings.TrimRight(digits, "0")...)
	}
	return b
}

// ParseQuantity reads a decimal number, 0 to MaxQuantity with at most six
// decimals, into millionths. The error is safe to show. It never rounds.
func ParseQuantity(s string) (int64, error) {
	whole, rest, dotted := strings.Cut(s, ".")
	if dotted && (rest == "" || len(rest) > 6) {
		return 0, errQuantity
	}
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || n > MaxQuantity {
		return 0, errQuantity
	}
	m, err := strconv.ParseUint((rest + "000000")[:6], 10, 63)
	if err != nil || n == MaxQuantity && m > 0 {
		return 0, errQuantity
	}
	return int64(n)*Unit + int64(m), nil
}

// ParseSigned reads a quantity that may be below zero.
func ParseSigned(s string) (int64, error) {
	rest, below := strings.CutPrefix(s, "-")
	n, err := ParseQuantity(rest)
	if err != nil {
		return 0, errSigned
	}
	if below {
		return -n, nil
	}
	return n, nil
}
