package observe

// Link is how an actor was joined to others.
type Link struct {
	Identified string // as whom it was identified
	Root       string // as whom it is counted
	At         int64  // Unix milliseconds
}

// Joining is the verdict on an identification.
type Joining int

// The verdicts.
const (
	JoinNothing Joining = iota // they are one already
	JoinThem
	JoinConflict // the anonymous actor was identified as somebody else
)

// Joined says what an identification comes to: links are those of both actors, if they have any
// (docs/rules/observed.md, rule 9). An actor is identified once. Chains are taken: an
// identified actor may be identified in turn. A ring comes back to the one root, and changes nothing.
func Joined(anonymous, identified string, links map[string]Link) Joining {
	root := func(actor string) string {
		if l, linked := links[actor]; linked {
			return l.Root
		}
		return actor
	}
	_, linked := links[anonymous]
	switch {
	case anonymous == identified, root(anonymous) == root(identified):
		return JoinNothing
	case linked:
		return JoinConflict
	}
	return JoinThem
}
