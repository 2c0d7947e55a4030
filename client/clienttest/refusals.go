package clienttest

import "chancery/client"

// refuse says no in the words of the real server.
func refuse(id int) *client.RefusalError {
	said := refusals[id]
	return &client.RefusalError{ID: id, Message: said.message, Help: said.help}
}

// The sentences of the refusals that this server gives. A test of the house
// compares them with the real server's.
var refusals = map[int]struct{ message, help string }{ //nolint:gochecknoglobals // a table
	client.RefusalUnknownKey:        {"This is not a valid license key.", "Check the key for typing errors, and that it was issued for this product."},
	client.RefusalNoSession:         {"All sessions of this license are in use.", "Wait until somebody closes one, or ask your vendor for more."},
	client.RefusalTokenFree:         {"This token is not assigned to any client.", "Activate the client first."},
	client.RefusalAlreadyUnassigned: {"The token is already unassigned.", "Nothing is left to do; activate again to use the license."},
	client.RefusalUnknownClient:     {"This client is not activated.", "Activate it with a license key."},
	client.RefusalUnknownLimitation: {
		"There is no such limitation in this client's license, or it is a static limit that nothing is consumed of.",
		"Check the limitation_id against the limitations of the license; consumption_reset_mode 0 is a static limit.",
	},
	client.RefusalOtherToken:   {"This client is not assigned to that token.", "Send the token_key of this client's own activation, or none."},
	client.RefusalNamedLicense: {"This license has no sessions: its clients are named.", "Activate the client and send heartbeats instead."},
	client.RefusalCallRepeated: {
		"This call was sent before, or out of its order.",
		"Sign it again with a counter above the one in this answer; a program that counts its calls may not leave the counter out.",
	},
	client.RefusalKeyReplaced: {"This key was replaced by a new one.", "Use the new key; who does not have it asks the vendor for it."},
	client.RefusalKeyGivenUp:  {"This client has given its activation up, and its key pair with it.", "Make a new key pair and activate again."},
}
