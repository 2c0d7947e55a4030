package clientcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"chancery/client"
	"chancery/internal/refusal"
	"chancery/signed"
)

// sentence is an error made here: its text is for the user.
type sentence string

func (s sentence) Error() string { return string(s) }

// explained keeps the cause for errors.As beside the sentence that is shown.
type explained struct {
	text  string
	cause error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.cause }

// explain says in one sentence what went wrong and what to do.
func explain(err error) error {
	return &explained{text: text(err), cause: err}
}

func text(err error) string {
	var refused *client.RefusalError
	var unverified *client.UnverifiedError
	var failed *client.ServerError
	switch {
	case errors.As(err, &refused):
		return refusalText(refused)
	case errors.As(err, &unverified):
		return unverifiedText(unverified)
	case errors.As(err, &failed):
		return failedText(failed)
	case errors.Is(err, client.ErrSessionLost):
		return "the session was lost: the server could not be reached before it lapsed; open another one"
	case errors.Is(err, context.Canceled), errors.Is(err, client.ErrClosed):
		return "stopped before the server answered; it is safe to try again"
	case errors.Is(err, client.ErrStateCopied):
		return "the state in this folder belongs to another device or product; activate here with the license key"
	case errors.Is(err, client.ErrStateRolledBack):
		return "the licence is older than one seen before and is not taken; activate again with the license key"
	case errors.Is(err, client.ErrStateEdited):
		return "the state in this folder was changed or damaged; send a heartbeat, or activate again with the license key"
	case errors.Is(err, client.ErrExhausted):
		return "there is not enough left of this limit; ask the vendor for more, or wait for the next period"
	case errors.Is(err, client.ErrUnknownLimitation):
		return "the licence has no such limit that is consumed; `chancery client status` lists its limits"
	case errors.Is(err, client.ErrQueueFull):
		return "too many consumptions wait on this device; connect it to the server first"
	case errors.Is(err, client.ErrNotActivated):
		return "there is no activation here; activate with a license key first"
	case errors.Is(err, client.ErrForeignFile):
		return "the file is for another device or program; bring the one that answers this device's request, or check --product and --client-id"
	case errors.Is(err, client.ErrForeignAnswer):
		return "the server answered about another client or product; check --product and --client-id"
	case errors.Is(err, client.ErrOffline):
		return "this needs a connection; give --url and --provisioning-key, or use `chancery client offline`"
	case errors.Is(err, client.ErrUnreachable):
		return "the server could not be reached; check --url and the network: " + root(err).Error()
	}
	return strings.TrimPrefix(err.Error(), "client: ")
}

// root is the innermost cause: why a connection failed, without the URL again.
func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if many, ok := err.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) > 0 {
			next = many.Unwrap()[len(many.Unwrap())-1]
		}
		if next == nil {
			return err
		}
		err = next
	}
}

func unverifiedText(e *client.UnverifiedError) string {
	switch {
	case errors.Is(e.Err, signed.ErrUnknownKey):
		return "the answer is signed by a key that is not pinned; check --public-key and --vendor"
	case errors.Is(e.Err, signed.ErrMismatch):
		return "the answer was signed for another call, somebody may be playing back old answers; nothing was changed"
	case errors.Is(e.Err, signed.ErrSignature):
		return "the answer was changed on the way; nothing was changed here"
	}
	return fmt.Sprintf("the answer (HTTP %d) is not signed; check that --url is the licence server and --vendor exists there", e.Status)
}

func failedText(e *client.ServerError) string {
	switch {
	case e.Status == 401 || e.Status == 403:
		return "the server did not accept the call; check --provisioning-key: " + e.Title
	case e.RetryAfter > 0:
		return fmt.Sprintf("the server is busy; try again in %s", e.RetryAfter)
	}
	return e.Error()
}

// refusalText is the server's own words, or ours where it gave none.
func refusalText(e *client.RefusalError) string {
	message, help := strings.TrimSpace(e.Message), strings.TrimSpace(e.Help)
	ours, advice := fallback(e.ID)
	if message == "" {
		message = ours
	}
	if help == "" {
		help = advice
	}
	return fmt.Sprintf("refused (%d): %s; %s", e.ID, lower(message), lower(help))
}

func lower(text string) string {
	text = strings.TrimRight(text, ".")
	if len(text) > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z' {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// fallback is what the server's own table says of a number.
func fallback(id int) (message, help string) {
	if k, found := refusal.Find(id); found {
		return k.Message, k.Help
	}
	return "the server refused for a reason this program does not know", "ask the vendor"
}
