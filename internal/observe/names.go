package observe

// Kind says what a name is the name of.
type Kind int64

// The kinds of names. They are stored.
const (
	License Kind = iota + 1
	Account
	Actor
	Product
	Version // of a product
	All     // no name: what is counted of the vendor as a whole
)

// Whole is the number under which all items of a vendor are counted, as if they were one licence's.
const Whole int64 = -1

// MostNames is how many names of a kind a vendor may have (docs/rules/observed.md, rule 12).
// A further one is refused, so that whoever has the ingest key, which is public, can't fill
// the server.
func MostNames(k Kind) int64 {
	switch k {
	case License, Account:
		return 500_000
	case Actor:
		return 5_000_000
	case Product:
		return 1_000
	case Version:
		return 10_000
	case All:
	}
	return 0
}

// refusal is why an item is refused that would bring one name too many.
func (k Kind) refusal() Reason {
	switch k {
	case License:
		return TooManyLicenses
	case Account:
		return TooManyAccounts
	case Actor:
		return TooManyActors
	case Product:
		return TooManyProducts
	case Version, All:
	}
	return TooManyVersions
}

// What says what an item tells of.
type What int64

// What items tell of. They are stored.
const (
	Event What = iota + 1
	SessionStart
	SessionEnd
	Exception
	Identify // of what was refused only: joins are no items
)

// byteOf gives the one byte that says it.
func byteOf(w What) byte { return byte(w) } //nolint:gosec // there are five
