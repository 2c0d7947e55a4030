package erasure_test

import (
	"testing"

	"chancery/internal/erasure"
)

func TestWhatIsReplaced(t *testing.T) {
	t.Parallel()
	w := erasure.NewWords([]string{"Kirk & Co", "anna@example.com", "Bo", "otto@bücher.example"})
	for _, c := range []struct {
		text    string
		related bool
		want    string
	}{
		{"Kirk & Co", false, "[erased]"},
		{" ANNA@example.com", false, "[erased]"},
		{"To: anna@example.com, joanna@example.com.", false, "To: [erased], joanna@example.com."},
		{"Write to anna@example.com.", false, "Write to [erased]."},
		{"of Kirk &amp; Co, kirk & co", false, "of [erased], [erased]"},
		{"Kirk & Company", false, "Kirk & Company"},
		{"Bob and Bo", false, "Bob and Bo"}, // short names only where they are all
		{"Bo", false, "[erased]"},
		{"OTTO@xn--bcher-kva.example, otto@bücher.example", false, "[erased], [erased]"},
		{`{"a":"Kirk \u0026 Co","b":[1,"x","anna@example.com"],"n":1.50}`, false, `{"a":"[erased]","b":[1,"x","[erased]"],"n":1.50}`},
		{
			`{"company_name":"Other","client_id":"m-1","device_variables":{"a":"b"},"name":"Mine","features":[{"name":"Export"}]}`, true,
			`{"company_name":"[erased]","client_id":"[erased]","device_variables":{"a":"[erased]"},"name":"[erased]","features":[{"name":"Export"}]}`,
		},
		{`{"company_name":"Other","client_id":"m-1"}`, false, `{"company_name":"Other","client_id":"m-1"}`},
		{`["say \"anna@example.com\"","\\"]`, false, `["say \"[erased]\"","\\"]`},
		{`{"email":"","tags":["a"],"x":null}`, true, `{"email":"","tags":["[erased]"],"x":null}`},
		{`"anna@example.com"`, false, `"[erased]"`},
		{`{broken anna@example.com`, true, `{broken [erased]`},
		{"", true, ""},
	} {
		if got := w.Value(c.text, c.related); got != c.want {
			t.Errorf("%s (%t)\n  gives %s\n  want  %s", c.text, c.related, got, c.want)
		}
		if got := w.Value(c.want, c.related); got != c.want {
			t.Errorf("%s: a second time %s", c.want, got)
		}
	}
}
