package faults_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"time"
)

type object = map[string]any

// request is one call of the server.
type request struct {
	method, path string
	staff        bool   // with the admin key, else with the provisioning key
	token        string // with an owner's access token instead; empty for none
	key          string // Idempotency-Key; empty for none
	body         object // nil for none
}

// reply is its answer; status 0 means that there was none: then nothing is known.
type reply struct {
	status int
	header http.Header
	data   []byte
	failed error
}

// caller keeps its connections, as clients do.
func caller() *http.Client {
	return &http.Client{Timeout: 50 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

func (s *site) do(url string, c request) reply {
	return s.doWith(s.client, url, c)
}

func (s *site) doWith(client *http.Client, url string, c request) reply {
	var body io.Reader
	if c.body != nil {
		b, err := json.Marshal(c.body)
		if err != nil {
			return reply{failed: err}
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequest(c.method, url+c.path, body) //nolint:noctx // the client has a timeout
	if err != nil {
		return reply{failed: err}
	}
	switch {
	case c.token != "":
		r.Header.Set("Authorization", "Bearer "+c.token)
	case c.staff:
		r.Header.Set("Authorization", "Bearer "+s.vendor.AdminKey)
	default:
		r.Header.Set("Provisioningkey", s.vendor.ProvisioningKey)
		if !s.rsa {
			r.Header.Set("Chancery-Accept-Signature", "ed25519") // cheaper, which leaves more to the database
		}
	}
	if id, is := c.body["client_id"].(string); is {
		r.Header.Set("X-Forwarded-For", addressOf(id))
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	if c.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	got, err := client.Do(r)
	if err != nil {
		return reply{failed: err}
	}
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	if err != nil {
		return reply{failed: err} // cut off
	}
	return reply{status: got.StatusCode, header: got.Header, data: data}
}

// addressOf gives each client an address in a network of its own: many that were
// released and still call would pass for somebody at one address who guesses.
func addressOf(client string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(client)) // never fails
	sum := h.Sum32()
	return fmt.Sprintf("10.%d.%d.1", byte(sum>>8), byte(sum))
}

// object gives the answer as an object.
func (r reply) object() (o object) {
	_ = json.Unmarshal(r.data, &o)
	return o
}

// list gives the answer as a list of objects.
func (r reply) list() (l []object) {
	_ = json.Unmarshal(r.data, &l)
	return l
}

// items gives the items of a page of the management API.
func (r reply) items() (all []object) {
	list, _ := r.object()["items"].([]any)
	for _, i := range list {
		o, _ := i.(object)
		all = append(all, o)
	}
	return all
}

// refusal gives the protocol's number of a refusal, or 0.
func (r reply) refusal() int {
	if r.status != http.StatusConflict {
		return 0
	}
	id, _ := r.object()["id"].(float64)
	return int(id)
}

// later reports whether the server could not take the call now: it did nothing,
// or does not know whether it did.
func (r reply) later() bool {
	return r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable
}
