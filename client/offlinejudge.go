package client

import (
	"errors"
	"fmt"
	"time"
)

// setBack is how far a clock may be behind the latest time that it has shown: time zones,
// and two systems on one machine that see the clock in two ways.
const setBack = day

// judgeOffline decides by the licence file and the machine's clock. Its now is the latest
// of the clock, of the file's issue time and of what has passed since: an issue time ahead
// of the clock refuses nothing, and a clock that stands still gains nothing.
func judgeOffline(o offline, now time.Time) Status {
	s := Status{}
	switch {
	case o.damage != nil:
		s.State, s.Err = StateDamaged, o.damage
		s.Message = "The licence file kept on this machine was changed or damaged; make a new request, and install its answer."
		if errors.Is(o.damage, ErrStateRolledBack) {
			s.Message = "This licence was given up on this machine; make a new request, and install its answer."
		}
		return s
	case o.Deactivated:
		s.State = StateNotActivated
		s.Message = "The licence was given up here; upload deactivation.req, so that its place is free for another device."
		return s
	case o.File == "":
		s.State = StateNotActivated
		s.Message = "No licence has been installed here; make a request, and install its answer."
		if len(o.Open) > 0 {
			s.Message = "A request is waiting for its answer; upload activation.req, and install the licence file that comes back."
		}
		return s
	}
	license, said := o.file.license, o.file.said
	issued := time.Unix(said.IssuedAt, 0).UTC()
	s.License, s.AnsweredAt = &license, issued
	if seen := time.Unix(o.Mark.Seen, 0); now.Add(setBack).Before(seen) {
		s.State = StateClockSetBack
		s.Message = fmt.Sprintf("This machine's clock says %s and has shown %s before; correct it. ", dateHere(now), dateHere(seen)) +
			"If it was wrong before, ask for a refresh file and install it."
		return s
	}
	age := max(now.Sub(time.Unix(o.Mark.Received, 0)), time.Duration(o.Mark.Age)*time.Second, 0)
	at := issued.Add(age)
	if now.After(at) {
		at = now
	}
	s.serverNow = at
	s.State, s.Message = judgeLicense(license, at)
	end := license.ExpirationDate
	if said.RefreshBy != nil {
		if s.State == StateValid && !at.Before(*said.RefreshBy) {
			s.State = StateStale
			s.Message = "The licence file was good until " + dateHere(said.RefreshBy.Add(-time.Millisecond)) + "; ask for a refresh file and install it."
		}
		if said.RefreshBy.Before(end) {
			end = *said.RefreshBy
		}
	}
	if s.State == StateValid {
		s.RunsUntil = now.Add(end.Sub(at)).UTC()
	}
	return s
}

// byFile tells whether the licence file is what counts, and not an answer of the server.
func (c *Client) byFile(h held, o offline) bool {
	switch {
	case c.cfg.Offline:
		return true
	case o.File == "" || o.damage != nil:
		return false
	case h.answer == nil || h.damage != nil:
		return true
	}
	return o.Mark.Answered > h.answer.IssuedAt.Unix()
}
