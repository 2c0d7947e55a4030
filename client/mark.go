package client

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"chancery/signed"
)

// typeMark is the typ of the mark: signed by the client's own key, for itself.
const typeMark = "chancery-client-mark"

// mark is what this client saw last, by its own clock. It is what makes a
// set-back clock and an older answer visible.
//
// Contact orders marks: each answer that comes from the server makes a greater
// one. Of two marks with one Contact neither is newer, and merge joins them.
type mark struct {
	ClientID  string        `json:"client_id"`
	ProductID string        `json:"product_id"`
	Contact   int64         `json:"contact"`  // rises with every answer that came: its iat, or one more than the last
	Answered  int64         `json:"answered"` // Unix seconds of the server: iat of the answer
	Received  int64         `json:"received"` // Unix seconds of this machine when it asked for that answer
	Seen      int64         `json:"seen"`     // the latest this machine's clock has shown since
	Age       int64         `json:"age"`      // seconds since Received that programs were running through, at least
	TokenKey  string        `json:"token_key"`
	Serial    int64         `json:"serial"`     // the highest seen with this token
	Version   string        `json:"version"`    // the program's, at the last answer
	Refusal   *RefusalError `json:"refusal"`    // the last heartbeat's, if it ended the licence
	RefusedAt int64         `json:"refused_at"` // Unix seconds of the server: iat of the last such refusal, also when an answer has lifted it
}

func readMark(dir folder, key ed25519.PrivateKey) (m mark, err error) {
	text, err := dir.read(fileMark)
	if err != nil {
		return m, fmt.Errorf("%w: %s is missing", ErrStateEdited, fileMark)
	}
	own, err := signed.NewKeySet(key.Public().(ed25519.PublicKey)) //nolint:forcetypeassert // an ed25519 key has no other public key
	if err != nil {
		return m, err
	}
	document, err := own.VerifyDocument(text, typeMark)
	if err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrStateEdited, fileMark, err)
	}
	if err := json.Unmarshal(document.Payload, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrStateEdited, fileMark, err)
	}
	m.Contact = max(m.Contact, m.Answered) // marks of older programs have none
	return m, nil
}

func (m mark) of(clientID, productID string) bool {
	return m.ClientID == clientID && m.ProductID == productID
}

// covers checks that an answer is at least as new as what was seen before.
func (m mark) covers(a answer, clientID, productID string) error {
	switch {
	case !m.of(clientID, productID):
		return ErrStateCopied
	case a.IssuedAt.Unix() < m.Answered:
		return ErrStateRolledBack
	case a.license.TokenKey == m.TokenKey && a.license.Serial < m.Serial:
		return ErrStateRolledBack
	}
	return nil
}

// received is the mark after an answer that came just now: it was asked for at
// asked and came at now, by this machine's clock. before is the mark until then,
// known the mark when the answer was asked for.
//
// Age counts from the question: an answer that somebody held back on the way is
// as old as the question. The clock starts anew, since the server has been
// asked. A refusal goes where the answer is later than it.
func received(a answer, asked, now time.Time, version string, before, known mark) mark {
	at := a.IssuedAt.Unix()
	m := mark{
		ClientID: a.license.ClientID, ProductID: strings.ToLower(a.license.ProductID),
		Contact: max(at, before.Contact+1), Answered: at,
		Received: asked.Unix(), Seen: max(asked.Unix(), now.Unix()), Age: max(seconds(now.Sub(asked)), 0),
		TokenKey: a.license.TokenKey, Serial: a.license.Serial, Version: version,
		RefusedAt: before.RefusedAt,
	}
	// The nonce proves that the answer is later than the question, and so than
	// what was known by then; of another process's refusal only its time tells.
	if later := before.RefusedAt <= known.RefusedAt || at > before.RefusedAt; !later {
		m.Refusal = before.Refusal
	}
	return m
}

// found is the mark for an answer that lies on disk and is newer than its mark:
// written before a crash, or put there by somebody. It counts from when it was
// made, by the difference that the two clocks had at the last contact. Nothing
// that was seen is forgotten: only an answer that comes does that.
func (m mark) found(a answer) mark {
	later := a.IssuedAt.Unix() - m.Answered
	m.Answered, m.Received, m.Age = m.Answered+later, m.Received+later, max(m.Age-later, 0)
	m.Seen = max(m.Seen, m.Received)
	m.TokenKey, m.Serial = a.license.TokenKey, a.license.Serial
	return m
}

// refused is the mark after a refusal that ends the licence, made at this second
// of the server. known is the mark when the call was made.
func (m mark) refused(why *RefusalError, at int64, known mark) mark {
	if m.Contact > known.Contact && m.Answered > at {
		return m // another process has heard a later word
	}
	m.Refusal, m.RefusedAt = why, max(m.RefusedAt, at)
	return m
}

// maxAge bounds the age by clocks that show another millennium: as a time.Duration
// it is 272 years.
const maxAge = 1 << 33

// passed is the mark when the clock shows now, and the program has run for so long
// since it was last passed. It never goes back.
func (m mark) passed(now time.Time, ran time.Duration) mark {
	m.Age = min(max(m.Age+max(seconds(ran), 0), now.Unix()-m.Received), maxAge)
	m.Seen = max(m.Seen, now.Unix())
	return m
}

// merge joins what two processes saw of one activation. Nothing that either of
// them knows is lost: the later contact counts, the later refusal, and of one
// contact the later clock.
func (m mark) merge(other mark) mark {
	older, newer := m, other
	if m.after(other) {
		older, newer = other, m
	}
	if older.Contact != newer.Contact {
		// A refusal that the newer contact has lifted is in its RefusedAt.
		if older.RefusedAt > max(newer.RefusedAt, newer.Answered) {
			newer.Refusal, newer.RefusedAt = older.Refusal, older.RefusedAt
		}
		return newer
	}
	newer.Seen = max(older.Seen, newer.Seen)
	newer.Age = max(newer.Age, older.Age-(newer.Answered-older.Answered))
	if older.RefusedAt > newer.RefusedAt || newer.Refusal == nil && older.RefusedAt == newer.RefusedAt {
		newer.Refusal, newer.RefusedAt = older.Refusal, older.RefusedAt
	}
	return newer
}

// after tells whether m belongs to a later answer than other.
func (m mark) after(other mark) bool {
	if m.Contact != other.Contact {
		return m.Contact > other.Contact
	}
	return m.Answered > other.Answered
}

// same tells whether there is nothing to write.
func (m mark) same(other mark) bool {
	if (m.Refusal == nil) != (other.Refusal == nil) || m.Refusal != nil && *m.Refusal != *other.Refusal {
		return false
	}
	m.Refusal, other.Refusal = nil, nil
	return m == other
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func writeMark(dir folder, key ed25519.PrivateKey, m mark) error {
	payload, err := json.Marshal(m)
	if err != nil {
		return err
	}
	signer, err := signed.NewSigner(key)
	if err != nil {
		return err
	}
	document, err := signer.SignDocument(typeMark, payload)
	if err != nil {
		return err
	}
	return dir.write(fileMark, document)
}
