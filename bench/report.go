package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"
)

// row is one line of the table.
type row struct {
	Name        string  `json:"name"`
	Engine      string  `json:"engine"`
	Licenses    int     `json:"licenses"`
	Connections int     `json:"connections"`
	PerSecond   float64 `json:"per_second"`
	CPUMicros   float64 `json:"server_cpu_us"` // per call
	Ratio       float64 `json:"floor_ratio"`   // floor's CPU ÷ ours; for RSA, our rate ÷ bare signing's
	P50Millis   float64 `json:"p50_ms"`
	P99Millis   float64 `json:"p99_ms"`
	MemoryMB    float64 `json:"memory_mb"`
	Note        string  `json:"note,omitempty"`
}

type report struct {
	Go       string  `json:"go"`
	Cores    int     `json:"cores"`
	FloorCPU float64 `json:"floor_cpu_us"`
	RSAMicro float64 `json:"rsa_sign_us"`
	BinaryMB float64 `json:"binary_mb"`
	Rows     []row   `json:"rows"`
}

func newReport() *report { return &report{Go: runtime.Version(), Cores: runtime.NumCPU()} }

func (r *report) add(w row) {
	r.Rows = append(r.Rows, w)
	fmt.Fprintf(os.Stderr, "%-32s %-8s %8d  %9.0f/s  %7.0f µs  ratio %.2f  p99 %.1f ms\n",
		w.Name, w.Engine, w.Licenses, w.PerSecond, w.CPUMicros, w.Ratio, w.P99Millis)
}

func (r *report) print(to io.Writer) {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(to, "\n%s, %d cores; floor %.1f µs of server CPU a call; one bare RSA-2048 signature %.0f µs; the program has %.0f MB\n\n",
		r.Go, r.Cores, r.FloorCPU, r.RSAMicro, r.BinaryMB)
	fmt.Fprintln(t, "what\tengine\tlicences\tconns\tcalls/s\tCPU µs\tratio\tp50 ms\tp99 ms\tMB\tnote\t")
	for _, w := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t%s\t\n",
			w.Name, w.Engine, w.Licenses, w.Connections, w.PerSecond, w.CPUMicros, w.Ratio, w.P50Millis, w.P99Millis, w.MemoryMB, w.Note)
	}
	_ = t.Flush()
}

func (r *report) save(file string) error {
	if file == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
