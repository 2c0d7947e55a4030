package licensing

import (
	"time"

	"chancery/internal/ident"
)

// Stay is an activation in the goodwill zone, as lists of it show it.
type Stay struct {
	ID         int64
	Activation ident.UUID
	Device     Device
	ClientName string
	Hostname   string
	License    *License // with its customer, product and edition
	EnteredAt  time.Time
	Until      time.Time // when it is released; zero: when a token frees
	Times      int64     // how many stays of the licence in the zone reach into the last GoodwillMemory, this one among them
}

// GoodwillMemory is how far back a licence's stays in the goodwill zone are counted.
const GoodwillMemory = 90 * 24 * time.Hour

// Denied is how often calls of one licence were refused for one reason in one hour.
type Denied struct {
	Denial

	License *License
}

// Ending is a licence and when it ends.
type Ending struct {
	License *License
	EndsAt  time.Time
}

// UsedUp is a licence that refuses new clients, since when, and how often it did.
type UsedUp struct {
	License *License
	Refused int64
}
