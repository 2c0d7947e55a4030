package web

import (
	"cmp"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/language"
)

// languageCookie keeps which language a browser was switched to, at all vendors.
const (
	languageCookie = "language"
	languageAge    = 400 * 24 * time.Hour // the longest that browsers keep
)

// Language is the language that the page of this request is in.
func (q *Request) Language() *language.Language {
	if q.language == nil && q.face != nil {
		q.language = q.face.languageOf(q)
	}
	return q.language
}

// languageOf decides the language of a page: the person's choice, what the browser was
// switched to, what it asks for, and else the customer's or the vendor's.
func (f *Face) languageOf(q *Request) *language.Language {
	if len(f.Languages) == 0 {
		return nil
	}
	if q.Person != nil {
		if own := f.Languages.Of(q.Person.Language); own != nil {
			return own
		}
	}
	if l := cmp.Or(f.Languages.Of(q.Cookie(languageCookie)), f.Languages.Accepted(q.R.Header.Get("Accept-Language"))); l != nil {
		return l
	}
	if q.Person != nil && q.Person.CustomerLanguage != nil {
		if l := f.Languages.Of(q.Person.CustomerLanguage()); l != nil {
			return l
		}
	}
	return cmp.Or(f.Languages.Of(q.Vendor.Language), f.Languages[0])
}

// T gives a text in the language of the page: see language.Language.T.
func (q *Request) T(text string, args ...any) string { return q.Language().T(text, args...) }

// T gives a text in the language of the page: see language.Language.T.
func (p *Page) T(text string, args ...any) string { return p.Language.T(text, args...) }

// Switch is one language that a page can be had in.
type Switch struct {
	Code, Tag, Name string
	On              bool
}

// Switches are the languages that the page can be had in; none where there is only one.
func (p *Page) Switches() []Switch {
	all := make([]Switch, len(p.languages))
	for i, l := range p.languages {
		all[i] = Switch{Code: l.Code(), Tag: l.Tag(), Name: l.Name(), On: l.Code() == p.Language.Code()}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

// LanguageOptions are the languages of the face for a form; none where it has only one.
func (f *Face) LanguageOptions() []Option {
	options := make([]Option, len(f.Languages))
	for i, l := range f.Languages {
		options[i] = Option{Value: l.Code(), Label: l.Name()}
	}
	if len(options) < 2 {
		return nil
	}
	return options
}

// Speak keeps in the browser which language its pages are in, for when nobody is signed in;
// empty for what the browser asks for.
func (q *Request) Speak(code string) {
	q.SetCookie(q.face.cookie(languageCookie, code, "/", languageAge))
}

// switchLanguage keeps the language that somebody has chosen before signing in.
func (f *Face) switchLanguage(w http.ResponseWriter, q *Request) error {
	if chosen := f.Languages.Of(q.R.PostFormValue("language")); chosen != nil {
		http.SetCookie(w, f.cookie(languageCookie, chosen.Code(), "/", languageAge))
	}
	http.Redirect(w, q.R, q.back(), http.StatusSeeOther) //nolint:gosec // back stays below the face
	return nil
}

func (f *Face) speaking() []edge.Route {
	if len(f.Languages) < 2 {
		return nil
	}
	return []edge.Route{Serve(f, http.MethodPost, "/language", Access{Public: "the language is the browser's own choice"}, f.switchLanguage)}
}

// spokenFuncs are the functions of templates that speak a language.
func spokenFuncs(l *language.Language) template.FuncMap {
	return template.FuncMap{
		"t":      l.T,
		"word":   l.Word,
		"said":   l.Said,
		"number": l.Number,
		"lang":   func() *language.Language { return l },
		"spoken": func(name string) string { return l.Said(spoken(name)) },
		"lower":  strings.ToLower,
		"script": func() (string, error) { return scriptTexts(l) },
	}
}

// scriptWords are what scripts say, in English; a test compares them with the scripts.
func scriptWords() []string {
	return []string{
		"Copied.", "Copy this:", "1 row", "# rows", "One moment.", "Your device asks you now.",
		"The list could not be read. Try again.",
		"The server did not answer. Send it again: what has arrived is not done twice.",
		"What depends on this could not be read. Choose it again.",
		"This browser can't use passkeys at this address. Use another way.",
		"This device has a passkey for this account already.",
		"Passkeys do not work at this address: open the page by the server's public name.",
		"The device gave no passkey. Try again, or use another way.",
		"The camera was not allowed. Allow it in the browser, or paste the text of the code.",
		"There is no camera. Paste the text of the code.",
	}
}

// scriptTexts are what scripts say in a language, as JSON by the English words; empty in English.
func scriptTexts(l *language.Language) (string, error) {
	texts := map[string]string{}
	for _, english := range scriptWords() {
		if said := l.Word(english); said != english {
			texts[english] = said
		}
	}
	if len(texts) == 0 {
		return "", nil
	}
	b, err := json.Marshal(texts)
	return string(b), err
}
