package server

import "runtime/debug"

const (
	// The server lives on a few megabytes and makes garbage of as much for each
	// thousand calls: collecting at twice what lives costs a tenth of its time, and
	// what it saves is small beside what SQLite keeps in its caches.
	collectAt = 400 // percent of what lives

	// Beyond this the collector works as hard as it must to stay below.
	softLimit = 256 << 20 // bytes
)

// TuneCollector trades memory for time. GOGC and GOMEMLIMIT go before it.
func TuneCollector(lookup func(string) (string, bool)) {
	if _, set := lookup("GOGC"); set {
		return
	}
	debug.SetGCPercent(collectAt)
	if _, set := lookup("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(softLimit)
	}
}
