package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"chancery/signed"
)

// filesBrought is how many devices are activated by a file, over so many connections: one
// address may bring 60 at once.
const (
	fileConnections = 32
	filesBrought    = 20 * fileConnections
)

// activationByFile uploads requests of new devices, each for a licence that has a place
// free, and takes the licence files: beside it stands what an activation by a call costs.
func activationByFile(ctx context.Context, s *site) error {
	to, err := signed.ParseHybridKey(s.vendor.Hybrid)
	if err != nil {
		return fmt.Errorf("the key that files are sealed to: %w", err)
	}
	requests := make([][]byte, filesBrought)
	for i := range requests {
		if requests[i], err = s.fileOf(to, i); err != nil {
			return err
		}
	}
	path := "/offline/" + s.vendor.Slug + "/files"
	return s.figures(ctx, load{
		name: "activation by a file", connections: fileConnections, limit: len(requests), made: new(atomic.Int64), apart: true,
		make:   func(_, i int) request { return request{path: path, body: requests[i]} },
		accept: func(status int) bool { return status == http.StatusTooManyRequests },
	}, "")
}

// fileOf makes the request of one device, sealed.
func (s *site) fileOf(to *signed.HybridKey, i int) ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	id := [16]byte{6: 0x70, 8: 0x80}
	binary.BigEndian.PutUint32(id[:], uint32(i))
	license := s.licenses - 1 - i
	content, err := signed.ActivationRequest{
		RequestID: fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), ProductID: seedUUID(kindProduct, 0).String(),
		ClientID: fmt.Sprint("by-file-", i), CreatedAt: time.Now().Unix(), Key: seedUUID(kindLicenseKey, license).String(),
		Hostname: "bench", SoftwareVersion: "1.0",
	}.Sign(key, s.vendor.ID)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	sealed, err := signed.SealHybrid(to, signed.SealActivation, s.vendor.ID, content)
	return sealed.Armour(), err
}
