package erasure

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"chancery/internal/entry"
)

// Mark stands where something was erased.
const Mark = "[erased]"

// shortest is the length of the shortest name that is looked for within other texts: a
// shorter one would be found in half of them.
const shortest = 4

// Words are the names and addresses of who is to be forgotten.
type Words struct {
	exact  map[string]bool // folded
	within *regexp.Regexp  // names within texts; nil for none
	ids    map[string]bool // of what is theirs
}

var address = regexp.MustCompile(`[^\s<>"'(),;:\[\]{}|\\]+@[^\s<>"'(),;:\[\]{}|\\]+`)

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// NewWords makes Words of names and addresses, and of the ids of what is theirs.
func NewWords(all []string, ids ...string) Words {
	w := Words{exact: map[string]bool{}, ids: map[string]bool{}}
	for _, id := range ids {
		w.ids[id] = true
	}
	var names []string
	for _, word := range all {
		word = strings.TrimSpace(word)
		if word == "" || word == Mark {
			continue
		}
		w.exact[fold(word)] = true
		if mailbox, ok := entry.Address(word); ok { // in both forms that it may be kept in
			kept, wire := entry.Forms(mailbox)
			w.exact[kept], w.exact[wire] = true, true
		}
		if strings.Contains(word, "@") || utf8.RuneCountInString(word) < shortest {
			continue
		}
		for _, form := range []string{word, html.EscapeString(word), inJSON(word)} {
			names = append(names, regexp.QuoteMeta(form))
		}
	}
	if len(names) > 0 {
		w.within = regexp.MustCompile(`(?i)(^|[^\pL\pN])(?:` + strings.Join(names, "|") + `)($|[^\pL\pN])`)
	}
	return w
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func inJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s // a string is always encoded
	}
	return string(b[1 : len(b)-1])
}

// Is reports whether a text is one of the words.
func (w Words) Is(text string) bool { return w.exact[fold(text)] }

// names reports whether a text has an id of theirs.
func (w Words) names(text string) bool {
	if len(w.ids) == 0 {
		return false
	}
	for _, id := range uuid.FindAllString(text, -1) {
		if w.ids[id] {
			return true
		}
	}
	return false
}

// Text gives a text without the words.
func (w Words) Text(text string) string {
	if w.Is(text) {
		return Mark
	}
	if strings.Contains(text, "@") {
		text = address.ReplaceAllStringFunc(text, func(found string) string {
			bare := strings.TrimRight(found, ".!?")
			if w.Is(bare) {
				return Mark + found[len(bare):]
			}
			return found
		})
	}
	if w.within != nil {
		for range 2 { // two that stand side by side share what is between them
			text = w.within.ReplaceAllString(text, "${1}"+Mark+"${2}")
		}
	}
	return text
}

// personal are the names of members of JSON that are about people or their machines.
var personal = map[string]bool{ //nolint:gochecknoglobals // constant
	"client_id": true, "client_name": true, "client_description": true, "tags": true, "hostname": true, "address": true, "device_variables": true,
	"display_name": true,
	"user_id":      true, "group_id": true, "licensee_email": true, "email": true, "company_name": true, "recipient": true, "to": true, "note": true,
}

// Value gives a text or a JSON text without the words. In what is about the person, related,
// it has no members any more that are about people.
func (w Words) Value(text string, related bool) string {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return text
	}
	if c := trimmed[0]; (c == '{' || c == '[' || c == '"') && json.Valid([]byte(text)) {
		return w.json(text, related)
	}
	return w.Text(text)
}

// frame is an object or array of a JSON text that is being read.
type frame struct {
	object bool
	key    bool // a member's name comes next
	wipe   bool // all texts in it go
	name   string
}

// json replaces texts in a JSON text in their places, so that all else stays as it is.
func (w Words) json(text string, related bool) string {
	d := json.NewDecoder(strings.NewReader(text))
	var out strings.Builder
	var stack []frame
	done := 0
	for {
		token, err := d.Token()
		if err != nil {
			break // the end: the text is valid
		}
		end := int(d.InputOffset())
		top := len(stack) - 1
		wipe := top >= 0 && (stack[top].wipe || related && stack[top].object && isPersonal(stack[top].name, len(stack)))
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				stack = append(stack, frame{object: v == '{', key: v == '{', wipe: wipe})
				continue
			}
			stack = stack[:top]
			top--
		case string:
			if top >= 0 && stack[top].object && stack[top].key {
				stack[top].name, stack[top].key = v, false
				continue
			}
			to := w.Text(v)
			if wipe && v != "" {
				to = Mark
			}
			if to != v {
				start := done + len(text[done:end]) - len(literal(text[done:end]))
				out.WriteString(text[done:start])
				out.WriteString(`"` + inJSON(to) + `"`)
				done = end
			}
		}
		if top >= 0 && stack[top].object {
			stack[top].key = true
		}
	}
	return out.String() + text[done:]
}

// isPersonal: of names, the thing's own is meant, which stands at the top.
func isPersonal(name string, depth int) bool { return personal[name] || name == "name" && depth == 1 }

// literal gives the JSON string that text ends in.
func literal(text string) string {
	for i := len(text) - 2; i >= 0; i-- {
		if text[i] != '"' {
			continue
		}
		slashes := 0
		for j := i - 1; j >= 0 && text[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 {
			return text[i:]
		}
	}
	return text
}
