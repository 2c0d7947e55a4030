package web

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/language"
)

// FieldKind is how a field is filled in.
type FieldKind string

// The kinds of field.
const (
	TextField     FieldKind = "text"
	EmailField    FieldKind = "email"
	PasswordField FieldKind = "password"
	NumberField   FieldKind = "number"
	DateField     FieldKind = "date"
	AreaField     FieldKind = "area"   // several lines
	SelectField   FieldKind = "select" // one of Options
	RadioField    FieldKind = "radio"  // one of Options, each with its sentence
	CheckField    FieldKind = "check"  // on or off; its value is "on"
	ChecksField   FieldKind = "checks" // several of Options
	FileField     FieldKind = "file"
	HiddenField   FieldKind = "hidden"
)

// Field is one field of a form.
type Field struct {
	Name        string
	Label       string
	Kind        FieldKind // TextField when empty
	Value       string    // what it begins with
	Values      []string  // the same, of ChecksField
	Hint        string    // a sentence below it
	Unit        string    // beside it: "days"
	Placeholder string
	Options     []Option
	Required    bool
	Mono        bool   // keys and code
	Rows        int    // of AreaField
	Min, Max    string // of NumberField
	Complete    string // autocomplete: "current-password", "one-time-code"
	Accept      string // of FileField
	Focus       bool   // the cursor begins here
	Suggest     string // address that gives what may be meant by what was typed so far (Suggestions)
	Look        bool   // where there is script, another value reads the form's parts again: see Form.Look
	ReadOnly    bool
	Fixed       bool   // of HiddenField: it holds what the page says, whatever was sent
	Fresh       bool   // what it begins with is a proposal, and nothing of the record
	Meanwhile   string // set by the form: what others did to it

	// When says "other=value" or "other=a|b", several of them joined by "&": where
	// there is script, the field only shows while the other fields have those values.
	When string

	Error string // set by the form
}

// Option is one choice.
type Option struct {
	Value string
	Label string
	Hint  string
}

// Group is fields of a form under a heading. Without both it shows nothing.
type Group struct {
	Title  string
	Text   string
	Fields []Field
	Folded bool   // shown closed, unless something in it is wrong
	Part   string // id of the part that it belongs to; empty for what stays: see Form.Look
}

// Part is groups that follow each other and belong to one part of a form.
type Part struct {
	ID     string // empty for what stays
	Groups []Group
}

// Form is what a page asks for.
type Form struct {
	ID     string // for buttons outside of it; may be empty
	Action string // where it is sent; the page's own address when empty
	Submit string
	Cancel string // address to go back to; empty for none
	Links  []Link // beside the buttons
	Danger bool
	Get    bool   // it only leads somewhere
	Files  bool   // it uploads
	Once   string // tells a form sent twice from two forms
	Groups []Group

	// Look is the word on a button that shows the form again with what was filled in so
	// far; empty for none. Where there is script, a field with Look does it by itself,
	// and only the parts (Group.Part, and what else has data-part) are replaced.
	Look string

	Wrong *Notice // what is wrong with the whole

	Meanwhile []Meanwhile // what others have changed since it was shown

	language *language.Language

	edits  bool          // it carries what it began with
	parts  []part        // what it shows of its record, as that is now
	seen   map[mark]mark // what the sent form began with; nil where that is not known
	less   bool          // something that it began with is gone
	sent   url.Values    // what was filled in; nil on the first showing
	looked url.Values    // what was filled in before it was shown again; nil unless it was
	errors map[string]string

	inFields bool // what is wrong is told beside the fields
}

// Sent reports whether the form was filled in and refused, and what field name held.
func (f *Form) Sent(name string) (value string, sent bool) {
	if f.sent == nil {
		return "", false
	}
	return f.sent.Get(name), true
}

// Add puts a group into the form. Fields show what was filled in, and what is
// wrong with it.
func (f *Form) Add(g Group) {
	for i := range g.Fields {
		d := &g.Fields[i]
		if d.Kind == "" {
			d.Kind = TextField
		}
		offerOwn(d)
		if f.looked != nil && !d.Fixed {
			f.look(d)
		}
		theirs := f.edits && f.track(d, g.Title)
		g.Folded = g.Folded && d.Meanwhile == ""
		if f.sent != nil && !theirs && !d.Fixed && d.Kind != PasswordField && d.Kind != FileField {
			if given, ok := f.sent[d.Name]; ok || d.Kind == CheckField || d.Kind == ChecksField {
				d.Values = given
				d.Value = f.sent.Get(d.Name)
				if d.Kind == HiddenField {
					d.Value = strings.Join(given, ",") // of several, none is lost
				}
			}
		}
		if message, wrong := f.errors[d.Name]; wrong {
			d.Error = message
			g.Folded = false
			delete(f.errors, d.Name)
		}
	}
	f.Groups = append(f.Groups, g)
}

