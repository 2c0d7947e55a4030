package value

import (
	"time"

	"chancery/internal/ident"
)

// IDOrNil returns nil for the zero UUID, which is sent as null.
func IDOrNil(id ident.UUID) *ident.UUID {
	if id.IsZero() {
		return nil
	}
	return &id
}

// TimeOrNil returns nil for the zero time, which is sent as null.
func TimeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// TextOrNil returns nil for the empty text, which is sent as null.
func TextOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
