package clienttest

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"time"

	"chancery/client"
	"chancery/signed"
)

func noWait(context.Context, time.Duration) error { return nil }

func callName(r *http.Request) string { return path.Base(r.URL.Path) }

// asked is the fields of all requests that matter here.
type asked struct {
	LicenseKey      string `json:"license_key"`
	TokenKey        string `json:"token_key"`
	ClientID        string `json:"client_id"`
	ClientPublicKey string `json:"client_public_key"`

	Entries []struct {
		LimitationID string  `json:"limitation_id"`
		Value        float64 `json:"value"`
		ExternalID   string  `json:"external_id"`
	} `json:"consumption_heartbeat"`
	LicenseID      string `json:"license_id"`
	SessionID      string `json:"session_id"`
	CheckoutPeriod int    `json:"checkout_period"`
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var request asked
	if err := json.Unmarshal(body, &request); err != nil {
		s.write(w, r, body, http.StatusBadRequest, map[string]string{"title": "Bad Request", "detail": "no JSON"})
		return
	}
	name := callName(r)
	if status, title := s.authorise(r, name, request, body); status != 0 {
		s.write(w, r, body, status, map[string]string{"title": title})
		return
	}
	if repeated := s.count(r, name, request, body); repeated != nil {
		s.write(w, r, body, http.StatusConflict, repeated)
		return
	}
	if refusal := s.refusals[name]; refusal != nil {
		s.write(w, r, body, http.StatusConflict, refusal)
		return
	}
	status, value := s.decide(name, request)
	s.write(w, r, body, status, value)
}

// authorise checks the provisioning key and the client's own signature, as the
// real server does.
func (s *Server) authorise(r *http.Request, name string, request asked, body []byte) (status int, title string) {
	if r.Header.Get("Provisioningkey") != ProvisioningKey {
		return http.StatusForbidden, "Wrong provisioning key"
	}
	key, known := s.signer(r, name, request)
	if !known {
		return http.StatusNotFound, "Not Found"
	}
	if key == nil {
		return 0, "" // nobody is activated who could have signed
	}
	if _, err := verify(r, key, body); err != nil {
		return http.StatusUnauthorized, "Not signed by this client"
	}
	return 0, ""
}

func verify(r *http.Request, key ed25519.PublicKey, body []byte) (signed.Call, error) {
	call := signed.Call{Method: r.Method, Path: signed.CallPath(r.URL.EscapedPath()), Nonce: r.Header.Get(signed.NonceHeader)}
	return signed.VerifyCall(key, r.Header.Get(signed.CallSignatureHeader), call, body)
}

// repeated is the refusal of a call that was sent before.
type repeated struct {
	client.RefusalError

	Counter int64 `json:"counter,omitempty"`
}

// count keeps the highest counter of each key, as the real server does.
func (s *Server) count(r *http.Request, name string, request asked, body []byte) *repeated {
	key, _ := s.signer(r, name, request)
	call, err := verify(r, key, body)
	if err != nil {
		return nil //nolint:nilerr // authorise has refused what must be signed
	}
	if highest := s.counters[string(key)]; call.Counter <= highest {
		return &repeated{*refuse(client.RefusalCallRepeated), highest}
	}
	s.counters[string(key)] = call.Counter
	if name == "activations" && s.givenUp[string(key)] {
		return &repeated{RefusalError: *refuse(client.RefusalKeyGivenUp)}
	}
	return nil
}

// signer is the key that a call must be signed with; known tells whether there is such a call.
func (s *Server) signer(r *http.Request, name string, request asked) (key ed25519.PublicKey, known bool) {
	switch name {
	case "activations":
		key, _ = signed.ParseKey(request.ClientPublicKey)
	case "heartbeats", "consumption_heartbeats":
		key = s.clients[request.ClientID]
	case "open", "close":
		if !strings.Contains(r.URL.Path, "/provisioning/session/") {
			return nil, false
		}
		key = s.clients[request.ClientID]
	case "unassign":
		key = s.clients[s.tokens[request.TokenKey]]
	default:
		return nil, false
	}
	return key, true
}

func (s *Server) decide(name string, request asked) (int, any) {
	switch name {
	case "activations":
		if request.LicenseKey != LicenseKey {
			return http.StatusConflict, refuse(client.RefusalUnknownKey)
		}
		key, err := signed.ParseKey(request.ClientPublicKey)
		if err != nil {
			return http.StatusBadRequest, map[string]string{"title": "Bad Request", "detail": "client_public_key"}
		}
		s.clients[request.ClientID] = key
		s.tokens[tokenOf(request.ClientID)] = request.ClientID
	case "heartbeats":
		if s.clients[request.ClientID] == nil {
			return http.StatusConflict, refuse(client.RefusalUnknownClient)
		}
	case "consumption_heartbeats":
		if s.clients[request.ClientID] == nil {
			return http.StatusConflict, refuse(client.RefusalUnknownClient)
		}
		return s.consume(request)
	case "open":
		return s.openSession(request)
	case "close":
		delete(s.sessions, sessionKey{request.ClientID, request.SessionID})
		return http.StatusOK, "Success."
	case "unassign":
		id, ok := s.tokens[request.TokenKey]
		if !ok {
			return http.StatusConflict, refuse(client.RefusalAlreadyUnassigned)
		}
		s.givenUp[string(s.clients[id])] = true
		delete(s.clients, id)
		delete(s.tokens, request.TokenKey)
		return http.StatusOK, "Successfully deactivated License."
	}
	license := s.license
	license.Limitations = s.limitations()
	license.ClientID, license.TokenKey, license.CreatedDate = request.ClientID, tokenOf(request.ClientID), s.now
	return http.StatusOK, license
}

func tokenOf(clientID string) string { return "token-of-" + clientID }
