package web_test

import (
	"strings"
	"testing"

	"chancery/internal/web"
)

// What a vendor writes is shown, and nothing of it runs, loads or leads astray.
func TestProse(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"# Top\n\n## Next\n\ntext":                    "<h2>Top</h2>\n<h3>Next</h3>\n<p>text</p>\n",
		"### Only":                                    "<h2>Only</h2>\n",
		"* one\n* **two**":                            "<ul>\n<li>one</li>\n<li><strong>two</strong></li>\n</ul>\n",
		"[us](https://acme.example/help)":             "<p><a href=\"https://acme.example/help\" rel=\"noopener noreferrer\">us</a></p>\n",
		"<https://acme.example>":                      "<p><a href=\"https://acme.example\">https://acme.example</a></p>\n",
		"[x](javascript:alert(1))":                    "<p>x</p>\n",
		"[x](//evil.example)":                         "<p>x</p>\n",
		"<javascript:alert(1)>":                       "<p>javascript:alert(1)</p>\n",
		"<anna@acme.example>":                         "<p><a href=\"mailto:anna@acme.example\">anna@acme.example</a></p>\n",
		"[**bold** words](ftp://x.example)":           "<p><strong>bold</strong> words</p>\n",
		"<script>alert(1)</script>":                   "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
		"a <b onclick=\"x\">b</b> & c":                "<p>a &lt;b onclick=&quot;x&quot;&gt;b&lt;/b&gt; &amp; c</p>\n",
		"![our office](https://acme.example/spy.png)": "<p>our office</p>\n",
		"`a < b`": "<p><code>a &lt; b</code></p>\n",
		"[a](https://x.example/\"onmouseover=\"x)": "",
	} {
		got, err := web.Prose(source)
		if err != nil || want != "" && string(got) != want {
			t.Errorf("%q: %q, %v", source, got, err)
		}
		if strings.Contains(string(got), "<script") || strings.Contains(string(got), `"onmouseover`) || strings.Contains(string(got), "<img") {
			t.Errorf("%q: %q", source, got)
		}
	}
}
