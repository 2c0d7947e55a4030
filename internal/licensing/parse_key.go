package licensing

import (
	"strings"

	"chancery/internal/ident"
)

// ParseKey reads a key that somebody presents in all the forms it may have.
func ParseKey(text string) Key {
	text = strings.TrimSpace(text)
	k := Key{Legacy: text}
	if id, err := ident.ParseUUID(text); err == nil {
		k.UUID = id
	}
	if printed, ok := ParsePrintedKey(text); ok {
		k.Printed = printed
	}
	return k
}
