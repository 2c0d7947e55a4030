package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"time"
)

// connection is a bare HTTP/1.1 client: the load program shares its cores with
// the server, so it must cost little.
type connection struct {
	net.Conn

	in     *bufio.Reader
	out    []byte
	header textproto.MIMEHeader
	body   []byte
}

// dial connects, apart from an address that no other connection of this number has.
func dial(address string, apart bool, number int) (*connection, error) {
	d := net.Dialer{Timeout: 5 * time.Second}
	if apart {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 1, byte(number), 1)}
	}
	c, err := d.Dial("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &connection{Conn: c, in: bufio.NewReaderSize(c, 16<<10)}, nil
}

// request is one call; its slices are only read.
type request struct {
	path    string
	headers string // "Name: value\r\n" lines
	body    []byte
}

// do sends a call and reads the answer. With full it keeps the headers and the
// body until the next call; else it only counts bytes.
func (c *connection) do(r request, full bool) (status int, err error) {
	c.out = append(c.out[:0], "POST "...)
	c.out = append(c.out, r.path...)
	c.out = append(c.out, " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(r.body)), 10)
	c.out = append(c.out, "\r\n"...)
	c.out = append(c.out, r.headers...)
	c.out = append(c.out, "\r\n"...)
	c.out = append(c.out, r.body...)
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, fmt.Errorf("deadline: %w", err)
	}
	if _, err := c.Write(c.out); err != nil {
		return 0, fmt.Errorf("send: %w", err)
	}
	return c.answer(full)
}

func (c *connection) answer(full bool) (status int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, fmt.Errorf("status line: %w", err)
	}
	status, _ = strconv.Atoi(string(line[9:12]))
	var length int
	if full {
		if c.header, err = textproto.NewReader(c.in).ReadMIMEHeader(); err != nil {
			return 0, fmt.Errorf("headers: %w", err)
		}
		length, _ = strconv.Atoi(c.header.Get("Content-Length"))
	} else if length, err = c.skipHeaders(); err != nil {
		return 0, err
	}
	if length < 0 {
		return 0, errors.New("an answer without Content-Length")
	}
	if !full && status == http.StatusOK {
		_, err = c.in.Discard(length)
		return status, err
	}
	c.body = make([]byte, length)
	_, err = io.ReadFull(c.in, c.body)
	return status, err
}

func (c *connection) skipHeaders() (length int, err error) {
	length = -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, fmt.Errorf("headers: %w", err)
		}
		if len(line) <= 2 {
			return length, nil
		}
		const name = "Content-Length: "
		if bytes.HasPrefix(line, []byte(name)) {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(line[len(name):])))
		}
	}
}
