package show

import (
	"chancery/internal/language"
	"chancery/internal/web"
)

// LanguageField asks for the language in which somebody's people are spoken to. Empty is
// what holds without one, which otherwise says.
func LanguageField(code, otherwise string) web.Field {
	f := web.Field{Name: "language", Label: "Language", Kind: web.SelectField, Value: code, Options: []web.Option{{Label: otherwise}}}
	all, err := language.Load()
	if err != nil {
		return f // a test finds a file that is wrong
	}
	for _, l := range all {
		f.Options = append(f.Options, web.Option{Value: l.Code(), Label: l.Name()})
	}
	return f
}
