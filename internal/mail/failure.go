package mail

import (
	"errors"
	"fmt"
	"strings"
	"time"

	smtp "github.com/wneessen/go-mail"

	"chancery/internal/mailing"
)

const timeout = 20 * time.Second

// sendFailure is what the mail log shows of a failure. What the library said is
// behind it, for nobody: it may name the operator's server and user.
type sendFailure struct {
	text  string
	final bool
}

// Error gives one sentence.
func (f sendFailure) Error() string { return f.text }

// Is makes a final failure a mailing.ErrRefused.
func (f sendFailure) Is(target error) bool { return f.final && target == mailing.ErrRefused } //nolint:errorlint // a sentinel

func failure(err error) error {
	var e *smtp.SendError
	if !errors.As(err, &e) {
		return sendFailure{text: "The mail server could not be reached, or did not let this server in."}
	}
	code := e.ErrorCode()
	if code == 0 {
		return sendFailure{text: "The connection to the mail server was lost."}
	}
	if code >= 500 && !e.IsTemp() {
		return sendFailure{text: fmt.Sprintf("The mail server refused the mail for good (%d).", code), final: true}
	}
	return sendFailure{text: fmt.Sprintf("The mail server put the mail off (%d).", code)}
}

func cutLast(address string) (local, host string, found bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address, "localhost", false
	}
	return address[:i], address[i+1:], true
}
