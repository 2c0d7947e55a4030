package storetest

import (
	"testing"

	"chancery/internal/listing"
)

// Request parses the request for a page of a list.
func Request(t *testing.T, limit int, sort, cursor string, sorts ...string) listing.Request {
	t.Helper()
	r, err := listing.Parse(limit, sort, cursor, sorts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
