package web

import (
	"encoding/base64"
	"maps"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/language"
)

// leftField is the hidden field in which an Undo carries how its change has left things.
const leftField = "left"

// UndoLeft takes a change back by a button of Act. left is how the change has left what it
// changed: once somebody has changed that again, As refuses to take it back.
func UndoLeft(action string, values map[string]string, left ...string) *Undo {
	sent := map[string]string{leftField: leftMark(left)}
	maps.Copy(sent, values)
	return &Undo{Label: language.Mark("Undo"), Action: action, Values: sent}
}

func leftMark(texts []string) string {
	m := markOf(texts...)
	return base64.RawURLEncoding.EncodeToString(m[:])
}

// As refuses an Undo whose change did not leave things as they are now. What is no Undo
// is good.
func (v Values) As(is ...string) error {
	if !v.Has(leftField) || v.Get(leftField) == leftMark(is) {
		return nil
	}
	return fault.Refused("changed_meanwhile", "This was changed again since.", "Nothing was taken back: look at how it is now, and change that.")
}

// Precisely is an instant for UndoLeft and As: to the millisecond, as it is stored.
func Precisely(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return calendar.WriteInstant(at)
}
