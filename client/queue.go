package client

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// maxQueue bounds the consumptions that wait on disk.
const maxQueue = 10_000

// queued is one consumption that waits to be counted. Its id makes the server
// count it once, however often it is sent.
type queued struct {
	ID         string      `json:"external_id"`
	ClientID   string      `json:"client_id"`
	Limitation string      `json:"limitation_id"`
	Value      json.Number `json:"value"`
	At         time.Time   `json:"timestamp_utc"`

	file string
}

// queue is a folder with one file for each consumption, in the order of their
// names: a crash loses none that Consume has taken, and several processes can
// share it.
type queue folder

func openQueue(dir folder) (queue, error) {
	path := dir.path("consumption")
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", fmt.Errorf("client: StateDir: %w", err)
	}
	folder(path).sweep(time.Now())
	return queue(path), nil
}

// names gives the files that wait, oldest first.
func (q queue) names() ([]string, error) {
	all, err := os.ReadDir(string(q))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range all { // sorted by name
		if strings.HasSuffix(entry.Name(), ".json") {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// add puts an entry at the end, on disk before it returns.
func (q queue) add(e queued, now time.Time) (queued, error) {
	names, err := q.names()
	if err != nil {
		return e, err
	}
	if len(names) >= maxQueue {
		return e, ErrQueueFull
	}
	at := max(now.UnixNano(), 0)
	if len(names) > 0 { // a clock that was set back changes no order
		number, _, _ := strings.Cut(names[len(names)-1], "-")
		if last, err := strconv.ParseInt(number, 10, 64); err == nil && last >= at {
			at = last + 1
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		return e, err
	}
	e.file = fmt.Sprintf("%019d-%s.json", at, e.ID)
	return e, folder(q).write(e.file, text)
}

// waiting reads up to limit entries of this client, oldest first. What can't be
// read, or is another client's, is set aside: it must not stop the rest.
func (q queue) waiting(clientID string, limit int) ([]queued, error) {
	names, err := q.names()
	if err != nil {
		return nil, err
	}
	var all []queued
	for _, name := range names {
		if len(all) == limit {
			break
		}
		text, err := folder(q).read(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // another process has sent it
		}
		var e queued
		if err != nil || json.Unmarshal(text, &e) != nil || e.ClientID != clientID || e.ID == "" {
			if err := os.Rename(folder(q).path(name), folder(q).path(strings.TrimSuffix(name, ".json")+".bad")); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
			continue
		}
		e.file = name
		all = append(all, e)
	}
	return all, nil
}

// done takes entries away that the server has answered.
func (q queue) done(all ...queued) error {
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.file
	}
	return folder(q).remove(names...)
}

// clear forgets everything that waits.
func (q queue) clear() error {
	names, err := q.names()
	if err != nil {
		return err
	}
	return folder(q).remove(names...)
}

// newID makes a random UUID.
func newID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("client: no randomness for an id: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:], nil
}
