package main

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"sync/atomic"
)

// consume counts one unit for a client of the first so many metered licences.
func consume(ctx context.Context, s *site, licenses int) error {
	path, key := s.below("data_gathering/consumption_heartbeats"), s.keyHeader()+ed25519Header
	limitation := seedUUID(kindLimitation, 0).String()
	name := "consume, spread"
	if licenses == 1 {
		name = "consume, one hot licence"
	}
	return s.figures(ctx, load{
		name: name, connections: 64,
		make: func(int, int) request {
			n := s.licenses + mathrand.IntN(licenses)
			return request{path: path, headers: key, body: []byte(`{"client_id":"` + clientID(n) + `","token_key":"` + seedUUID(kindToken, 2*n+1).String() +
				`","consumption_heartbeat":[{"limitation_id":"` + limitation + `","value":1}]}`)}
		},
	}, "")
}

// session makes calls of floating clients; client gives the n-th call's.
func (s *site) session(call, name string, limit int, client func(i int) (license int, id string)) load {
	path, key := s.path("session/"+call), s.keyHeader()+ed25519Header
	return load{
		name: name, connections: 64, limit: limit, made: new(atomic.Int64),
		make: func(_, i int) request {
			license, id := client(i)
			return request{path: path, headers: key, body: []byte(`{"license_id":"` + seedUUID(kindLicenseKey, s.licenses+metered+spare+license).String() +
				`","client_id":"` + id + `","session_id":"` + seededSession + `"}`)}
		},
	}
}

// renewSession renews sessions that are open.
func renewSession(ctx context.Context, s *site) error {
	return s.figures(ctx, s.session("open", "session, renew", 0, func(int) (int, string) {
		n := mathrand.IntN(sessionsSeeded)
		return n % floating, sessionClient(n)
	}), "")
}

// openSession opens new ones beside them.
func openSession(ctx context.Context, s *site) error {
	return s.figures(ctx, s.session("open", "session, open", 0, func(i int) (int, string) {
		return i * 7919 % floating, fmt.Sprintf("new-session-%07d", i)
	}), "")
}

// closeSession closes those that were open from the start.
func closeSession(ctx context.Context, s *site) error {
	return s.figures(ctx, s.session("close", "session, close", sessionsSeeded, func(i int) (int, string) {
		n := i * 7919 % sessionsSeeded
		return n % floating, sessionClient(n)
	}), "")
}
