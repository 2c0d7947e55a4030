package client

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chancery/signed"
)

const (
	maxAnswer    = 1 << 20          // bytes of a body
	retryPause   = time.Second      // where the server names none
	longestPause = 30 * time.Second // a longer Retry-After is left to the caller
)

// call posts one request and returns the verified answer: 200 only. Everything
// else is an error, of the kinds that errors.go lists. It repeats once what may
// succeed then: no answer, 429 and 5xx. All calls of this package can be repeated.
func (c *Client) call(ctx context.Context, name string, request any, key ed25519.PrivateKey) (answer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return answer{}, fmt.Errorf("client: %w", err)
	}
	a, pause, err := c.once(ctx, name, body, key)
	if err != nil && pause > 0 && pause <= longestPause {
		if c.cfg.Wait(ctx, pause) == nil {
			a, _, err = c.once(ctx, name, body, key)
		}
	}
	if ctx.Err() != nil && err != nil {
		return answer{}, errors.Join(context.Cause(ctx), err)
	}
	return a, err
}

// once makes one attempt with a nonce of its own. A pause above zero means that
// it may be worth another one after that time.
func (c *Client) once(ctx context.Context, name string, body []byte, key ed25519.PrivateKey) (a answer, pause time.Duration, err error) {
	request, nonce, err := c.request(ctx, name, body, key)
	if err != nil {
		return a, 0, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return a, retryPause, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer response.Body.Close()
	a.body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return a, retryPause, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500 {
		pause = retryAfter(response.Header, c.cfg.Now())
	}
	if len(a.body) > maxAnswer {
		return a, 0, &UnverifiedError{response.StatusCode, signed.ErrTooLarge}
	}
	a.signature = response.Header.Get(signed.SignatureHeader)
	if a.Response, err = c.trusted.keys.VerifyResponse(a.signature, a.body, nonce, response.StatusCode); err != nil {
		return a, pause, &UnverifiedError{response.StatusCode, err}
	}
	if err := c.trusted.inTime(a.Response, c.cfg.Now()); err != nil {
		return a, pause, &UnverifiedError{response.StatusCode, err}
	}
	if err := c.learn(a); err != nil {
		return a, 0, fmt.Errorf("client: keeping an announced key: %w", err)
	}
	if a.Status != http.StatusOK {
		return a, pause, refusal(a, response.Header.Get("Retry-After") != "", pause)
	}
	return a, 0, nil
}

func (c *Client) request(ctx context.Context, name string, body []byte, key ed25519.PrivateKey) (*http.Request, string, error) {
	url := c.cfg.BaseURL + "/api/v2/isv/" + c.cfg.VendorID + "/" + name
	if !strings.Contains(name, "/") {
		url = c.cfg.BaseURL + "/api/v2/isv/" + c.cfg.VendorID + "/provisioning/" + name
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, "", fmt.Errorf("client: %w", err)
	}
	var random [24]byte
	if _, err := io.ReadFull(c.cfg.Rand, random[:]); err != nil {
		return nil, "", fmt.Errorf("client: no randomness for a nonce: %w", err)
	}
	nonce := signed.FormatNonce(random[:])
	signature, err := signed.SignCall(key, signed.Call{
		Method: request.Method, Path: signed.CallPath(request.URL.EscapedPath()), Nonce: nonce, IssuedAt: c.cfg.Now(),
	}, body)
	if err != nil {
		return nil, "", fmt.Errorf("client: %w", err)
	}
	h := request.Header
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "application/json")
	h.Set("Accept-Encoding", "identity") // what is signed are the bytes as sent
	h.Set("Provisioningkey", c.cfg.ProvisioningKey)
	h.Set(signed.NonceHeader, nonce)
	h.Set(signed.AcceptSignatureHeader, signed.AcceptEd25519)
	h.Set(signed.TrustedKeysHeader, c.trusted.names())
	h.Set(signed.CallSignatureHeader, signature)
	return request, nonce, nil
}

// refusal turns a verified answer other than 200 into an error.
func refusal(a answer, said bool, pause time.Duration) error {
	if a.Status == http.StatusConflict {
		var refused RefusalError
		if err := json.Unmarshal(a.body, &refused); err != nil || refused.ID == 0 {
			return &ServerError{Status: a.Status, Title: "a refusal without a reason"}
		}
		return &refused
	}
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(a.body, &problem) // RFC 9457 where there is one
	if problem.Title == "" {
		problem.Title = http.StatusText(a.Status)
	}
	failed := &ServerError{Status: a.Status, Title: problem.Title, Detail: problem.Detail}
	if said {
		failed.RetryAfter = pause
	}
	return failed
}

// retryAfter reads Retry-After in either form of RFC 9110; it is at least a second.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return max(time.Duration(min(seconds, 7*86400))*time.Second, retryPause)
	}
	if at, err := http.ParseTime(text); err == nil {
		if server, err := http.ParseTime(h.Get("Date")); err == nil {
			now = server // this machine's clock may be wrong
		}
		return min(max(at.Sub(now), retryPause), 7*day)
	}
	return retryPause
}