// offerOwn has a select offer what it holds, also where its list does not reach so far: a
// browser would send another value than the record's.
func offerOwn(d *Field) {
	if d.Kind == SelectField && d.Value != "" && !slices.ContainsFunc(d.Options, func(o Option) bool { return o.Value == d.Value }) {
		d.Options = append(slices.Clip(d.Options), Option{Value: d.Value, Label: d.Value})
	}
}

// lookAgain is the name of the Look button in what a form sends.
const lookAgain = "look"

// Parts are the groups, by the part that they belong to.
func (f *Form) Parts() []Part {
	var parts []Part
	for _, g := range f.Groups {
		if n := len(parts); n == 0 || parts[n-1].ID != g.Part {
			parts = append(parts, Part{ID: g.Part})
		}
		last := &parts[len(parts)-1]
		last.Groups = append(last.Groups, g)
	}
	return parts
}

// Given is what a field held when the form was sent or looked at again; ok is false
// on the first showing.
func (f *Form) Given(name string) (value string, ok bool) {
	switch {
	case f.sent != nil:
		return f.sent.Get(name), true
	case f.looked != nil:
		return f.looked.Get(name), true
	}
	return "", false
}

func (f *Form) look(d *Field) {
	given, ok := f.looked[d.Name]
	if d.Kind == PasswordField || d.Kind == FileField || !ok && d.Kind != CheckField && d.Kind != ChecksField {
		return
	}
	d.Values, d.Value = given, f.looked.Get(d.Name)
}

// Has reports whether a field of several options holds this one.
func (d Field) Has(value string) bool {
	if d.Kind == ChecksField {
		return slices.Contains(d.Values, value)
	}
	return d.Value == value
}

// refused puts a fault into the form: each field's error beside the field, and
// what belongs to none above.
func (f *Form) refused(err error) {
	e := fault.As(err)
	f.errors = map[string]string{}
	for _, w := range e.Fields {
		f.errors[w.Name] = f.language.Said(w.Message)
	}
	f.Wrong = &Notice{Tone: Bad}
	f.Wrong.Title, f.Wrong.Text = f.language.Fault(e.Code, e.Message, e.Help)
	switch { // whose words are for programs
	case len(e.Fields) > 0 && e.Kind == fault.Invalid:
		f.inFields = true
		f.Wrong.Title, f.Wrong.Text = f.language.T("Some fields are wrong."), f.language.T("Correct what is marked below, and send it again.")
	case e.Kind == fault.NotFound:
		f.Wrong.Title, f.Wrong.Text = f.language.Said(british(e.Message)), f.language.T("It may be gone: choose again, and send it again.")
	}
}

// settle tells errors of fields that the form does not show above it. What is not
// a matter of fields has been told there already.
func (f *Form) settle() {
	if !f.inFields {
		f.tellRest()
		return
	}
	marked := slices.ContainsFunc(f.Groups, func(g Group) bool {
		return slices.ContainsFunc(g.Fields, func(d Field) bool { return d.Error != "" })
	})
	if !marked && len(f.errors) > 0 {
		f.Wrong.Title, f.Wrong.Text = f.language.T("That can't be done as it is."), ""
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range f.errors {
			if !yield(name) {
				return
			}
		}
	}) {
		f.Wrong.Text = strings.TrimSpace(f.Wrong.Text + " " + f.language.Said(spoken(name)) + " " + f.errors[name] + ".")
	}
}

// tellRest tells what a refusal says of fields that the form does not show: of which of
// many things it is.
func (f *Form) tellRest() {
	for _, name := range slices.Sorted(maps.Keys(f.errors)) {
		message := f.errors[name]
		if !strings.HasSuffix(message, ".") {
			message = f.language.Said(spoken(name)) + " " + message + "."
		}
		f.Wrong.Text = strings.TrimSpace(f.Wrong.Text + " " + message)
	}
}

// british is a message of the server's in the screens' spelling.
func british(message string) string { return strings.ReplaceAll(message, "license", "licence") }

// spoken makes the beginning of a sentence of a field's name in programs, in the
// screens' spelling.
func spoken(name string) string {
	words := strings.NewReplacer("_", " ", ".", " ").Replace(british(name))
	return strings.ToUpper(words[:min(1, len(words))]) + words[min(1, len(words)):]
}
