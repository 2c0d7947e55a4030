package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server under measurement.
type process struct {
	cmd     *exec.Cmd
	address string // host:port on loopback
}

// start runs a server that writes its address to a ready file.
func start(ctx context.Context, readyFile string, name string, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	// A line for each call is part of what a call costs, and nothing to look at.
	log, err := os.Create(readyFile + ".log")
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	defer log.Close()
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{cmd: cmd}
	for range 3000 {
		b, err := os.ReadFile(readyFile)
		if err == nil && len(b) > 0 && b[len(b)-1] == '\n' {
			p.address = strings.TrimPrefix(strings.TrimSpace(string(b)), "http://")
			return p, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.stop()
	said, _ := os.ReadFile(readyFile + ".log")
	return nil, fmt.Errorf("the server did not become ready within 30 s; it said: %s", said)
}

// stop may be called twice.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// settle waits, for a minute at most, until the server has done what it does
// after its start, such as counting the day's figures: it counts them again only
// once in fifty times as long as that took.
func (p *process) settle(ctx context.Context) {
	for range 60 {
		before := p.cpu()
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		if p.cpu()-before < 20*time.Millisecond {
			return
		}
	}
}

// cpu is the processor time that the process has used.
func (p *process) cpu() time.Duration {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100) // USER_HZ is 100 on Linux
}

// memory is the resident set, in MB.
func (p *process) memory() float64 {
	f, err := os.Open(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if text, ok := strings.CutPrefix(s.Text(), "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(text)[0], 64)
			return kb / 1024
		}
	}
	return 0
}
