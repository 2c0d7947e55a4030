package customers

import "chancery/internal/ident"

// record is what the audit log keeps of a customer, and what events carry.
type record struct {
	CompanyName string      `json:"company_name"`
	Number      string      `json:"customer_number"`
	Email       string      `json:"email"`
	Language    string      `json:"language"`
	SuperiorID  *ident.UUID `json:"superior_id"`
}

func recordOf(c Customer) record {
	r := record{CompanyName: c.CompanyName, Number: c.Number, Email: c.Email, Language: c.Language}
	if !c.SuperiorUUID.IsZero() {
		r.SuperiorID = &c.SuperiorUUID
	}
	return r
}

func event(c Customer) any {
	return struct {
		record

		ID ident.UUID `json:"id"`
	}{recordOf(c), c.UUID}
}
