package client

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"chancery/signed"
)

// held is the state in memory. What is on disk is the same, except that its clock
// may be up to a minute behind.
type held struct {
	key     ed25519.PrivateKey // the client's own; nil: never activated
	answer  *answer            // the last good one; nil: none
	mark    mark
	damage  error // why the state on disk is not believed; a new answer heals it
	fresh   bool  // an answer came to this process, not only from disk
	unsaved bool  // the answer is in memory only: it is new, or the disk was full
	found   bool  // the answer on disk is newer than the mark there
	marked  bool  // there is a good mark on disk
}

// join brings together what this process holds and what lies on disk, where
// another one may have written. The disk decides which activation there is; of one
// activation nothing is lost that either of them knows.
func join(mem, disk held) held {
	switch {
	case mem.key == nil || mem.damage != nil:
		return disk
	case disk.damage != nil && disk.marked && disk.key.Equal(mem.key) && mem.answer != nil:
		if disk.mark.after(mem.mark) {
			return disk // of an answer that nobody has any more
		}
		mem.mark = mem.mark.merge(disk.mark)
		return mem
	case disk.damage != nil:
		return mem
	case disk.key == nil, disk.answer == nil && disk.key.Equal(mem.key):
		if mem.unsaved {
			return mem
		}
		return disk // given up by another process
	case !disk.key.Equal(mem.key):
		return disk // activated anew by another process
	case mem.answer == nil:
		return disk
	}
	all := disk
	if all.fresh = mem.fresh; mem.mark.after(disk.mark) {
		all.answer, all.unsaved = mem.answer, mem.unsaved
	}
	all.mark = mem.mark.merge(disk.mark)
	return all
}

// answer is a verified answer: the bytes, and what they say.
type answer struct {
	signed.Response

	signature string
	body      []byte
	license   LicenseInfo // only of activate and heartbeat
}

// load reads the state. Whatever is wrong with it becomes held.damage: the
// program must start, say so, and be able to ask the server.
func load(dir folder, trusted trust, clientID, productID string) held {
	var h held
	text, err := dir.read(fileKey)
	if errors.Is(err, os.ErrNotExist) {
		// Without the key an answer that lies there is not ours to use.
		if _, err := dir.read(fileAnswer); err == nil {
			h.damage = fmt.Errorf("%w: %s is missing", ErrStateEdited, fileKey)
		}
		return h
	}
	if err == nil {
		h.key, err = readKey(text, clientID)
	}
	if err != nil {
		h.damage = err
		return h
	}

	text, err = dir.read(fileAnswer)
	if errors.Is(err, os.ErrNotExist) {
		return h // activation began and was refused, or its answer was lost
	}
	// The mark counts also where the answer is damaged: it may hold a refusal.
	m, noMark := readMark(dir, h.key)
	if h.marked = noMark == nil && m.of(clientID, productID); h.marked {
		h.mark = m
	}
	if err != nil {
		h.damage = fmt.Errorf("%w: %s", ErrStateEdited, fileAnswer)
		return h
	}
	a, err := readAnswer(text, trusted, clientID, productID)
	if err == nil {
		err = noMark
	}
	if err == nil {
		err = m.covers(a, clientID, productID)
	}
	if err != nil {
		h.damage = err
		return h
	}
	if h.found = a.IssuedAt.Unix() > h.mark.Answered; h.found {
		h.mark = h.mark.found(a)
	}
	h.answer = &a
	return h
}

const answerStart = "chancery answer 1"

// writeAnswer is the file's form: a line that names it, the value of
// Chancery-Signature, and the body, each as received.
func writeAnswer(a answer) []byte {
	return append([]byte(answerStart+"\n"+a.signature+"\n"), a.body...)
}

func readAnswer(text []byte, trusted trust, clientID, productID string) (a answer, err error) {
	start, rest, _ := bytes.Cut(text, []byte("\n"))
	signature, body, ok := bytes.Cut(rest, []byte("\n"))
	if !ok || string(start) != answerStart {
		return a, fmt.Errorf("%w: %s is not of its form", ErrStateEdited, fileAnswer)
	}
	a = answer{signature: string(signature), body: body}
	if a.Response, err = trusted.stored(a.signature, body); err != nil {
		return a, fmt.Errorf("%w: %w", ErrStateEdited, err)
	}
	if a.Status != 200 {
		return a, fmt.Errorf("%w: a refusal in place of an answer", ErrStateEdited)
	}
	if a.license, err = readLicense(body, clientID, productID); err != nil {
		return a, fmt.Errorf("%w: %w", ErrStateCopied, err)
	}
	return a, nil
}

func readLicense(body []byte, clientID, productID string) (LicenseInfo, error) {
	var license LicenseInfo
	if err := json.Unmarshal(body, &license); err != nil {
		return license, fmt.Errorf("the answer is not of its form: %w", err)
	}
	if license.ClientID != clientID || !strings.EqualFold(license.ProductID, productID) {
		return license, ErrForeignAnswer
	}
	return license, nil
}
