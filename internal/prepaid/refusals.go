package prepaid

import (
	"slices"

	"chancery/internal/fault"
)

// refusalCode names a refusal of this room.
type refusalCode string

// The refusals.
const (
	roleMissing        refusalCode = "role_missing"
	administratorOnly  refusalCode = "administrator_only"
	onlyVendor         refusalCode = "vendor_only"
	switchForeign      refusalCode = "switch_foreign"
	sellForeign        refusalCode = "sell_foreign"
	notDirect          refusalCode = "not_direct_superior"
	superiorNotAllowed refusalCode = "superior_not_allowed"

	cardLocked       refusalCode = "card_locked"
	cardBound        refusalCode = "card_bound"
	cardNotBound     refusalCode = "card_not_bound"
	cardEmpty        refusalCode = "card_without_days"
	cardHeld         refusalCode = "card_in_sale"
	cardNotUnused    refusalCode = "card_not_unused"
	cardTwice        refusalCode = "card_twice"
	deviceTwice      refusalCode = "device_twice"
	ownersDiffer     refusalCode = "owners_differ"
	modelDiffers     refusalCode = "model_not_covered"
	deviceElsewhere  refusalCode = "device_of_another"
	notSubCustomer   refusalCode = "not_direct_sub_customer"
	notTopLevel      refusalCode = "not_top_level_customer"
	inStock          refusalCode = "in_vendor_stock"
	tooFewCards      refusalCode = "too_few_cards"
	tooManyDays      refusalCode = "too_many_days"
	deviceExists     refusalCode = "device_exists"
	cardExists       refusalCode = "card_exists"
	noCardFits       refusalCode = "no_card_fits"
	linesRefused     refusalCode = "lines_refused"
	codeExists       refusalCode = "license_code_exists"
	transferCodeDead refusalCode = "unknown_transfer_code"
	tooManyCards     refusalCode = "too_many_cards"
	tooManyCodes     refusalCode = "too_many_license_codes"
	deviceFull       refusalCode = "device_full"
	tooManyOrders    refusalCode = "too_many_orders"
	clockLeapt       refusalCode = "clock_leapt"
)

// refusals says what each refusal says: the one list.
var refusals = map[refusalCode][2]string{ //nolint:gochecknoglobals // a table
	roleMissing:       {"Your role at this customer only lets you look.", "Ask an administrator of the customer for the role of an operator."},
	administratorOnly: {"Only an administrator acts for a sub-customer.", "Ask an administrator of your customer."},
	onlyVendor:        {"Only the vendor can do this.", "Ask the vendor."},
	switchForeign:     {"Only an administrator of the customer itself sets this switch.", "Ask an administrator of that customer."},
	sellForeign:       {"A sub-customer's cards and devices are not yours to sell.", "Take them back first, then sell them."},
	notDirect:         {"Only the direct superior of a customer can manage its licences.", "Ask the customer itself, or its direct superior."},
	superiorNotAllowed: {
		"This customer does not let its superior manage its licences.", "Ask its administrator to switch on “Allow superior to manage licenses”.",
	},

	cardLocked:       {"The card is locked.", "Unlock it first."},
	cardBound:        {"The card is bound to a device.", "Unbind it first."},
	cardNotBound:     {"The card is not bound to a device.", "Look at the card: somebody may have unbound it."},
	cardEmpty:        {"The card has no days left.", "Ask for more days, or take another card."},
	cardHeld:         {"The card is part of a sale that is under way.", "Wait until that sale is finished."},
	cardNotUnused:    {"Only a card that was never bound and never charged can be locked.", "Unbind it, or leave it as it is."},
	cardTwice:        {"A card is named twice.", "Name each card once."},
	deviceTwice:      {"A device is named twice.", "Name each device once."},
	ownersDiffer:     {"The cards or devices belong to several customers.", "Choose those of one customer."},
	modelDiffers:     {"The card is not for devices of this model.", "Take a card whose model range covers the model."},
	deviceElsewhere:  {"The device belongs to a customer that is not below the owner of the card.", "Sell the card to the owner of the device first."},
	notSubCustomer:   {"Cards and devices are sold to a direct sub-customer only.", "Choose a customer directly below the owner."},
	notTopLevel:      {"The vendor's stock goes to customers without a superior only.", "Choose a customer at the top of the tree."},
	inStock:          {"It is in the vendor's stock already.", "There is nobody above to return it to."},
	tooFewCards:      {"There are not so many cards that can be sold.", "Ask for fewer, or change the filter."},
	tooManyDays:      {"The card would have too many days.", "Leave it at 100,000 days at most."},
	deviceExists:     {"There is a device of this number already.", "Numbers that differ in blanks, dashes and leading zeros alone are the same."},
	noCardFits:       {"No Unused card of the device's owner is left that fits.", "Buy cards for this model, or name a card."},
	linesRefused:     {"Some lines can't be bound, so none was.", "Correct or leave out the lines that are named, and send it again."},
	cardExists:       {"There is a card of this number already.", "Leave the number out, and a new one is made."},
	codeExists:       {"There is a license code of this name already.", "Choose another code."},
	transferCodeDead: {"No customer accepts transfers with this code.", "Ask the customer for its present code."},
	tooManyCards:     {"More than 10,000 cards are on these devices.", "Choose fewer devices, or unbind cards that are used up."},
	tooManyCodes:     {"There are 500 license codes already.", "Change one that you do not use any more."},
	deviceFull:       {"The device has 100 cards with days already.", "Wait until one is used up, or unbind one."},
	tooManyOrders:    {"Twenty orders of very many cards are under way already.", "Wait until one of them has ended."},
	clockLeapt: {
		"The server's clock has leapt, so no card can be bound and no device lifted until it is right again.",
		"Put the clock right, or confirm it with “chancery clock confirm”; then try again.",
	},
}

// refuse gives the fault of a refusal.
func refuse(code refusalCode) *fault.Error {
	e := fault.Refused(string(code), refusals[code][0], refusals[code][1])
	if slices.Contains(notAllowed, code) {
		e.Kind = fault.Forbidden
	}
	return e
}

// notAllowed are the refusals that go by who asks, and not by how things stand.
var notAllowed = []refusalCode{ //nolint:gochecknoglobals // a list
	roleMissing, administratorOnly, onlyVendor, switchForeign, sellForeign, notDirect, superiorNotAllowed,
}

// refuseAt refuses for one of several things, which it names.
func refuseAt(code refusalCode, what, number string) *fault.Error {
	e := refuse(code)
	e.Fields = []fault.Field{{Name: what, Message: number + ": " + refusals[code][0]}}
	return e
}
