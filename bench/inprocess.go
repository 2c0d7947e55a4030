package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"syscall"

	"chancery/signed"
)

// measureFile takes what a licence file costs beside the bare signature over as
// many bytes, and what the program weighs.
func measureFile(o options, r *report) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	signer, err := signed.NewSigner(private)
	if err != nil {
		return fmt.Errorf("signer: %w", err)
	}
	keys, err := signed.NewKeySet(public)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	content := floorAnswerFor(floorRequest{ProductID: seedUUID(kindProduct, 0).String(), ClientID: clientID(1), TokenKey: seedUUID(kindToken, 1).String()})
	payload, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	file, err := signer.SignDocument(signed.TypeLicense, payload)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	signature := ed25519.Sign(private, file)
	add := func(name string, bare, ours func() error) error {
		floor, err := best(200, bare)
		if err != nil {
			return err
		}
		cost, err := best(200, ours)
		r.add(row{Name: name, CPUMicros: cost, PerSecond: 1e6 / cost, Ratio: floor / cost, Note: fmt.Sprintf("bare Ed25519 %.0f µs", floor)})
		return err
	}
	if err := add("licence file, encode and sign", func() error {
		ed25519.Sign(private, file)
		return nil
	}, func() error {
		payload, err := json.Marshal(content)
		if err == nil {
			_, err = signer.SignDocument(signed.TypeLicense, payload)
		}
		return err
	}); err != nil {
		return err
	}
	if err := add("licence file, parse and verify", func() error {
		ed25519.Verify(public, file, signature)
		return nil
	}, func() error {
		_, err := keys.VerifyDocument(file, signed.TypeLicense)
		return err
	}); err != nil {
		return err
	}
	info, err := os.Stat(o.program)
	if err != nil {
		return fmt.Errorf("the program: %w", err)
	}
	r.BinaryMB = float64(info.Size()) / (1 << 20)
	return nil
}

// best gives the processor time of one of many, in microseconds: the least of
// ten rounds. Time on the clock would count what others do on the same cores.
func best(times int, do func() error) (micros float64, err error) {
	for range 10 {
		began := ownCPU()
		for range times {
			if err := do(); err != nil {
				return 0, fmt.Errorf("in process: %w", err)
			}
		}
		if took := float64(ownCPU()-began) / 1000 / float64(times); micros == 0 || took < micros {
			micros = took
		}
	}
	return micros, nil
}

// ownCPU is the processor time that this program has used, in nanoseconds.
func ownCPU() int64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // it can't fail with these arguments
	return used.Utime.Nano() + used.Stime.Nano()
}
