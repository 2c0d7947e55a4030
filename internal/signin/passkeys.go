package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"chancery/internal/access"
)

// maxAnswer is how long what an authenticator answers may be, in bytes.
const maxAnswer = 32 << 10

// Passkeys implements access.PasskeyChecker.
type Passkeys struct{}

var _ access.PasskeyChecker = Passkeys{}

// owner is a user as the library wants one.
type owner struct {
	access.Person

	keys []webauthn.Credential
	site access.Site
}

// WebAuthnID implements webauthn.User: it is what the authenticator keeps.
func (o owner) WebAuthnID() []byte { return o.UUID[:] }

// WebAuthnName implements webauthn.User. The vendor is in it, because browsers offer
// the passkeys of all vendors of a server together.
func (o owner) WebAuthnName() string { return o.Email + " · " + o.site.Name }

// WebAuthnDisplayName implements webauthn.User.
func (o owner) WebAuthnDisplayName() string { return o.Name }

// WebAuthnCredentials implements webauthn.User.
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func ownerOf(s access.Site, p access.Person, keys []access.Passkey) (owner, error) {
	o := owner{Person: p, site: s}
	for _, k := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Record, &c); err != nil {
			return owner{}, fmt.Errorf("signin: the record of passkey %s: %w", k.UUID, err)
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

func party(s access.Site) (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{RPID: s.ID, RPDisplayName: s.Name, RPOrigins: []string{s.Origin}})
}

// begun gives options and state as they are kept.
func begun(options any, state *webauthn.SessionData, err error) ([]byte, []byte, error) {
	if err != nil {
		return nil, nil, err
	}
	told, err := json.Marshal(options)
	if err != nil {
		return nil, nil, err
	}
	kept, err := json.Marshal(state)
	return told, kept, err
}

// Make implements access.PasskeyChecker. A passkey is found without a name and
// asks who uses it, so that it can stand alone; no attestation is asked for.
func (Passkeys) Make(s access.Site, p access.Person, have []access.Passkey) (options, state []byte, err error) {
	w, err := party(s)
	if err != nil {
		return nil, nil, err
	}
	o, err := ownerOf(s, p, have)
	if err != nil {
		return nil, nil, err
	}
	known := make([]protocol.CredentialDescriptor, len(o.keys))
	for i, k := range o.keys {
		known[i] = k.Descriptor()
	}
	resident := true
	created, session, err := w.BeginRegistration(o, webauthn.WithExclusions(known),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			RequireResidentKey: &resident, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		}), webauthn.WithConveyancePreference(protocol.PreferNoAttestation))
	if err != nil {
		return nil, nil, err
	}
	return begun(created.Response, session, nil)
}

// Made implements access.PasskeyChecker.
func (Passkeys) Made(s access.Site, p access.Person, state, answer []byte) (access.Passkey, error) {
	w, session, err := resumed(s, state, answer)
	if err != nil {
		return access.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return access.Passkey{}, err
	}
	made, err := w.CreateCredential(owner{Person: p, site: s}, session, parsed)
	if err != nil {
		return access.Passkey{}, err
	}
	record, err := json.Marshal(made)
	return access.Passkey{Credential: made.ID, Record: record}, err
}

// Ask implements access.PasskeyChecker. A key that stands alone must see to it
// who uses it; one beside a password need not.
func (Passkeys) Ask(s access.Site, p access.Person, keys []access.Passkey) (options, state []byte, err error) {
	w, err := party(s)
	if err != nil {
		return nil, nil, err
	}
	if len(keys) == 0 {
		asked, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return nil, nil, err
		}
		return begun(asked.Response, session, nil)
	}
	o, err := ownerOf(s, p, keys)
	if err != nil {
		return nil, nil, err
	}
	asked, session, err := w.BeginLogin(o, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, nil, err
	}
	return begun(asked.Response, session, nil)
}

// Named implements access.PasskeyChecker.
func (Passkeys) Named(answer []byte) ([]byte, error) {
	if len(answer) > maxAnswer {
		return nil, errors.New("signin: the answer is too long")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, err
	}
	return parsed.RawID, nil
}

// Check implements access.PasskeyChecker.
func (Passkeys) Check(s access.Site, p access.Person, key access.Passkey, state, answer []byte) (access.Passkey, bool, error) {
	w, session, err := resumed(s, state, answer)
	if err != nil {
		return key, false, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return key, false, err
	}
	o, err := ownerOf(s, p, []access.Passkey{key})
	if err != nil {
		return key, false, err
	}
	var used *webauthn.Credential
	if len(session.UserID) == 0 {
		used, err = w.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
			if !bytes.Equal(handle, o.WebAuthnID()) {
				return nil, errors.New("signin: the passkey is another user's")
			}
			return o, nil
		}, session, parsed)
	} else {
		// The keys that were asked for; this one must be among the user's own.
		session.AllowedCredentialIDs = nil
		for _, k := range o.keys {
			session.AllowedCredentialIDs = append(session.AllowedCredentialIDs, k.ID)
		}
		used, err = w.ValidateLogin(o, session, parsed)
	}
	if err != nil {
		return key, false, err
	}
	if used.Authenticator.CloneWarning {
		return key, true, nil
	}
	key.Record, err = json.Marshal(used)
	return key, false, err
}

// resumed is the relying party with what was kept of the beginning.
func resumed(s access.Site, state, answer []byte) (*webauthn.WebAuthn, webauthn.SessionData, error) {
	var session webauthn.SessionData
	if len(answer) > maxAnswer {
		return nil, session, errors.New("signin: the answer is too long")
	}
	if err := json.Unmarshal(state, &session); err != nil {
		return nil, session, fmt.Errorf("signin: what was kept of the beginning: %w", err)
	}
	w, err := party(s)
	return w, session, err
}
