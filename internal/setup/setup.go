package setup

import (
	"errors"
	"strings"

	"chancery/internal/fault"
)

// wrong is a wrong command line or configuration.
type wrong struct {
	sentence string
	cause    error // for the curious; not printed
}

func (e *wrong) Error() string { return e.sentence }
func (e *wrong) Unwrap() error { return e.cause }

// Wrong says in one sentence what is wrong and what to do. The cause is for errors.Is
// and As only; it is not printed.
func Wrong(sentence string, cause error) error { return &wrong{sentence, cause} }

// IsWrong reports whether err is of a wrong command line or configuration.
func IsWrong(err error) bool {
	var w *wrong
	return errors.As(err, &w)
}

// Of gives a fault that the caller can put right as a wrong command line; other
// errors pass.
func Of(err error) error {
	f := fault.As(err)
	if f == nil || f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return err
	}
	return Wrong(told(f), err)
}

// Sentence is what a failed command prints: a fault in words, without its code and
// cause, which are for logs; any other error as it is.
func Sentence(err error) string {
	if f := fault.As(err); !IsWrong(err) && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return told(f)
	}
	return err.Error()
}

func told(f *fault.Error) string {
	var b strings.Builder
	if len(f.Fields) == 0 {
		b.WriteString(f.Message)
	}
	for i, wrong := range f.Fields {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(wrong.Name + " " + wrong.Message)
		if i == len(f.Fields)-1 {
			b.WriteString(".")
		}
	}
	if f.Help != "" && len(f.Fields) == 0 {
		b.WriteString(" " + f.Help)
	}
	return b.String()
}
