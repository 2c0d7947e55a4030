package entry

import "testing"

func TestHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"licences.werk.example":                    "licences.werk.example",
		" Licences.Werk.Example. ":                 "licences.werk.example",
		"https://licences.werk.example:8443/x?y=1": "licences.werk.example",
		"licences.werk.example/":                   "licences.werk.example",
		"lizenzen.müller.example":                  "lizenzen.xn--mller-kva.example",
		"xn--mller-kva.example":                    "xn--mller-kva.example",
		"localhost":                                "",
		"127.0.0.1":                                "",
		"1.2.3.4.5":                                "",
		"[::1]":                                    "",
		"werk.example:8080":                        "",
		"werk..example":                            "",
		"-werk.example":                            "",
		"werk_1.example":                           "",
		"*.werk.example":                           "",
		"werk.example/x":                           "",
		"werk example":                             "",
		"":                                         "",
		"https://":                                 "",
	} {
		if got, ok := Host(text); got != want && ok || ok != (want != "") {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
