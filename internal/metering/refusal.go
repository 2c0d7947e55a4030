package metering

import (
	"chancery/internal/fault"
	"chancery/internal/refusal"
)

// Refusal is a business refusal of a client's whole call.
type Refusal = refusal.Refusal

// The numbers of refusals that metering gives; others come from Licenses.
const (
	UnknownFeature    = 3001
	UnknownLimitation = 3003
	UnknownField      = 6000
	NotANumber        = 6001
	NoRollback        = 20011
)

var refusals = refusal.Table{ //nolint:gochecknoglobals // a table of the protocol
	UnknownFeature: {
		Message: "There is no such usage feature.", Help: "Check the usage_feature_id, or send usage_feature_name to the call by name.",
	},
	UnknownLimitation: {
		Message: "There is no such limitation in this client's license, or it is a static limit that nothing is consumed of.",
		Help:    "Check the limitation_id against the limitations of the license; consumption_reset_mode 0 is a static limit.",
	},
	UnknownField: {Message: "There is no such analytical field.", Help: "Check the analytical_field_id; the vendor defines the fields of a product."},
	NotANumber:   {Message: "The value of this analytical field must be a number.", Help: "Send a decimal number, such as 12.5."},
	NoRollback: {
		Message: "This consumption can't be rolled back.",
		Help:    "A client may roll back its own newest consumption, within 24 hours; ask the vendor for others.",
	},
}

// Refuse gives the refusal with this number.
func Refuse(id int) *Refusal { return refusals.Refuse(id) }

// refuseDefinition refuses what a report names: an id that is unknown, or a name
// when programs have defined all that they may.
func refuseDefinition(kind DefinitionKind, n Named) *Refusal {
	r := Refuse(UnknownFeature)
	switch {
	case kind == FieldDefinition:
		return Refuse(UnknownField)
	case n.ID.IsZero():
		r.Message = "Programs have defined as many usage features and modules of this product as they may."
		r.Help = "Report under a name that is defined already, or ask the vendor to define this one."
	case kind == ModuleDefinition:
		r.Message, r.Help = "There is no such usage module.", "Check the usage_module_id, or send usage_module_name to the call by name."
	}
	return r
}

func errReused() *fault.Error {
	return &fault.Error{
		Kind: fault.Unprocessable, Code: "external_id_reused", Message: "This external_id was used for another consumption of this limitation.",
		Help: "Use a new external_id for a new consumption, or repeat the first one unchanged.",
	}
}
