package fault

import "strings"

// Missing is the fault for something that does not exist for this principal.
// what is a noun of the glossary: "license", "api_key".
func Missing(what string) *Error {
	return &Error{
		Kind: NotFound, Code: what + "_not_found", Message: "There is no such " + strings.ReplaceAll(what, "_", " ") + ".",
		Help: "Check the id; things of another vendor are never visible.",
	}
}

// Wrong is the fault for a request with wrong fields, all named at once.
func Wrong(fields ...Field) *Error {
	return &Error{
		Kind: Invalid, Code: "invalid_request", Message: "Some fields of the request are wrong.",
		Help: "Correct the fields named in \"errors\" and send it again.", Fields: fields,
	}
}

// Renamed puts what is wrong with one field beside another one.
func Renamed(err error, from, to string) error {
	if err == nil {
		return nil
	}
	e := *As(err)
	if len(e.Fields) == 0 {
		return err
	}
	fields := make([]Field, len(e.Fields))
	copy(fields, e.Fields)
	for i := range fields {
		if fields[i].Name == from {
			fields[i].Name = to
		}
	}
	e.Fields = fields
	return &e
}

// Refused is the fault for a business rule that forbids a change.
func Refused(code, message, help string) *Error {
	return &Error{Kind: Conflict, Code: code, Message: message, Help: help}
}

// Fields gathers what is wrong with a request, so that all of it is answered at once.
type Fields []Field

// Check records message for name unless ok.
func (f *Fields) Check(ok bool, name, message string) {
	if !ok {
		*f = append(*f, Field{Name: name, Message: message})
	}
}

// Err gives the fault for what was gathered, or nil.
func (f *Fields) Err() error {
	if len(*f) == 0 {
		return nil
	}
	return Wrong(*f...)
}
