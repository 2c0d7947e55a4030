package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Flash is what the next page says of the last change.
type Flash struct {
	Text string `json:"text"`
	Tone Tone   `json:"tone,omitempty"` // Good when empty
	Undo *Undo  `json:"undo,omitempty"`
	Link *Link  `json:"link,omitempty"`
}

// Undo is a form of one button that takes a change back.
type Undo struct {
	Label  string            `json:"label"`
	Action string            `json:"action"` // below the face's base: "/licenses/…/state"
	Values map[string]string `json:"values,omitempty"`
}

const (
	flashCookie = "flash"
	flashAge    = time.Minute
	maxFlash    = 3000 // bytes of a cookie that browsers keep
)

// setFlash leaves a flash for the next page of this vendor.
func (f *Face) setFlash(w http.ResponseWriter, base string, say *Flash) {
	if say == nil || say.Text == "" {
		return
	}
	b, err := json.Marshal(say)
	if err != nil || len(b) > maxFlash {
		return // a message too long for a cookie is not worth an error after the change
	}
	http.SetCookie(w, f.cookie(flashCookie, base64.RawURLEncoding.EncodeToString(b), base, flashAge))
}

// takeFlash reads the flash and removes it.
func (f *Face) takeFlash(w http.ResponseWriter, q *Request) {
	kept := q.Cookie(flashCookie)
	if kept == "" {
		return
	}
	http.SetCookie(w, f.cookie(flashCookie, "", q.Base, 0))
	b, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil {
		return
	}
	var say Flash
	if json.Unmarshal(b, &say) != nil || say.Text == "" {
		return
	}
	if say.Tone == "" {
		say.Tone = Good
	}
	// The cookie is the browser's own, but its links lead nowhere but to our pages.
	if say.Undo != nil && !strings.HasPrefix(say.Undo.Action, q.Base+"/") {
		say.Undo = nil
	}
	if say.Link != nil && !strings.HasPrefix(say.Link.Href, q.Base+"/") {
		say.Link = nil
	}
	q.say = &say
}
