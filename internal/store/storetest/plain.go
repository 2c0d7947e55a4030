package storetest

// Plain is a sealer that seals nothing: what is sealed is what is stored.
type Plain struct{}

// Seal returns the same bytes.
func (Plain) Seal(_ string, b []byte) ([]byte, error) { return b, nil }

// Open returns the same bytes.
func (Plain) Open(_ string, b []byte) ([]byte, error) { return b, nil }
