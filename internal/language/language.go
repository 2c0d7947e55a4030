package language

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
)

// Language is one language. It is made once, never changes, and may be used by many at
// once. A nil Language is English.
type Language struct {
	code    string
	name    string
	tag     language.Tag
	printer *message.Printer
	plain   map[string]string // texts that take no arguments, and have no plural
	said    said
	refused map[string][2]string // message and help of refusals, by their number
	dates   dates
	point   string // before the decimals of a number
	group   string // between its thousands
	regions display.Namer
}

// Code is the language's short name, which is the name of its file: "de". It is what
// is stored, and stands in addresses and APIs.
func (l *Language) Code() string { return l.or().code }

// Name is what the language calls itself: "Deutsch".
func (l *Language) Name() string { return l.or().name }

// Tag is the language as programs know it, in <html lang>: "en-GB".
func (l *Language) Tag() string { return l.or().tag.String() }

// T gives a text in the language. The text is English, and a format as package fmt has
// it: %s for words, %d for numbers, which are written as the language does. Behind "##"
// it may say what is meant where one English word is several in other languages; this
// is not shown.
func (l *Language) T(text string, args ...any) string {
	if false {
		_ = fmt.Sprintf(text, args...) // vet compares texts and arguments everywhere
	}
	l = l.or()
	if len(args) == 0 {
		if said, ok := l.plain[text]; ok {
			return said
		}
	}
	words, _, _ := strings.Cut(text, meant)
	if len(args) == 0 && !strings.Contains(words, "%") {
		return words
	}
	return l.printer.Sprintf(message.Key(text, words), args...)
}

// meant parts a text from what tells it from others that are the same in English.
const meant = "##"

// Number writes a whole number, its digits in groups.
func (l *Language) Number(n int64) string { return l.or().printer.Sprintf("%d", n) }

// Decimal writes a number that is written with a point for machines: "1204.5".
func (l *Language) Decimal(text string) string {
	l = l.or()
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, rest, dotted := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + l.group + whole[i:]
	}
	if dotted {
		whole += l.point + rest
	}
	return sign + whole
}

// Country is what a country is called, by its two letters; the letters for what is none.
func (l *Language) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := l.or().regions.Name(region); name != "" {
		return name
	}
	return code
}

// And joins several: "a, b and c".
func (l *Language) And(words ...string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return l.T("%s and %s", strings.Join(words[:last], ", "), words[last])
}

// Catalogue is all languages.
type Catalogue []*Language

// Of gives a language by its code; nil for none. English is the first.
func (c Catalogue) Of(code string) *Language {
	if i := slices.IndexFunc(c, func(l *Language) bool { return l.code == code }); i >= 0 {
		return c[i]
	}
	return nil
}

// Codes are the codes of all.
func (c Catalogue) Codes() []string {
	codes := make([]string, len(c))
	for i, l := range c {
		codes[i] = l.code
	}
	return codes
}

// Accepted gives the language that a browser's Accept-Language asks for most; nil
// where there is none of those.
func (c Catalogue) Accepted(header string) *Language {
	if len(header) > maxHeader {
		return nil
	}
	asked, _, err := language.ParseAcceptLanguage(header) // the most wanted first
	if err != nil {
		return nil
	}
	for _, tag := range asked {
		base, sure := tag.Base()
		if sure == language.No {
			continue
		}
		for _, l := range c {
			if own, _ := l.tag.Base(); own == base {
				return l
			}
		}
	}
	return nil
}

// maxHeader is how long an Accept-Language may be that is read, in bytes.
const maxHeader = 256

// Mark marks a text that Word says later, where the language is known. It gives the text.
func Mark(text string) string { return text }

// Word gives one of a vocabulary in the language: what a state is called. It is for
// words that come from elsewhere in the code, where Mark marks them.
func (l *Language) Word(word string) string {
	if said, ok := l.or().plain[word]; ok {
		return said
	}
	words, _, _ := strings.Cut(word, meant)
	return words
}

// Known reports whether there is a language of this code, or it is empty: nothing chosen.
func Known(code string) bool {
	all, err := made()
	return code == "" || err == nil && all.Of(code) != nil
}

// MustBeKnown is what is wrong with a code that is not Known, beside its field.
func MustBeKnown() string {
	all, err := made()
	if err != nil {
		return err.Error()
	}
	return "must be one of " + strings.Join(all.Codes(), ", ") + ", or empty"
}
