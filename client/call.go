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
// A call that came with too low a counter is signed again with a higher one.
func (c *Client) call(ctx context.Context, name string, request any, key ed25519.PrivateKey) (answer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return answer{}, fmt.Errorf("client: %w", err)
	}
	a, pause, err := c.counted(ctx, name, body, key)
	if err != nil && pause > 0 && pause <= longestPause {
		if c.cfg.Wait(ctx, pause) == nil {
			a, _, err = c.counted(ctx, name, body, key)
		}
	}
	if ctx.Err() != nil && err != nil {
		return answer{}, errors.Join(context.Cause(ctx), err)
	}
	return a, err
}

// maxRecounts bounds how often a call is signed again with a higher counter. Once
// is enough, but for other processes over the same key: for each time that a call is
// refused, one of theirs was taken meanwhile.
const maxRecounts = 32

// counted is once, with the counter that the server wants. The counter starts at
// the clock, so that nothing needs to be kept, and several processes over one
// folder seldom meet; the server's refusal, signed for this very call, says what
// to go on from where the clock is behind or another process was faster.
func (c *Client) counted(ctx context.Context, name string, body []byte, key ed25519.PrivateKey) (a answer, pause time.Duration, err error) {
	for range maxRecounts {
		a, pause, err = c.once(ctx, name, body, key)
		refused, is := errors.AsType[*RefusalError](err)
		if !is || refused.ID != RefusalCallRepeated || refused.counter < 1 || refused.counter >= signed.MaxCounter {
			break
		}
		c.counter = max(c.counter, refused.counter)
	}
	return a, pause, err
}

// once makes one attempt with a nonce of its own. A pause above zero means that
// it may be worth another one after that time.
func (c *Client) once(ctx context.Context, name string, body []byte, key ed25519.PrivateKey) (a answer, pause time.Duration, err error) {
	request, nonce, asked, err := c.request(ctx, name, body, key)
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
	if a.Response, err = c.trust().signers(signed.UseAnswers).VerifyResponse(a.signature, a.body, nonce, response.StatusCode); err != nil {
		return a, pause, &UnverifiedError{response.StatusCode, err}
	}
	if err := c.trust().inTime(a.Response, c.cfg.Now()); err != nil {
		return a, pause, &UnverifiedError{response.StatusCode, err}
	}
	if a.Asked != asked {
		if a.Asked != "" || acted(a.Status) {
			return a, pause, &UnverifiedError{response.StatusCode, fmt.Errorf("it answers another request: %w", signed.ErrMismatch)}
		}
		return a, pause, refusal(a, response.Header.Get("Retry-After") != "", pause)
	}
	if err := c.learn(a); err != nil {
		return a, 0, fmt.Errorf("client: keeping an announced key: %w", err)
	}
	if a.Status != http.StatusOK {
		return a, pause, refusal(a, response.Header.Get("Retry-After") != "", pause)
	}
	return a, 0, nil
}

// acted tells whether anything here goes by an answer of this status. One that the
// server gave before it had read the call is bound to no request, and says no more
// than that there is no answer now.
func acted(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		return false
	}
	return status < 500
}

func (c *Client) request(ctx context.Context, name string, body []byte, key ed25519.PrivateKey) (request *http.Request, nonce, asked string, err error) {
	url := c.cfg.BaseURL + "/api/v2/isv/" + c.cfg.VendorID + "/" + name
	if !strings.Contains(name, "/") {
		url = c.cfg.BaseURL + "/api/v2/isv/" + c.cfg.VendorID + "/provisioning/" + name
	}
	request, err = http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, "", "", fmt.Errorf("client: %w", err)
	}
	if nonce, err = signed.NewNonce(c.cfg.Rand); err != nil {
		return nil, "", "", fmt.Errorf("client: %w", err)
	}
	now := c.cfg.Now()
	c.counter = max(c.counter+1, signed.StartCounter(now))
	path := signed.CallPath(request.URL.EscapedPath())
	signature, err := signed.SignCall(key, signed.Call{Method: request.Method, Path: path, Nonce: nonce, IssuedAt: now, Counter: c.counter}, body)
	if err != nil {
		return nil, "", "", fmt.Errorf("client: %w", err)
	}
	h := request.Header
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "application/json")
	h.Set("Accept-Encoding", "identity") // what is signed are the bytes as sent
	h.Set("Provisioningkey", c.cfg.ProvisioningKey)
	h.Set(signed.NonceHeader, nonce)
	h.Set(signed.AcceptSignatureHeader, signed.AcceptEd25519Bound)
	h.Set(signed.TrustedKeysHeader, c.trust().names())
	h.Set(signed.CallSignatureHeader, signature)
	asked = signed.Request{Method: request.Method, Path: path, CallSignature: signature, Body: body}.Hash()
	return request, nonce, asked, nil
}

// refusal turns a verified answer other than 200 into an error.
func refusal(a answer, said bool, pause time.Duration) error {
	if a.Status == http.StatusConflict {
		var refused struct {
			RefusalError

			Counter int64 `json:"counter"`
		}
		if err := json.Unmarshal(a.body, &refused); err != nil || refused.ID == 0 {
			return &ServerError{Status: a.Status, Title: "a refusal without a reason"}
		}
		refused.counter = refused.Counter
		return &refused.RefusalError
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
