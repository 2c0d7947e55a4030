package language

import (
	"strconv"
	"testing"

	"chancery/internal/refusal"
)

// Every refusal of the clients' protocol that this server gives has its sentences in every
// language, by its number: whatever a room puts into the English ones.
func TestRefusalsAreSaid(t *testing.T) {
	t.Parallel()
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		known := map[string]bool{}
		for _, k := range refusal.All() {
			number := strconv.Itoa(k.ID)
			known[number] = true
			message, help := l.Fault(RefusedCode+number, k.Message+" 17 of 17.", k.Help)
			if l.code == english {
				if message != k.Message+" 17 of 17." {
					t.Errorf("%s in English: %q", number, message)
				}
				continue
			}
			if own := l.refused[number]; !k.Elsewhere && (own[0] == "" || own[1] == "" || message != own[0] || help != own[1]) {
				t.Errorf("texts/%s.json lacks the refusal %s: %q", l.code, number, k.Message)
			}
		}
		for number := range l.refused {
			if !known[number] {
				t.Errorf("texts/%s.json has the refusal %s, which nobody gives", l.code, number)
			}
		}
	}
}
