package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	besideConnections = 16
	besidePerSecond   = 400 // ordinary calls: well below what two shared cores can do, so that waiting shows and not the load
	besideSeconds     = 20  // of the quiet and of the crowded measurement
	largeLicenses     = 4   // whose limit is lowered
	largeTokens       = 5000
	importFiles       = 5
	importLines       = 10_000
	hostilePerSecond  = 50 // calls of each of the clients that misbehave
)

// besideHardWork measures ordinary calls twice at one fixed rate: alone, and
// beside the heaviest work that staff and clients can cause. The row is that of
// the second time; the note tells p99 of both.
func besideHardWork(ctx context.Context, s *site) error {
	work, err := s.prepareHardWork(ctx)
	if err != nil {
		return err
	}
	ordinary := s.ordinary()
	if err := warm(ctx, ordinary); err != nil {
		return err
	}
	quiet, err := ordinary.open(ctx, besidePerSecond)
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var said []string
	for _, w := range work {
		wg.Go(func() {
			what := w(working)
			mu.Lock()
			defer mu.Unlock()
			said = append(said, what)
		})
	}
	crowded, err := ordinary.open(ctx, besidePerSecond)
	stop()
	wg.Wait()
	if err != nil {
		return err
	}
	s.report.add(row{
		Name: "calls beside hard work", Engine: s.engine, Licenses: s.licenses, Connections: besideConnections, PerSecond: crowded.perSecond(),
		P50Millis: millis(crowded.percentile(0.5)), P99Millis: millis(crowded.percentile(0.99)), MemoryMB: s.memory(),
		Note: fmt.Sprintf("alone: p50 %.1f, p99 %.1f, most %.0f ms; beside: most %.0f ms, %d of %d refused; %s", millis(quiet.percentile(0.5)),
			millis(quiet.percentile(0.99)), millis(quiet.percentile(1)), millis(crowded.percentile(1)), crowded.rejected, crowded.calls,
			strings.Join(said, "; ")),
	})
	return nil
}

// ordinary is a mix of calls: seven heartbeats, a consumption, a renewed session
// and an activation in ten.
func (s *site) ordinary() load {
	heartbeat := s.heartbeats(ed25519Header, true)
	activations, consumptions, renewals := s.path("activations"), s.below("data_gathering/consumption_heartbeats"), s.path("session/open")
	headers := s.keyHeader() + ed25519Header
	product, limitation := seedUUID(kindProduct, 0).String(), seedUUID(kindLimitation, 0).String()
	var activated atomic.Int64
	return load{
		name: "calls beside hard work", address: s.address, connections: besideConnections, seconds: besideSeconds,
		accept: func(status int) bool { return status == http.StatusServiceUnavailable }, // counted, and told
		make: func(w, i int) request {
			switch i % 10 {
			case 0:
				n := s.licenses + metered + int(activated.Add(1))%spare
				return request{path: activations, headers: headers, body: []byte(`{"product_id":"` + product + `","license_key":"` +
					seedUUID(kindLicenseKey, n).String() + `","client_id":"beside-` + strconv.Itoa(n) + `","client_name":"Bench","software_version":"1.0"}`)}
			case 3:
				n := s.licenses + mathrand.IntN(metered)
				return request{path: consumptions, headers: headers, body: []byte(`{"client_id":"` + clientID(n) + `","token_key":"` + seedUUID(kindToken, 2*n+1).String() +
					`","consumption_heartbeat":[{"limitation_id":"` + limitation + `","value":1}]}`)}
			case 6:
				n := mathrand.IntN(sessionsSeeded)
				return request{path: renewals, headers: headers, body: []byte(`{"license_id":"` + seedUUID(kindLicenseKey, s.licenses+metered+spare+n%floating).String() +
					`","client_id":"` + sessionClient(n) + `","session_id":"` + seededSession + `"}`)}
			}
			return heartbeat(w, i)
		},
	}
}

// hardWork does something heavy until it is done or ctx ends, and says how far it came.
type hardWork func(ctx context.Context) string

// prepareHardWork makes what the work needs before anything is measured.
func (s *site) prepareHardWork(ctx context.Context) ([]hardWork, error) {
	staff, err := s.signIn(ctx)
	if err != nil {
		return nil, err
	}
	large := make([]string, largeLicenses)
	for i := range large {
		if large[i], _, err = s.issue(ctx, largeTokens); err != nil {
			return nil, err
		}
	}
	_, usedUp, err := s.issue(ctx, 1)
	if err != nil {
		return nil, err
	}
	if status, text := s.call(ctx, http.MethodPost, s.path("activations"), "ProvisioningKey", s.vendor.ProvisioningKey,
		`{"product_id":"`+seedUUID(kindProduct, 0).String()+`","license_key":"`+usedUp+`","client_id":"bench-first"}`); status != http.StatusOK {
		return nil, fmt.Errorf("the first activation was answered %d: %s", status, text)
	}
	imports := make([]string, importFiles)
	for i := range imports {
		if imports[i], err = staff.upload(ctx, i); err != nil {
			return nil, err
		}
	}
	return append(s.hostile(usedUp), s.lower(large), s.empty(), staff.bringIn(imports)), nil
}

// call makes one call with a credential and reads its answer.
func (s *site) call(ctx context.Context, method, path, header, key, body string) (status int, text []byte) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.address+path, strings.NewReader(body))
	if err != nil {
		return 0, []byte(err.Error())
	}
	r.Header.Set(header, key)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer res.Body.Close()
	text, _ = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, text
}

