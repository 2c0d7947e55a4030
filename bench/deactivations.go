package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// smallLicenses of smallDevices each are made to be given up.
const (
	smallLicenses = 60
	smallDevices  = 10

	deactivationTurns = 6 // in which the two take their calls
)

// deactivations gives devices up, of licences of ten and of one of ten thousand: the cost
// of one must not grow with the others. The two take turns.
func deactivations(_ context.Context, s *site) error {
	path, key := s.path("unassign"), s.keyHeader()+ed25519Header
	small, err := s.smallTokens()
	if err != nil {
		return err
	}
	firstToken := 2*(s.licenses+metered+spare) + crowd
	kinds := []struct {
		name string
		give func(i int) (token, client string)
	}{
		{"deactivation, of 10", func(i int) (string, string) { return small[i][0], small[i][1] }},
		{"deactivation, of 10,000", func(i int) (string, string) {
			return seedUUID(kindToken, firstToken+i).String(), fmt.Sprintf("bench-owned-%06d", i)
		}},
	}
	c, err := dial(s.address, false, 0)
	if err != nil {
		return err
	}
	defer c.Close()
	costs, taken := [2]float64{}, [2][]time.Duration{}
	for turn := range deactivationTurns {
		for k, of := range kinds {
			before := s.cpu()
			for i := turn; i < len(small); i += deactivationTurns {
				token, client := of.give(i)
				began := time.Now()
				status, err := c.do(request{path: path, headers: key, body: []byte(`{"token_key":"` + token + `","client_id":"` + client + `"}`)}, true)
				if err != nil || status != http.StatusOK {
					return fmt.Errorf("%s: %d %s: %w", of.name, status, c.body, err)
				}
				taken[k] = append(taken[k], time.Since(began))
			}
			costs[k] += float64((s.cpu() - before).Microseconds()) / float64(len(small))
		}
	}
	for k, of := range kinds {
		slices.Sort(taken[k])
		var sum time.Duration
		for _, took := range taken[k] {
			sum += took
		}
		s.report.add(row{
			Name: of.name, Engine: s.engine, Licenses: s.licenses, Connections: 1, PerSecond: float64(len(taken[k])) / sum.Seconds(), CPUMicros: costs[k], Ratio: s.report.FloorCPU / costs[k],
			P50Millis: millis(taken[k][len(taken[k])/2]), P99Millis: millis(taken[k][len(taken[k])*99/100]), MemoryMB: s.memory(),
			Note: fmt.Sprintf("%.2f times the CPU of one of 10", costs[k]/costs[0]),
		})
	}
	return nil
}

// smallTokens issues the small licences, activates their devices, and gives each one's
// token key and client id.
func (s *site) smallTokens() (tokens [][2]string, err error) {
	c, err := dial(s.address, false, 0)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	answer := func(path, headers, body string, want int, into any) error {
		status, err := c.do(request{path: path, headers: headers, body: []byte(body)}, true)
		if err != nil || status != want {
			return fmt.Errorf("%s: %d %s: %w", path, status, c.body, err)
		}
		return json.Unmarshal(c.body, into)
	}
	admin := "Authorization: Bearer " + s.vendor.AdminKey + "\r\n"
	for n := range smallLicenses {
		var l struct {
			Key string `json:"license_key"`
		}
		if err := answer("/api/v1/licenses", admin, fmt.Sprintf(`{"edition_id":%q,"customer_id":%q,"token_limit":%d}`,
			seedUUID(kindEdition, 0), seedUUID(kindCustomer, 0), smallDevices), http.StatusCreated, &l); err != nil {
			return nil, err
		}
		for i := range smallDevices {
			client := fmt.Sprintf("bench-small-%d-%d", n, i)
			var a struct {
				Token string `json:"token_key"`
			}
			if err := answer(s.path("activations"), s.keyHeader()+ed25519Header, fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":%q}`,
				seedUUID(kindProduct, 0), l.Key, client), http.StatusOK, &a); err != nil {
				return nil, err
			}
			tokens = append(tokens, [2]string{a.Token, client})
		}
	}
	return tokens, nil
}
