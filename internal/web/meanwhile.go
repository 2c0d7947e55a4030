package web

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// seenField is the hidden field in which a form carries what it began with.
const seenField = "seen"

// mark stands for a text: enough of its hash to tell two apart.
type mark [6]byte

func markOf(texts ...string) mark {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return mark(sum[:6])
}

// part is one thing that a form shows of its record: a field, or one option of several
// that can be ticked.
type part struct {
	key   string // tells it from the form's others
	of    string // title of its group
	label string
	value string
}

// value is how a part's value is compared: as browsers send it back.
func (p part) mark() mark { return markOf(p.key, p.value) }

// even is a text as browsers send it back.
func even(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

// A Meanwhile is one thing that others have changed since a form was shown.
type Meanwhile struct {
	Label  string
	Name   string // of the field; empty where the form only shows it
	Theirs string // how it is now
	Yours  string // what was typed, where that is kept
	Kept   bool   // what was typed is in the form; otherwise how it is now
	Long   bool   // Theirs has several lines

	part part
}

// Seen is what the form began with, for the hidden field that carries it; empty for a
// form that edits nothing.
func (f *Form) Seen() string {
	if !f.edits {
		return ""
	}
	b := make([]byte, 0, len(f.parts)*2*len(mark{}))
	for _, p := range f.parts {
		key, value := markOf(p.key), p.mark()
		b = append(append(b, key[:]...), value[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readSeen reads what Seen gave; nil for anything else.
func readSeen(text string) map[mark]mark {
	const size = 2 * len(mark{})
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || len(b)%size != 0 {
		return nil
	}
	seen := make(map[mark]mark, len(b)/size)
	for one := range slices.Chunk(b, size) {
		seen[mark(one[:size/2])] = mark(one[size/2:])
	}
	return seen
}

// UndoBy takes a change back by sending a form of Edit. fill makes of that form what
// the change has made of the record: when somebody has changed it since, the form asks.
func UndoBy(action string, values map[string]string, fill func(form *Form)) *Undo {
	f := &Form{edits: true}
	fill(f)
	values[seenField] = f.Seen()
	return &Undo{Label: "Undo", Action: action, Values: values}
}

// Watch notes a thing that the form shows or changes without a field that holds it.
// When it is not as it was, the form is not saved.
func (f *Form) Watch(label, value string) {
	p := part{key: "\x00" + label, label: label, value: even(value)}
	f.parts = append(f.parts, p)
	if f.sent != nil && f.edits && f.isOther(p) {
		f.Meanwhile = append(f.Meanwhile, Meanwhile{Label: label, Theirs: f.orEmpty(p.value), part: p})
	}
}

// isOther reports whether a part is not as the sent form began with it.
func (f *Form) isOther(p part) bool {
	if f.seen == nil {
		return true
	}
	was, known := f.seen[markOf(p.key)]
	return known && was != p.mark()
}

// wasTyped reports whether what was sent of a part is not what the form began with.
func (f *Form) wasTyped(p part, typed string) bool {
	p.value = typed
	return f.isOther(p)
}

// track notes what a field shows of the record, and compares it with what was sent. It
// reports whether what is in the record is to be shown in place of what was sent.
func (f *Form) track(d *Field, of string) (theirs bool) {
	switch {
	case d.Kind == ChecksField:
		f.trackEach(d)
		return false
	case d.Kind == PasswordField, d.Kind == FileField, d.Kind == HiddenField, d.Fresh:
		return false
	}
	p := part{key: d.Name, of: of, label: d.Label, value: even(d.Value)}
	if d.Kind == CheckField && p.value != "" {
		p.value = "on"
	}
	f.parts = append(f.parts, p)
	if f.sent == nil || !f.isOther(p) {
		return false
	}
	typed, sent := even(f.sent.Get(d.Name)), f.sent.Has(d.Name) || d.Kind == CheckField
	if d.ReadOnly || sent && typed == p.value {
		return d.ReadOnly
	}
	m := Meanwhile{Label: d.Label, Name: d.Name, Theirs: f.shown(d, p.value), part: p, Long: strings.Contains(p.value, "\n")}
	if m.Kept = sent && f.wasTyped(p, typed); m.Kept {
		m.Yours = f.shown(d, typed)
	} else if f.seen == nil {
		return true // a part of a form that did not come whole
	}
	f.Meanwhile = append(f.Meanwhile, m)
	d.Meanwhile = f.language.T("Changed meanwhile: this is what holds now.")
	if m.Kept {
		d.Meanwhile = f.language.T("Yours. Meanwhile it was set to %s.", quoted(m.Theirs))
	}
	return !m.Kept
}

// trackEach is track of a field of which several can be ticked: each by itself.
func (f *Form) trackEach(d *Field) {
	given := slices.Clone(f.sent[d.Name])
	for _, o := range d.Options {
		is := slices.Contains(d.Values, o.Value)
		p := part{key: d.Name + "\x00" + o.Value, of: d.Label, label: o.Label, value: onOrOff(is)}
		f.parts = append(f.parts, p)
		typed := slices.Contains(given, o.Value)
		if f.sent == nil || typed == is || !f.isOther(p) {
			continue
		}
		m := Meanwhile{Label: o.Label, Theirs: f.ticked(is), part: p}
		if m.Kept = f.wasTyped(p, onOrOff(typed)); m.Kept {
			m.Yours = f.ticked(typed)
		} else if is {
			given = append(given, o.Value)
		} else {
			given = slices.DeleteFunc(given, func(v string) bool { return v == o.Value })
		}
		f.Meanwhile = append(f.Meanwhile, m)
	}
	if f.sent != nil {
		f.sent[d.Name] = given
	}
}

// compare ends the comparison of a sent form with its record.
func (f *Form) compare() {
	is := map[mark]bool{}
	names := map[string]int{}
	for _, p := range f.parts {
		is[markOf(p.key)] = true
		names[p.label]++
	}
	for key := range f.seen {
		if !is[key] && !f.less {
			f.less = true
			f.Meanwhile = append(f.Meanwhile, Meanwhile{
				Label: f.language.T("Something that was asked here"), Theirs: f.language.T("is not there any more"),
			})
		}
	}
	for i := range f.Meanwhile {
		if m := &f.Meanwhile[i]; names[m.Label] > 1 && m.part.of != "" {
			m.Label = m.part.of + " · " + m.Label
		}
	}
}

// shown is a value of the field in words.
func (f *Form) shown(d *Field, value string) string {
	if d.Kind == CheckField {
		return f.ticked(value != "")
	}
	if d.Kind == SelectField || d.Kind == RadioField {
		for _, o := range d.Options {
			if o.Value == value {
				return o.Label
			}
		}
		if value == "" && d.Placeholder != "" {
			return d.Placeholder
		}
	}
	if value != "" && d.Unit != "" {
		value += " " + d.Unit
	}
	return f.orEmpty(value)
}

func onOrOff(is bool) string {
	if is {
		return "on"
	}
	return ""
}

func (f *Form) ticked(is bool) string {
	if is {
		return f.language.T("Ticked")
	}
	return f.language.T("Not ticked")
}

func (f *Form) orEmpty(text string) string {
	if text == "" {
		return f.language.T("Empty")
	}
	return text
}

// quoted is a value within a sentence: its first line, not too long.
func quoted(text string) string {
	const most = 60
	line, _, more := strings.Cut(text, "\n")
	if r := []rune(line); len(r) > most {
		line, more = string(r[:most]), true
	}
	if more {
		line += "…"
	}
	return "“" + line + "”"
}
