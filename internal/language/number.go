package language

import "strings"

// ReadNumber reads a number that somebody has typed, and gives it as programs write it:
// "1204.5". Its digits may stand in groups of three, parted as the language does it or by
// blanks, and its decimals behind the language's own mark. What could be meant in two ways is
// no number: in German "1.5", where the point parts groups, and in English "1,5".
func (l *Language) ReadNumber(text string) (number string, ok bool) {
	l = l.or()
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u2212", "-").Replace(strings.TrimSpace(text))
	rest, below := strings.CutPrefix(text, "-")
	whole, decimals, parted := strings.Cut(rest, l.point)
	if parted && !digits(decimals) {
		return "", false
	}
	if whole, ok = ungrouped(whole, l.group); !ok {
		return "", false
	}
	if below {
		whole = "-" + whole
	}
	if parted {
		whole += "." + decimals
	}
	return whole, true
}

// ungrouped joins the groups of a whole number that are parted by a mark or by blanks.
func ungrouped(text, mark string) (whole string, ok bool) {
	if mark == "" || !strings.Contains(text, mark) {
		mark = " "
	}
	groups := strings.Split(text, mark)
	for i, g := range groups {
		first := i == 0
		if !digits(g) || !first && len(g) != 3 || first && len(groups) > 1 && (len(g) > 3 || g[0] == '0') {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// digits reports whether a text is digits and nothing else.
func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
