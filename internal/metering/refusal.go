package metering

import "chancery/internal/fault"

// Refusal is a business refusal of a client's whole call: a value, not an error.
type Refusal struct {
	ID      int    // the protocol's number
	Message string // what is wrong, one sentence
	Help    string // what to do, one sentence
}

// The numbers of refusals that metering gives; others come from Licenses.
const (
	UnknownFeature    = 3001
	UnknownLimitation = 3003
	UnknownField      = 6000
	NotANumber        = 6001
	NoRollback        = 20011
)

// Refuse gives the refusal with this number.
func Refuse(id int) *Refusal {
	r := &Refusal{ID: id}
	switch id {
	case UnknownFeature:
		r.Message, r.Help = "There is no such usage feature.", "Check the usage_feature_id, or send usage_feature_name to the call by name."
	case UnknownLimitation:
		r.Message, r.Help = "There is no such limitation in this client's license, or it is a static limit that nothing is consumed of.",
			"Check the limitation_id against the limitations of the license; consumption_reset_mode 0 is a static limit."
	case UnknownField:
		r.Message, r.Help = "There is no such analytical field.", "Check the analytical_field_id; the vendor defines the fields of a product."
	case NotANumber:
		r.Message, r.Help = "The value of this analytical field must be a number.", "Send a decimal number, such as 12.5."
	case NoRollback:
		r.Message, r.Help = "This consumption can't be rolled back.",
			"A client may roll back its own newest consumption, within 24 hours; ask the vendor for others."
	}
	return r
}

func errReused() *fault.Error {
	return &fault.Error{
		Kind: fault.Unprocessable, Code: "external_id_reused", Message: "This external_id was used for another consumption of this limitation.",
		Help: "Use a new external_id for a new consumption, or repeat the first one unchanged.",
	}
}
