package offline

import (
	"errors"
	"fmt"

	"chancery/internal/fault"
	"chancery/signed"
)

func wrongFile(code, message, help string) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: code, Message: message, Help: help}
}

// sayFound says what a text without a whole request is.
func sayFound(err error) error {
	cut := (*signed.CutError)(nil)
	switch {
	case errors.As(err, &cut) && cut.Want > 0:
		return wrongFile("file_cut", fmt.Sprintf("The text is not whole: it ends after %d of %d characters.", cut.Have, cut.Want),
			"Copy all of it, from the line BEGIN to the line END, or bring the file itself.")
	case errors.As(err, &cut):
		return wrongFile("file_cut", "The text is not whole: it ends too early.", "Copy all of it, or bring the file itself.")
	case errors.Is(err, signed.ErrNothing):
		return wrongFile("no_request", "There is no request in this text.", "Bring the file activation.req or deactivation.req that the program has made.")
	case errors.Is(err, signed.ErrTooLarge):
		return wrongFile("file_too_large", "This is too large for a request.", "Bring the file activation.req or deactivation.req, which has at most 64 KB.")
	}
	return errDamaged(err)
}

// sayDocument says what a document is that is brought in place of a request.
func sayDocument(typ string) error {
	what := "This is a file of another kind, not a request."
	switch typ {
	case signed.TypeLicense:
		what = "This is a licence file, not a request."
	case signed.TypeLicenseRefresh:
		what = "This is a refresh file, not a request."
	case signed.TypeReceipt:
		what = "This is a receipt, not a request."
	}
	return wrongFile("not_a_request", what, "It belongs on the device: load it in the program there.")
}

func sayOpened(err error) error {
	if errors.Is(err, signed.ErrUnknownKey) {
		return wrongFile("unknown_sealing_key", "This request was made for a key that the vendor has replaced.",
			"Update the program on the device, make a new request there, and bring that.").WithCause(err)
	}
	if errors.Is(err, signed.ErrSealed) || errors.Is(err, signed.ErrMalformed) {
		return errDamaged(err)
	}
	return err
}

func errDamaged(cause error) error {
	return wrongFile("file_damaged", "The request was damaged or changed on the way.",
		"Bring the file itself, or make a new one on the device.").WithCause(cause)
}

// errUnknownDevice is one answer for an activation that is not there and a wrong key.
func errUnknownDevice() error {
	return wrongFile("unknown_device", "The vendor does not know the device that has made this file.", "Ask the vendor; keep the file.")
}

func errEnded() error {
	return wrongFile("request_ended", "The licence that this request was answered with has been given up or taken away since.",
		"Make a new request on the device, and bring that.")
}

func errTooManyCopies() error {
	return wrongFile("too_many_copies", "The vendor has seen too many copies of this device.", "Ask the vendor; keep the file, nothing of it is lost.")
}
