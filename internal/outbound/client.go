package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// MaxAnswer is how much of an answer is read, in bytes.
const MaxAnswer = 64 << 10

const (
	dialWithin = 10 * time.Second
	callWithin = 30 * time.Second // for callers whose context has no end
)

// ErrInside is what a call to an address fails with that is not of the public
// internet and no exception. Its text names no address: it is shown to vendors.
var ErrInside = errors.New("the address is not one of the public internet; the operator of the server can allow it with --allow-outbound")

// ErrTooLong is what reading an answer of more than MaxAnswer fails with.
var ErrTooLong = errors.New("the answer is longer than 64 kB")

// Config is what a client needs.
type Config struct {
	// Allow lists the networks that may be reached although they are not public.
	Allow []netip.Prefix
}

// New makes the client. It is safe for concurrent use, and shares no connection
// between hosts' names.
func New(c Config) *http.Client {
	dialer := &net.Dialer{Timeout: dialWithin, KeepAlive: -1, Control: c.control}
	return &http.Client{
		Timeout: callWithin,
		// A redirect is an answer like any other: to follow it would be to let the
		// receiver choose the address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bounded{&http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: MaxAnswer,
			TLSHandshakeTimeout: dialWithin, ResponseHeaderTimeout: callWithin, MaxIdleConnsPerHost: 1, MaxIdleConns: 100, IdleConnTimeout: 30 * time.Second,
			DisableCompression: true, // what comes is counted as it comes
		}},
	}
}

// control is asked for each address that a name led to, right before the connection.
func (c Config) control(network, address string, _ syscall.RawConn) error {
	where, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("outbound: %s %s is no address", network, address)
	}
	if a := where.Addr(); public(a) || within(a.WithZone("").Unmap(), c.Allow) || within(embedded(a), c.Allow) {
		return nil
	}
	return ErrInside
}

// bounded cuts the bodies of answers.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &body{ReadCloser: answer.Body, left: MaxAnswer}
	return answer, nil
}

type body struct {
	io.ReadCloser

	left int64
}

// Read implements io.Reader. One byte over the limit tells a long answer from one
// that just fits.
func (b *body) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrTooLong
	}
	return n, err
}

// Reason tells in one clause why a call failed, without addresses of the
// server's network: it is shown to vendors.
func Reason(err error) string {
	var name *net.DNSError
	switch {
	case errors.Is(err, ErrInside):
		return ErrInside.Error()
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "no answer within the time allowed"
	case errors.As(err, &name):
		return "the host name could not be resolved"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection was closed before an answer came"
	case errors.Is(err, ErrTooLong):
		return ErrTooLong.Error()
	case isCertificate(err):
		return "the receiver's certificate is not valid for its name"
	}
	return "the connection failed"
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
