package licensing

import "chancery/internal/entry"

// ParseKey reads a key that somebody presents in all the forms it may have.
func ParseKey(text string) Key {
	k := entry.Key(text)
	return Key{UUID: k.UUID, Printed: printedKey(k.Letters), Legacy: k.Legacy}
}
