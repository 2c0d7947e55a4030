package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"sync/atomic"

	"chancery/signed"
)

type measurement struct {
	name string
	run  func(ctx context.Context, s *site) error
}

func measurements() []measurement {
	return []measurement{
		{"heartbeat, Ed25519 with nonce", heartbeatEd25519},
		{"heartbeat, RSA", heartbeatRSA},
		{"heartbeat, RSA with nonce", heartbeatRSANonce},
		{"consume, spread", func(ctx context.Context, s *site) error { return consume(ctx, s, metered) }},
		{"consume, one hot licence", func(ctx context.Context, s *site) error { return consume(ctx, s, 1) }},
		{"session, renew", renewSession},
		{"session, open", openSession},
		{"session, close", closeSession},
		{"activation, 16 connections", func(ctx context.Context, s *site) error { return activation(ctx, s, 16, 0) }},
		{"activation, 256 connections", func(ctx context.Context, s *site) error { return activation(ctx, s, 256, 1) }},
		{"activation by a file", activationByFile},
		{"calls beside hard work", besideHardWork},
		{"console list pages", consolePages},
		{"portal pages", portalPages},
		{"deactivation", deactivations}, // it takes activations away
		{"prepaid", prepaidDevices},     // last: it stops the server, makes its devices and starts it again
	}
}

const ed25519Header = signed.AcceptSignatureHeader + ": " + signed.AcceptEd25519Bound + "\r\n"

func (s *site) path(call string) string {
	return s.below("provisioning/" + call)
}

func (s *site) below(call string) string { return "/api/v2/isv/" + s.vendor.ID + "/" + call }

func (s *site) keyHeader() string { return "ProvisioningKey: " + s.vendor.ProvisioningKey + "\r\n" }

func newNonce() string {
	var b [24]byte
	_, _ = rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// heartbeats makes heartbeats of clients spread over the whole database.
func (s *site) heartbeats(headers string, nonce bool) maker {
	path, key := s.path("heartbeats"), s.keyHeader()
	product := seedUUID(kindProduct, 0).String()
	return func(int, int) request {
		n := mathrand.IntN(s.licenses)
		h := key + headers
		if nonce {
			h += signed.NonceHeader + ": " + newNonce() + "\r\n"
		}
		return request{path: path, headers: h, body: []byte(`{"product_id":"` + product + `","client_id":"` + clientID(n) +
			`","software_version":"` + seedVersion + `","operating_system":"` + seedSystem + `","token_key":"` + seedUUID(kindToken, 2*n+1).String() + `"}`)}
	}
}

// verifyEd25519 checks an answer as a client would.
func (s *site) verifyEd25519() (checker, error) {
	key, err := signed.ParseKey(s.vendor.Ed25519)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	keys, err := signed.NewKeySet(key)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	return func(r request, c *connection, status int) error {
		nonce := headerOf(r, signed.NonceHeader)
		asked := signed.Request{Method: "POST", Path: signed.CallPath(r.path), Body: r.body}
		if _, err := keys.VerifyAnswer(c.header.Get(signed.SignatureHeader), c.body, nonce, status, asked.Hash()); err != nil {
			return fmt.Errorf("an answer's signature: %w", err)
		}
		return validAnswer(c.body)
	}, nil
}

func validAnswer(body []byte) error {
	var info struct {
		IsValid bool `json:"is_license_valid"`
	}
	if err := json.Unmarshal(body, &info); err != nil || !info.IsValid {
		return errors.New("an answer is no valid licence: " + string(body))
	}
	return nil
}

func heartbeatEd25519(ctx context.Context, s *site) error {
	check, err := s.verifyEd25519()
	if err != nil {
		return err
	}
	return s.figures(ctx, load{name: "heartbeat, Ed25519 + nonce", connections: 32, make: s.heartbeats(ed25519Header, true), check: check}, "")
}

func heartbeatRSA(ctx context.Context, s *site) error { return s.rsa(ctx, "heartbeat, RSA", 1) }

func heartbeatRSANonce(ctx context.Context, s *site) error {
	return s.rsa(ctx, "heartbeat, RSA + nonce", 2)
}

// rsa compares with what bare signing allows: its ratio is the share of the
// server's CPU that went into the signatures.
func (s *site) rsa(ctx context.Context, name string, signatures float64) error {
	key, err := signed.ParseRSAPublicKeyPEM([]byte(s.vendor.RSA))
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	err = s.figures(ctx, load{
		name: name, connections: 8, make: s.heartbeats("", signatures > 1),
		check: func(_ request, c *connection, _ int) error {
			if err := signed.VerifyLegacy(key, c.body, c.header.Get(signed.LegacySignatureHeader)); err != nil {
				return fmt.Errorf("an answer's signature: %w", err)
			}
			return validAnswer(c.body)
		},
	}, "ratio: of bare RSA signing")
	if err == nil {
		last := &s.report.Rows[len(s.report.Rows)-1]
		last.Ratio = signatures * s.report.RSAMicro / last.CPUMicros
	}
	return err
}

// activation activates new clients, each on a licence that has a token free.
// Runs share the licences: run tells which of them are this one's.
func activation(ctx context.Context, s *site, connections, run int) error {
	path, key := s.path("activations"), s.keyHeader()+ed25519Header
	product := seedUUID(kindProduct, 0).String()
	half := (s.licenses - filesBrought) / 2 // the last ones are for activations by a file
	return s.figures(ctx, load{
		name: "activation", connections: connections, limit: half, made: new(atomic.Int64),
		make: func(_, i int) request {
			n := run*half + i*7919%half
			return request{path: path, headers: key, body: []byte(`{"product_id":"` + product + `","license_key":"` + seedUUID(kindLicenseKey, n).String() +
				`","client_id":"new-` + fmt.Sprint(run, "-", n) + `","client_name":"Bench","software_version":"1.0","hostname":"bench"}`)}
		},
	}, "")
}

func headerOf(r request, name string) string {
	for line := range strings.SplitSeq(r.headers, "\r\n") {
		if len(line) > len(name)+2 && line[:len(name)] == name {
			return line[len(name)+2:]
		}
	}
	return ""
}

// measureFloor takes the floor's cost a call, and that of a bare RSA signature.
func measureFloor(ctx context.Context, o options, floor *process, r *report) error {
	l := load{name: "floor", address: floor.address, connections: 32, seconds: o.seconds, make: func(int, int) request {
		return request{path: "/", body: []byte(`{"product_id":"` + seedUUID(kindProduct, 0).String() + `","client_id":"` + clientID(1) +
			`","software_version":"1.0","operating_system":"Linux","token_key":"` + seedUUID(kindToken, 1).String() + `"}`)}
	}}
	if err := warm(ctx, l); err != nil {
		return err
	}
	got, cost, err := cheapest(ctx, l, floor)
	if err != nil {
		return err
	}
	r.FloorCPU = cost
	r.RSAMicro, err = bareRSA()
	r.add(row{
		Name: "floor", Connections: l.connections, PerSecond: got.perSecond(), CPUMicros: r.FloorCPU, Ratio: 1,
		P50Millis: millis(got.percentile(0.5)), P99Millis: millis(got.percentile(0.99)), MemoryMB: floor.memory(),
	})
	return err
}

func bareRSA() (micros float64, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return 0, fmt.Errorf("RSA: %w", err)
	}
	sum := sha256.Sum256([]byte("bench"))
	return best(20, func() error {
		_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		return err
	})
}
