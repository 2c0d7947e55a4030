package language

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed texts/*.json
var files embed.FS

// english is the code of the language that texts are written in.
const english = "en"

// file is a language as its file has it.
type file struct {
	Name  string            `json:"name"`  // in the language itself
	Tag   string            `json:"tag"`   // as <html lang> has it
	Dates dates             `json:"dates"` // how days are written
	Texts map[string]text   `json:"texts"` // by the English text
	Said  map[string]string `json:"said"`  // what rooms say of a fault, by the English text

	Refusals map[string][2]string `json:"refusals"` // message and help of refusals, by their number
}

// text is one text, or one for each plural that the language knows: "one", "other".
type text struct {
	one     string
	plurals map[string]string
	by      int // the argument that decides, from 1
}

// UnmarshalJSON reads "text", or {"one": "text", "other": "text", "by": "2"}.
func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &t.one)
	}
	if err := json.Unmarshal(b, &t.plurals); err != nil {
		return err
	}
	t.by = 1
	if by, ok := t.plurals["by"]; ok {
		delete(t.plurals, "by")
		if _, err := fmt.Sscanf(by, "%d", &t.by); err != nil {
			return fmt.Errorf("by %q: %w", by, err)
		}
	}
	if t.plurals["other"] == "" {
		return errors.New("a plural lacks \"other\"")
	}
	return nil
}

// message is the text as the library has it.
func (t text) message() catalog.Message {
	if t.plurals == nil {
		return catalog.String(t.one)
	}
	cases := make([]any, 0, 2*len(t.plurals))
	for _, which := range []string{"zero", "one", "two", "few", "many", "other"} {
		if words, ok := t.plurals[which]; ok {
			cases = append(cases, which, words)
		}
	}
	return plural.Selectf(t.by, "%d", cases...)
}

// made is the catalogue, made at the first use of what is embedded.
var made = sync.OnceValues(load) //nolint:gochecknoglobals // it is made once, and never changes

// Load gives all languages, English first. It fails only for a file that is wrong, which a test finds.
func Load() (Catalogue, error) { return made() }

// or is the language; English for nil.
func (l *Language) or() *Language {
	if l != nil {
		return l
	}
	all, err := made()
	if err != nil {
		panic(err) // a file of ours is wrong: no page can be shown
	}
	return all[0]
}

func load() (Catalogue, error) {
	entries, err := files.ReadDir("texts")
	if err != nil {
		return nil, fmt.Errorf("language: %w", err)
	}
	texts := catalog.NewBuilder(catalog.Fallback(language.BritishEnglish))
	all := Catalogue{}
	for _, e := range entries {
		l, err := read(texts, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
		if err != nil {
			return nil, fmt.Errorf("language: %s: %w", e.Name(), err)
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b *Language) int {
		if (a.code == english) != (b.code == english) {
			return map[bool]int{true: -1, false: 1}[a.code == english]
		}
		return strings.Compare(a.name, b.name)
	})
	return all, nil
}

func parse(code string) (file, error) {
	var f file
	b, err := files.ReadFile("texts/" + code + ".json")
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(b, &f)
}

func read(texts *catalog.Builder, code string) (*Language, error) {
	f, err := parse(code)
	if err != nil {
		return nil, err
	}
	tag, err := language.Parse(f.Tag)
	if err != nil {
		return nil, err
	}
	l := &Language{code: code, name: f.Name, tag: tag, plain: map[string]string{}, dates: f.Dates}
	for key, t := range f.Texts {
		if t.plurals == nil && !strings.Contains(t.one, "%") {
			l.plain[key] = t.one
		}
		if err := texts.Set(tag, key, t.message()); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	if l.said, err = sayings(f.Said); err != nil {
		return nil, err
	}
	l.refused = f.Refusals
	if err := f.Dates.check(); err != nil {
		return nil, err
	}
	l.printer = message.NewPrinter(tag, message.Catalog(texts))
	l.regions = display.Regions(tag)
	sample := []rune(l.printer.Sprintf("%.1f", 1234.5)) // 1,234.5
	if len(sample) == len("1,234.5") {
		l.group, l.point = string(sample[1]), string(sample[5])
	} else {
		l.point = string(sample[len(sample)-2])
	}
	return l, nil
}
