package edge

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"chancery/internal/fault"
)

// Problem is an error on the wire, RFC 9457 with members of our own.
type Problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Code      string         `json:"code"`
	Help      string         `json:"help,omitempty"`
	Errors    []ProblemField `json:"errors,omitempty"`
	RequestID string         `json:"request_id,omitempty"`
}

// ProblemField is one wrong field of the request.
type ProblemField struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// Status is the HTTP status of a kind of fault.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unprocessable:
		return http.StatusUnprocessableEntity
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.TooSlow:
		return http.StatusRequestTimeout
	case fault.Abandoned:
		return statusGone
	case fault.Misdirected:
		return http.StatusMisdirectedRequest
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// ProblemOf is what may be shown of err. An Internal fault keeps nothing of its text.
func ProblemOf(err error, requestID string) Problem {
	f := fault.As(err)
	p := Problem{Type: "about:blank", Status: Status(f.Kind), RequestID: requestID}
	if f.Code == codeMethod {
		p.Status = http.StatusMethodNotAllowed
	}
	if p.Title = http.StatusText(p.Status); p.Title == "" {
		p.Title = "Caller Gone"
	}
	if f.Kind == fault.Internal {
		p.Code, p.Detail = "internal", "Something went wrong on the server."
		p.Help = "Try again; if it stays, give the operator the request_id."
		return p
	}
	p.Code, p.Detail, p.Help = f.Code, f.Message, f.Help
	for _, w := range f.Fields {
		p.Errors = append(p.Errors, ProblemField(w))
	}
	return p
}

// RetryAfter sets the header for a fault that has one, in whole seconds rounded up.
func RetryAfter(h http.Header, err error) {
	f := fault.As(err)
	after := f.RetryAfter
	if f.Kind == fault.Unavailable || f.Kind == fault.Throttled {
		after = max(after, time.Second)
	}
	if after > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
}

// WriteProblem writes err as a problem document and logs what it does not show.
func (e *Edge) WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, e.Log, RequestID(r.Context()), err)
}

func writeProblem(w http.ResponseWriter, log *slog.Logger, requestID string, err error) {
	logInternal(log, requestID, err)
	p := ProblemOf(err, requestID)
	RetryAfter(w.Header(), err)
	body, _ := json.Marshal(p) //nolint:errchkjson // plain strings
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client is gone: nothing left to tell it
}

func (e *Edge) logFault(c *call, err error) { logInternal(e.Log, c.id, err) }

func logInternal(log *slog.Logger, requestID string, err error) {
	switch f := fault.As(err); {
	case f.Kind == fault.Abandoned, errors.Is(err, context.Canceled):
		log.Debug("a request was given up by its caller", slog.String("request_id", requestID))
	case f.Code == codeOverloaded, f.Code == codeCrowded:
		// There are too many of them to write a line about each; the figures count them.
	case f.Kind == fault.Internal:
		log.Error("a request failed", slog.String("request_id", requestID), slog.Any("error", err))
	case f.Kind == fault.Unavailable:
		log.Warn("a request was turned away", slog.String("request_id", requestID), slog.Any("error", err))
	}
}
