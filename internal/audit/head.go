package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
)

// Head is where a vendor's chain stands.
type Head struct {
	Vendor   ident.UUID
	Sequence int64 // of the newest seal; 0 for an empty chain
	Hash     Hash
	At       time.Time
}

const headForm = "chancery-audit-head-1"

// Text gives the head as one line, which is what is signed, logged, and given to
// verify: "chancery-audit-head-1 VENDOR SEQUENCE HASH TIME".
func (h Head) Text() string {
	return fmt.Sprintf("%s %s %d %s %s", headForm, h.Vendor, h.Sequence, hex.EncodeToString(h.Hash[:]), h.At.UTC().Format(time.RFC3339))
}

var errHead = errors.New("a head looks like \"" + headForm + " VENDOR SEQUENCE HASH TIME\", as the server logs it")

// ParseHead reads a head's line. The error is safe to show.
func ParseHead(s string) (Head, error) {
	parts := strings.Fields(s)
	if len(parts) != 5 || parts[0] != headForm {
		return Head{}, errHead
	}
	var h Head
	var err [4]error
	h.Vendor, err[0] = ident.ParseUUID(parts[1])
	h.Sequence, err[1] = strconv.ParseInt(parts[2], 10, 64)
	hash, e := hex.DecodeString(parts[3])
	err[2] = e
	h.At, err[3] = time.Parse(time.RFC3339, parts[4])
	if errors.Join(err[:]...) != nil || h.Sequence < 0 || len(hash) != len(h.Hash) {
		return Head{}, errHead
	}
	h.Hash = Hash(hash)
	return h, nil
}
