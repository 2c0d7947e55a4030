package language

import (
	"fmt"
	"regexp"
	"strings"
)

// said is what rooms say of a fault: their sentences are English, with numbers and
// names in them already.
type said struct {
	whole    map[string]string
	patterns []pattern
}

type pattern struct {
	english *regexp.Regexp
	text    string // with %[1]s for what stands in the first place
}

var verb = regexp.MustCompile(`%(\[\d+\])?[sd]`)

// place is what may stand in the place of a verb.
var place = map[byte]string{'s': `(.+?)`, 'd': `(-?\d[\d,]*)`} //nolint:gochecknoglobals // it never changes

func sayings(texts map[string]string) (said, error) {
	s := said{whole: map[string]string{}}
	for english, text := range texts {
		if !verb.MatchString(english) {
			s.whole[english] = text
			continue
		}
		var words strings.Builder
		at := 0
		for _, v := range verb.FindAllStringIndex(english, -1) {
			words.WriteString(regexp.QuoteMeta(english[at:v[0]]) + place[english[v[1]-1]])
			at = v[1]
		}
		re, err := regexp.Compile(`(?s)^` + words.String() + regexp.QuoteMeta(english[at:]) + `$`)
		if err != nil {
			return s, fmt.Errorf("%q: %w", english, err)
		}
		s.patterns = append(s.patterns, pattern{re, numbered(text)})
	}
	return s, nil
}

// numbered gives each verb of a text the number of its argument, and takes all for words.
func numbered(text string) string {
	n := 0
	return verb.ReplaceAllStringFunc(text, func(v string) string {
		if at, after, found := strings.Cut(v, "]"); found {
			return at + "]" + strings.Replace(after, "d", "s", 1)
		}
		n++
		return fmt.Sprintf("%%[%d]s", n)
	})
}

// Said gives in the language what a room has said in English: the message, the help and
// what is wrong with a field of a fault. What the language has no words for stays as it is.
func (l *Language) Said(text string) string {
	l = l.or()
	if l.code == english || text == "" {
		return text
	}
	if own, ok := l.said.whole[text]; ok {
		return own
	}
	for _, p := range l.said.patterns {
		found := p.english.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		args := make([]any, len(found)-1)
		for i, f := range found[1:] {
			args[i] = f
		}
		out := fmt.Sprintf(p.text, args...)
		out, _, _ = strings.Cut(out, "%!(EXTRA") // a language may leave something out
		return out
	}
	return text
}

// RefusedCode begins the code of a fault that is a refusal of the clients' protocol; its
// number follows.
const RefusedCode = "refused_"

// Fault gives in the language the message and the help of a fault. A refusal of the protocol
// is found by its number, whatever details its English sentences have; all else by the
// sentences themselves.
func (l *Language) Fault(code, message, help string) (said, todo string) {
	if number, is := strings.CutPrefix(code, RefusedCode); is {
		if own, known := l.or().refused[number]; known {
			return own[0], own[1]
		}
	}
	return l.Said(message), l.Said(help)
}
