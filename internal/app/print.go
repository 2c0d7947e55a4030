package app

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"chancery/internal/fault"
)

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// asUsage gives a fault that the caller can put right as one sentence of the
// command line; other errors pass.
func asUsage(err error) error {
	f := fault.As(err)
	if f == nil || f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return err
	}
	return usage(told(f), err)
}

// sentence is what a failed command prints: a fault in words, without its code and
// cause, which are for logs; any other error as it is.
func sentence(err error) string {
	if f := fault.As(err); !isUsage(err) && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
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
