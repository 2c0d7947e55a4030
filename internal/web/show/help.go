package show

import "embed"

//go:embed help/*.md
var helpTexts embed.FS

// FirstHelp is the text under Help to begin with, in a language by its code; in English
// where that has none.
func FirstHelp(language string) string {
	text, err := helpTexts.ReadFile("help/" + language + ".md")
	if err != nil {
		text, _ = helpTexts.ReadFile("help/en.md") // embedded
	}
	return string(text)
}

// HelpText chooses what a reader of some language is shown under Help: the vendor's own
// text in that language, else in the vendor's, in English, or in any; else the text to
// begin with.
func HelpText(own map[string]string, reader, vendor string) string {
	for _, language := range []string{reader, vendor, "en"} {
		if text := own[language]; text != "" {
			return text
		}
	}
	for _, text := range own {
		return text
	}
	return FirstHelp(reader)
}
