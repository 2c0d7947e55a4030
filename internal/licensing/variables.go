package licensing

import (
	"maps"
	"slices"
)

// What is kept of the variables that a client says of its machine, in all: a
// heartbeat adds to what earlier ones said.
const (
	MaxVariables     = 64
	MaxVariableBytes = 16 << 10 // of names and values
)

// withinBounds gives what is kept of variables, and the names of those that are
// not. What the client says now goes first, in the order of the names; what it
// said before fills the rest. So a program that renames its variables pushes out
// the old names, and a stranger's names give way to the client's own.
func withinBounds(said, before map[string]string) (kept map[string]string, dropped []string) {
	kept = make(map[string]string, min(len(said)+len(before), MaxVariables))
	room := MaxVariableBytes
	for i, from := range []map[string]string{said, before} {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			if _, newer := said[name]; newer && i > 0 {
				continue
			}
			size := len(name) + len(from[name])
			if len(kept) == MaxVariables || size > room {
				dropped = append(dropped, name)
				continue
			}
			kept[name] = from[name]
			room -= size
		}
	}
	return kept, dropped
}
