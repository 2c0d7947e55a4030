package app

import "errors"

// usageError is a wrong configuration or command line: exit code 2.
type usageError struct {
	sentence string
	cause    error // for the curious; not printed
}

func (e *usageError) Error() string { return e.sentence }
func (e *usageError) Unwrap() error { return e.cause }

// usage says in one sentence what is wrong and what to do.
func usage(sentence string, cause error) error { return &usageError{sentence, cause} }

func isUsage(err error) bool {
	var u *usageError
	return errors.As(err, &u)
}
