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

// sendError is what the mail log shows of a failure. What the library said is
// behind it, for nobody: it may name the operator's server and user.
type sendError struct {
	text  string
	final bool
}

// Error gives one sentence.
func (f sendError) Error() string { return f.text }

// Is makes a final failure a mailing.ErrRefused.
func (f sendError) Is(target error) bool { return f.final && target == mailing.ErrRefused }

func failure(err error) error {
	var e *smtp.SendError
	if !errors.As(err, &e) {
		return sendError{text: "The mail server could not be reached, or did not let this server in."}
	}
	code := e.ErrorCode()
	if code == 0 {
		return sendError{text: "The connection to the mail server was lost."}
	}
	if code >= 500 && !e.IsTemp() {
		return sendError{text: fmt.Sprintf("The mail server refused the mail for good (%d).", code), final: true}
	}
	return sendError{text: fmt.Sprintf("The mail server put the mail off (%d).", code)}
}

func cutLast(address string) (local, host string, found bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address, "localhost", false
	}
	return address[:i], address[i+1:], true
}
