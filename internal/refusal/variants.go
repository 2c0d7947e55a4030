package refusal

// Some numbers have another sentence or help in one place. None of these texts
// names a date, number or name.

// variants returns one of each.
func variants() []*Refusal {
	return []*Refusal{
		UnknownSessionKey(), WrongUser(), NoOfflineFile(), EarlyFile(), Unsigned(), GoodwillOver(), NoDefinitionLeft(), UnknownModule(), NoCard(),
	}
}

// UnknownSessionKey is InvalidKey for a call about a session.
func UnknownSessionKey() *Refusal {
	return Refuse(InvalidKey).With("Send the license key as license_id; a license's id is taken from its activated clients only.")
}

// WrongUser answers a client that names a user instead of a key: unknown user,
// wrong password or code, and a user without a licence are one answer.
func WrongUser() *Refusal {
	return &Refusal{
		ID:      InvalidKey,
		Message: "The e-mail address, the password or the code is wrong, or there is no license of this product for this user.",
		Help:    "Check them; who signs in with a second factor takes a single-use code instead of the password.",
	}
}

// NoOfflineFile answers every call for an activation file that gets none: who
// asks has not proven to be a client, so the answer does not say why.
func NoOfflineFile() *Refusal {
	return &Refusal{
		ID: InvalidKey, Message: "No activation file can be given for this license key and machine.",
		Help: "Show the code on the machine again; if it stays, ask your vendor whether the license is in force, " +
			"allows offline use and has an activation left.",
	}
}

// EarlyFile answers a call for a file of a licence whose clock has not started:
// the file would say that the licence never ends.
func EarlyFile() *Refusal {
	return &Refusal{
		ID: TokenNotAssigned, Message: "The end of this license is counted from its first activation, which is still to come.",
		Help: "Activate a client first, then ask for the file again.",
	}
}

// NoXML is OfflineNotAllowed for XML files where other files are allowed.
func NoXML() *Refusal {
	return &Refusal{
		ID: OfflineNotAllowed, Message: "This license has no XML files.",
		Help: "Ask your vendor to allow them, or use a program that asks by activation.req.",
	}
}

// NamelessXML is OfflineNotAllowed for an XML license file that names no device.
func NamelessXML() *Refusal {
	return &Refusal{
		ID: OfflineNotAllowed, Message: "A license file of this license is for one device.", Help: "Activate the device, and name its token_key.",
	}
}

// KeyedXML is ClientAssigned for an XML license file of a client that has a key pair.
func KeyedXML() *Refusal {
	return Refuse(ClientAssigned).With("The program of this device has a key pair of its own and reads no XML file: it takes a refresh file.")
}

// Unsigned is ClientAssigned for a call that carries no signature at all.
func Unsigned() *Refusal {
	return Refuse(ClientAssigned).With("Sign the call: its Chancery-Client-Signature header is missing. " +
		"The key pair is that of the installation that was activated; where it is lost, activate again with a license key and a new one.")
}

// GoodwillOver is UnknownClient for an activation whose goodwill has ended.
func GoodwillOver() *Refusal {
	return Refuse(UnknownClient).With("The goodwill period of this activation has ended; ask your vendor for more activations.")
}

// NoDefinitionLeft is UnknownFeature for a new name, when programs have defined
// all that they may.
func NoDefinitionLeft() *Refusal {
	return &Refusal{
		ID: UnknownFeature, Message: "Programs have defined as many usage features and modules of this product as they may.",
		Help: "Report under a name that is defined already, or ask the vendor to define this one.",
	}
}

// UnknownModule is UnknownFeature for a usage module.
func UnknownModule() *Refusal {
	return &Refusal{
		ID: UnknownFeature, Message: "There is no such usage module.",
		Help: "Check the usage_module_id, or send usage_module_name to the call by name.",
	}
}

// NoCard is Blacklisted for a prepaid device without a card.
func NoCard() *Refusal {
	return &Refusal{ID: Blacklisted, Message: "This device is blacklisted: no card is bound to it.", Help: Refuse(Blacklisted).Help}
}