func (s *site) manage(ctx context.Context, method, path, body string) (status int, text []byte) {
	return s.call(ctx, method, "/api/v1"+path, "Authorization", "Bearer "+s.vendor.AdminKey, body)
}

func (s *site) issue(ctx context.Context, tokens int) (id, key string, err error) {
	status, text := s.manage(ctx, http.MethodPost, "/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q,"token_limit":%d}`,
		seedUUID(kindEdition, 0), seedUUID(kindCustomer, 1), tokens))
	var l struct {
		ID  string `json:"id"`
		Key string `json:"license_key"`
	}
	if err := json.Unmarshal(text, &l); err != nil || status != http.StatusCreated {
		return "", "", fmt.Errorf("a licence with %d tokens was answered %d: %s", tokens, status, text)
	}
	return l.ID, l.Key, nil
}

func (s *site) lower(licenses []string) hardWork {
	return func(ctx context.Context) string {
		for i, id := range licenses {
			began := time.Now()
			status, text := s.manage(ctx, http.MethodPatch, "/licenses/"+id, `{"token_limit":10}`)
			if status != http.StatusOK {
				return fmt.Sprintf("lowered %d limits of %d, then %d %.200s after %.1f s", i, len(licenses), status, text, time.Since(began).Seconds())
			}
		}
		return fmt.Sprintf("lowered %d limits from %d", len(licenses), largeTokens)
	}
}

// empty releases the crowded licence's activations, as staff do.
func (s *site) empty() hardWork {
	path := "/licenses/" + seedUUID(kindLicense, crowdLicense(s.licenses)).String() + "/release-all"
	return func(ctx context.Context) string {
		released := 0
		for ctx.Err() == nil {
			status, text := s.manage(ctx, http.MethodPost, path, `{}`)
			var got struct {
				Released int  `json:"released"`
				More     bool `json:"more"`
			}
			if err := json.Unmarshal(text, &got); err != nil || status != http.StatusOK {
				return fmt.Sprintf("released %d, then %d %.200s", released, status, text)
			}
			if released += got.Released; !got.More {
				break
			}
		}
		return fmt.Sprintf("released %d activations", released)
	}
}

// upload sends a file of customers, and gives the address of its import.
func (b *visitor) upload(ctx context.Context, n int) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("kind", "customers")
	file, _ := form.CreateFormFile("file", fmt.Sprintf("customers-%d.csv", n))
	fmt.Fprintln(file, "company_name,email")
	for i := range importLines {
		fmt.Fprintf(file, "Imported %d-%05d,imported-%d-%05d@example.com\n", n, i, n, i)
	}
	_ = form.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/imports/new", &body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	res, err := b.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("upload: %w", err)
	}
	defer res.Body.Close()
	if path := res.Request.URL.Path; res.StatusCode == http.StatusOK && !strings.HasSuffix(path, "/new") {
		return path, nil
	}
	return "", fmt.Errorf("the upload was answered %d", res.StatusCode)
}

func (b *visitor) bringIn(imports []string) hardWork {
	host := strings.TrimSuffix(b.base, "/console/"+b.base[strings.LastIndex(b.base, "/")+1:])
	return func(ctx context.Context) string {
		for i, path := range imports {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, host+path+"/start", strings.NewReader(url.Values{}.Encode()))
			if err != nil {
				return err.Error()
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if err := b.do(r, "</html>"); err != nil {
				return fmt.Sprintf("started %d imports, then %v", i, err)
			}
		}
		return fmt.Sprintf("%d imports of %d lines begun", len(imports), importLines)
	}
}

// hostile are eight clients that misbehave: activations of a used-up licence by
// ever new clients, device variables without end, and guessed client ids.
func (s *site) hostile(usedUp string) []hardWork {
	product := seedUUID(kindProduct, 0).String()
	refused := func(i int) (string, string) {
		return s.path("activations"), fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":"refused-%d"}`, product, usedUp, i)
	}
	variables := func(i int) (string, string) {
		said := make(map[string]string)
		for k := range 60 {
			said[fmt.Sprintf("variable-%d-%d", i, k)] = strings.Repeat("x", 100)
		}
		text, _ := json.Marshal(said) //nolint:errchkjson // plain strings
		return s.path("heartbeats"), fmt.Sprintf(`{"product_id":%q,"client_id":%q,"software_version":%q,"operating_system":%q,"token_key":%q,"device_variables":%s}`,
			product, clientID(1), seedVersion, seedSystem, seedUUID(kindToken, 3), text)
	}
	guessed := func(i int) (string, string) {
		return s.path("heartbeats"), fmt.Sprintf(`{"product_id":%q,"client_id":"guessed-%d","software_version":"1.0","operating_system":"Linux"}`, product, i)
	}
	kinds := []func(int) (string, string){refused, variables, guessed, refused, variables, guessed, refused, guessed}
	all := make([]hardWork, 0, len(kinds)+3)
	for n, next := range kinds {
		all = append(all, func(ctx context.Context) string {
			tick := time.NewTicker(time.Second / hostilePerSecond)
			defer tick.Stop()
			answers := map[int]int{}
			for i := 0; ; i++ {
				select {
				case <-ctx.Done():
					return fmt.Sprintf("hostile %d: %v", n, answers)
				case <-tick.C:
				}
				path, body := next(i*8 + n)
				status, _ := s.call(ctx, http.MethodPost, path, "ProvisioningKey", s.vendor.ProvisioningKey, body)
				answers[status]++
			}
		})
	}
	return all
}
