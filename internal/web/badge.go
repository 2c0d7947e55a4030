package web

// Tone is the meaning of a colour. Colour never stands alone: a word goes with it.
type Tone string

// The tones.
const (
	Neutral Tone = "neutral"
	Good    Tone = "good"
	Notable Tone = "notable" // goodwill: the yellow zone
	Soon    Tone = "soon"    // an end is near
	Warning Tone = "warning" // something is used up
	Bad     Tone = "bad"
	Info    Tone = "info"
)

// Class is the part of the style sheet's class names that stands for the tone.
func (t Tone) Class() string {
	switch t {
	case Good:
		return "green"
	case Notable:
		return "yellow"
	case Soon:
		return "purple"
	case Warning:
		return "orange"
	case Bad:
		return "red"
	case Info:
		return "blue"
	case Neutral:
	}
	return "secondary"
}

// Badge says what state a thing is in, by colour and word.
type Badge struct {
	Word string
	Tone Tone
	Hint string // shown on hover; may be empty
}

// The vocabulary of states, the same on every page.
var (
	BadgeValid      = Badge{Word: "Valid", Tone: Good}
	BadgeNoPlace    = Badge{Word: "No place", Tone: Warning, Hint: "this month has as many devices as it may have: it may not run"}
	BadgeGoodwill   = Badge{Word: "Goodwill", Tone: Notable, Hint: "activations above the contract"}
	BadgeUsedUp     = Badge{Word: "Used up", Tone: Warning, Hint: "new clients are refused; activated ones go on"}
	BadgeExpiring   = Badge{Word: "Expiring", Tone: Soon}
	BadgeExpired    = Badge{Word: "Expired", Tone: Bad}
	BadgeInactive   = Badge{Word: "Off", Tone: Neutral, Hint: "switched off by the vendor"}
	BadgeNotStarted = Badge{Word: "Not started", Tone: Info}
	BadgeTemporary  = Badge{Word: "Temporary", Tone: Info}

	BadgeActive    = Badge{Word: "Active", Tone: Good}
	BadgeSilent    = Badge{Word: "Silent", Tone: Neutral, Hint: "no heartbeat for longer than its period"}
	BadgeSuspended = Badge{Word: "Suspended", Tone: Bad}
	BadgeReleased  = Badge{Word: "Released", Tone: Neutral}
	BadgeOpen      = Badge{Word: "Open", Tone: Good}
	BadgeClosed    = Badge{Word: "Closed", Tone: Neutral}
	BadgeLapsed    = Badge{Word: "Lapsed", Tone: Neutral, Hint: "not renewed in time"}
	BadgeOveruse   = Badge{Word: "Overuse", Tone: Notable, Hint: "above a limit that is not enforced"}
	BadgeDenied    = Badge{Word: "Denied", Tone: Bad}

	BadgeSent         = Badge{Word: "Sent", Tone: Good}
	BadgeQueued       = Badge{Word: "Queued", Tone: Info}
	BadgeKept         = Badge{Word: "Kept", Tone: Neutral, Hint: "mail is not configured: nothing was sent"}
	BadgeFailed       = Badge{Word: "Failed", Tone: Bad}
	BadgeRevoked      = Badge{Word: "Revoked", Tone: Neutral}
	BadgeRetired      = Badge{Word: "Retired", Tone: Neutral}
	BadgeArchived     = Badge{Word: "Archived", Tone: Neutral, Hint: "nothing new of it is issued; its licences go on"}
	BadgeInvited      = Badge{Word: "Invited", Tone: Info}
	BadgeUnproved     = Badge{Word: "Waiting", Tone: Info, Hint: "for its proof"}
	BadgeServing      = Badge{Word: "Serving", Tone: Good}
	BadgeProofMissing = Badge{Word: "Proof missing", Tone: Soon}
	BadgeStopped      = Badge{Word: "Stopped", Tone: Bad}
	BadgeOff          = Badge{Word: "Off", Tone: Neutral}
	BadgeOn           = Badge{Word: "On", Tone: Good}

	BadgeWaiting   = Badge{Word: "Waiting", Tone: Info, Hint: "not answered yet"}
	BadgeDone      = Badge{Word: "Done", Tone: Good}
	BadgeDeclined  = Badge{Word: "Declined", Tone: Bad}
	BadgeWithdrawn = Badge{Word: "Withdrawn", Tone: Neutral}
)
