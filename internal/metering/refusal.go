package metering

import (
	"chancery/internal/fault"
	"chancery/internal/refusal"
)

// refuseDefinition refuses what a report names: an id that is unknown, or a name
// when programs have defined all that they may.
func refuseDefinition(kind DefinitionKind, n Named) *refusal.Refusal {
	switch {
	case kind == FieldDefinition:
		return refusal.Refuse(refusal.UnknownField)
	case n.ID.IsZero():
		return refusal.NoDefinitionLeft()
	case kind == ModuleDefinition:
		return refusal.UnknownModule()
	}
	return refusal.Refuse(refusal.UnknownFeature)
}

func errReused() *fault.Error {
	return &fault.Error{
		Kind: fault.Unprocessable, Code: "external_id_reused", Message: "This external_id was used for another consumption of this limitation.",
		Help: "Use a new external_id for a new consumption, or repeat the first one unchanged.",
	}
}
