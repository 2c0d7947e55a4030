package licensing

import (
	"time"

	"chancery/internal/ident"
)

// Refused is the newest refusal of a client with a licence for one reason. It is
// known to the minute.
type Refused struct {
	License    ident.LicenseID
	At         time.Time
	Reason     int
	ClientID   string
	Hostname   string
	Version    string     // of the software
	Address    string     // that it called from
	Activation ident.UUID // that the client has with the licence now; zero for none
}
