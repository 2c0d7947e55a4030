package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

// options are the flags of a run.
type options struct {
	program  string
	sizes    []int
	engines  []string
	postgres string // DSN of a server on which databases may be made
	seconds  float64
	only     string
	json     string
	metrics  string
	keep     string // a directory for seeded SQLite databases, used again by later runs
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "floor" {
		if err := serveFloor(); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	size := f.String("size", "10000,1000000", "licences in the database, several with commas")
	engine := f.String("engine", "sqlite,postgres", "sqlite, postgres or both")
	f.StringVar(&o.program, "program", "bin/chancery", "the built server")
	f.StringVar(&o.postgres, "postgres", os.Getenv("CHANCERY_TEST_POSTGRES"), "a PostgreSQL server on which databases may be made")
	quick := f.Bool("quick", false, "10,000 licences and short measurements: a minute or two, for a first look")
	f.Float64Var(&o.seconds, "seconds", 2.4, "length of each measurement, at most 60")
	f.StringVar(&o.only, "only", "", "only measurements whose name holds this")
	f.StringVar(&o.json, "json", "bench/results/latest.json", "where the figures go as JSON; empty for nowhere")
	f.StringVar(&o.metrics, "metrics", "", "where the server serves its figures and profiles, to look at while it runs")
	f.StringVar(&o.keep, "keep", "", "a directory for seeded SQLite databases, used again by later runs")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		*size, o.seconds = "10000", 0.9
	}
	for s := range strings.SplitSeq(*size, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 100 || n > 2_000_000 {
			return o, errors.New("-size takes numbers between 100 and 2000000")
		}
		o.sizes = append(o.sizes, n)
	}
	o.engines = strings.Split(*engine, ",")
	if o.seconds < 0.5 || o.seconds > 60 {
		return o, errors.New("-seconds takes 0.5 to 60")
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	report := newReport()
	defer report.print(os.Stdout)
	floor, err := startFloor(ctx)
	if err != nil {
		return err
	}
	defer floor.stop()
	if err := measureFloor(ctx, o, floor, report); err != nil {
		return err
	}
	if err := measureFile(o, report); err != nil {
		return err
	}
	for _, engine := range o.engines {
		for _, size := range o.sizes {
			began := time.Now()
			if err := measure(ctx, o, engine, size, report); err != nil {
				return fmt.Errorf("%s with %d licences: %w", engine, size, err)
			}
			fmt.Fprintf(os.Stderr, "%s with %d licences took %s\n", engine, size, time.Since(began).Round(time.Second))
		}
	}
	return report.save(o.json)
}
