package entrytest

import "strings"

// Key spells a license or token key (a UUID) in all the ways in which it is pasted,
// typed, wrapped and quoted.
func Key(key string) []string {
	bare := strings.ReplaceAll(key, "-", "")
	dashed := func(dash string) string { return strings.ReplaceAll(key, "-", dash) }
	return []string{
		key,
		strings.ToUpper(key),
		bare,
		strings.ToUpper(bare),
		" " + key + "  ",
		key + "\r\n",
		"\t" + key + "\t",
		"\n\n" + key,
		key[:20] + "\r\n" + key[20:],
		key[:20] + "\n    " + key[20:],
		key[:24] + "\t" + key[24:],
		dashed("\u2010"), // hyphen
		dashed("\u2011"), // non-breaking hyphen
		dashed("\u2012"), // figure dash
		dashed("\u2013"), // en dash
		dashed("\u2014"), // em dash
		dashed("\u2015"), // horizontal bar
		dashed("\u2212"), // minus
		dashed("\u00ad"), // soft hyphen
		dashed("\ufe63"), // small hyphen
		dashed("\uff0d"), // full-width hyphen
		dashed(" - "),
		dashed(" "),
		dashed("\u00a0"),          // no-break space
		dashed("\u202f"),          // narrow no-break space
		"\ufeff" + key,            // a byte order mark
		key + "\u200b",            // a zero-width space
		"\u200e" + key + "\u200f", // directions
		"\u2066" + key + "\u2069", // isolated
		key[:12] + "\u2060" + key[12:],
		`"` + key + `"`,
		"'" + key + "'",
		"`" + key + "`",
		"\u201c" + key + "\u201d",
		"\u201e" + key + "\u201c",
		"\u00ab\u00a0" + key + "\u00a0\u00bb",
		"{" + key + "}",
		"(" + key + ")",
		"[" + key + "]",
		"<" + key + ">",
		"{" + strings.ToUpper(key) + "}\r\n",
		key + ".",
		"(" + key + "),",
		"*" + key + "*", // bold in a chat
		"**" + key + "**",
		"_" + key + "_",
		"\u2022 " + key, // an item of a list
		"| " + key + " |",
		wide(key),
	}
}

// wide writes ASCII as full-width characters, as East Asian keyboards do.
func wide(text string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, text)
}
