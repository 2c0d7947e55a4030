package prepaid

// MayDo tells whether somebody may do something with the cards and devices of an owner:
// what services decide (docs/rules/prepaid.md, rule 20), for pages that offer what can be
// done. allows tells whether the owner lets its superior manage its licences.
func MayDo(by By, act Act, kin Kin, allows bool) error { return may(by, act, kin, allows, aCard) }
