package manage_test

import (
	"strings"
	"testing"

	"chancery/internal/store"
	"chancery/internal/store/storetest"
)

// A request about prepaid cards and devices needs one connection to the database at a time.
func TestPrepaidNeedsOneConnection(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.Open(t, store.Config{URL: storetest.PostgresURL(t), Connections: 1}))
	top := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Top","customer_number":"K-1","email":"top@example.com"}`).text("id")
	mid := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Mid","email":"mid@example.com","superior_id":"`+top+`"}`).text("id")
	b.ok(t, "POST", "/api/v1/prepaid/license-codes", `{"code":"TR-30","name":"Tracker","models":["GT06*"],"days":30}`)
	b.ok(t, "POST", "/api/v1/prepaid/cards", `{"license_code":"TR-30","count":2,"customer_id":"`+top+`"}`, "Idempotency-Key", "issue")
	b.ok(t, "POST", "/api/v1/prepaid/cards/sell", `{"count":1,"from_customer_id":"`+top+`","customer_id":"`+mid+`"}`, "Idempotency-Key", "sell")
	b.refused(t, 404, "customer_not_found", "POST", "/api/v1/prepaid/cards/sell",
		`{"count":1,"from_customer_id":"`+strings.Repeat("0", 8)+`-0000-7000-8000-000000000000","customer_id":"`+mid+`"}`, "Idempotency-Key", "none")
	made := b.ok(t, "POST", "/api/v1/prepaid/devices", `{"number":"1","model":"GT06N","customer_id":"`+top+`"}`)
	if made.text("customer_id") != top || made.text("customer_number") != "K-1" {
		t.Errorf("a device that was made: %s", made.raw)
	}
}
