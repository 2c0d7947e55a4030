package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// consolePages opens every list page of the console, as somebody who is signed in
// does, with what it offers to filter, search and sort by. The row is that of the
// slowest one.
func consolePages(ctx context.Context, s *site) error {
	b, err := s.signIn(ctx)
	if err != nil {
		return err
	}
	paths := pagesToOpen()
	taken, err := b.openAll(ctx, paths, int(min(max(s.seconds*4, 5), 100)))
	if err != nil {
		return err
	}
	slowest, worst := slowestOf(taken)
	p50, p99 := middleOf(taken)
	s.report.add(row{
		Name: "console list pages", Engine: s.engine, Licenses: s.licenses, Connections: 1, P50Millis: p50, P99Millis: p99, MemoryMB: s.memory(),
		Note: fmt.Sprintf("p95 of the slowest: %.1f ms, %s", millis(worst), paths[slowest]),
	})
	return nil
}

// pagesToOpen are the list pages with one of each kind of filter, search and sort.
func pagesToOpen() []string {
	product, edition, customer := seedUUID(kindProduct, 0).String(), seedUUID(kindEdition, 0).String(), seedUUID(kindCustomer, 7).String()
	key, token := seedUUID(kindLicenseKey, 4321).String(), seedUUID(kindToken, 99).String()
	return []string{
		"/licenses", "/licenses?state=on", "/licenses?state=off", "/licenses?state=goodwill", "/licenses?state=used_up",
		"/licenses?product=" + product, "/licenses?edition=" + edition, "/licenses?customer=" + customer, "/licenses?sort=created_at",
		"/licenses?q=" + key, "/licenses?q=" + key[:5], "/licenses?q=" + token[:9], "/licenses?q=u12", "/licenses?q=zzz",
		"/licenses?product=" + product + "&state=off", "/licenses?customer=" + customer + "&state=goodwill",
		"/devices", "/devices?sort=-last_seen", "/devices?sort=last_seen", "/devices?q=bench-client-00", "/devices?q=nobody", "/devices?state=goodwill",
		"/devices?state=suspended", "/devices?state=released", "/devices?state=silent", "/devices?product=" + product, "/devices?country=DE",
		"/devices?state=silent&sort=last_seen", "/sessions", "/sessions?state=open", "/sessions?state=past", "/sessions/limits",
		"/search?q=" + key[:6], "/search?q=bench", "/search?q=customer", "/search?q=zzz",
	}
}

// visitor is somebody who is signed in to a face.
type visitor struct {
	base   string
	client *http.Client
	bearer string // of a program; "" for a person
}

func newClient() *http.Client { return &http.Client{Timeout: time.Minute} }

func (s *site) signIn(ctx context.Context) (*visitor, error) { return s.signInTo(ctx, "console") }

func (s *site) signInTo(ctx context.Context, face string) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("cookies: %w", err)
	}
	b := &visitor{base: "http://" + s.address + "/" + face + "/" + s.vendor.Slug, client: &http.Client{Jar: jar, Timeout: time.Minute}}
	form := url.Values{"email": {s.vendor.OwnerEmail}, "password": {s.vendor.OwnerPassword}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b, b.do(r, "")
}

func (b *visitor) open(ctx context.Context, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return err
	}
	if b.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+b.bearer)
		return b.do(r, "}")
	}
	return b.do(r, "</html>")
}

func (b *visitor) do(r *http.Request, ends string) error {
	res, err := b.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if ends != "" && (res.StatusCode != http.StatusOK || !strings.Contains(string(body), ends)) {
		return fmt.Errorf("answered %d", res.StatusCode)
	}
	if strings.HasSuffix(res.Request.URL.Path, "/sign-in") {
		return errors.New("the sign-in was refused")
	}
	return nil
}
