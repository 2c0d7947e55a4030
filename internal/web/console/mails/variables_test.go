package mails

import (
	"testing"

	"chancery/internal/mailing"
	"chancery/internal/web/show"
)

// Every variable is explained, and every kind has a name and says when it is sent.
func TestMeaningsAreComplete(t *testing.T) {
	t.Parallel()
	for _, k := range mailing.Kinds() {
		known := k.Values(nil, mailing.Vendor{}, mailing.Data{})
		if when(k) == "" || show.MailKind(k) == string(k) {
			t.Errorf("%s is not told of", k)
		}
		for _, name := range k.Variables() {
			if _, found := known[name]; meaning(name) == "" || !found {
				t.Errorf("%s is not explained, or has no sample", name)
			}
		}
	}
}
