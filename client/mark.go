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
type mark struct {
	ClientID  string        `json:"client_id"`
	ProductID string        `json:"product_id"`
	Answered  int64         `json:"answered"` // Unix seconds of the server: iat of the answer
	Received  int64         `json:"received"` // Unix seconds of this machine at that moment
	Seen      int64         `json:"seen"`     // the latest this machine's clock has shown since
	TokenKey  string        `json:"token_key"`
	Serial    int64         `json:"serial"`  // the highest seen with this token
	Version   string        `json:"version"` // the program's, at the last answer
	Refusal   *RefusalError `json:"refusal"` // the last heartbeat's, if it ended the licence
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
	return m, nil
}

// covers checks that an answer is at least as new as what was seen before.
func (m mark) covers(a answer, clientID, productID string) error {
	switch {
	case m.ClientID != clientID || m.ProductID != productID:
		return ErrStateCopied
	case a.IssuedAt.Unix() < m.Answered:
		return ErrStateRolledBack
	case a.license.TokenKey == m.TokenKey && a.license.Serial < m.Serial:
		return ErrStateRolledBack
	}
	return nil
}

func nextMark(a answer, received time.Time, version string) mark {
	return mark{
		ClientID: a.license.ClientID, ProductID: strings.ToLower(a.license.ProductID),
		Answered: a.IssuedAt.Unix(), Received: received.Unix(), Seen: received.Unix(),
		TokenKey: a.license.TokenKey, Serial: a.license.Serial, Version: version,
	}
}

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
