package main

import (
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	t.Parallel()
	const passing = `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestOne"}
{"Action":"output","Package":"a","Test":"TestOne","Output":"noise\n"}
{"Action":"pass","Package":"a","Test":"TestOne"}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"pass","Package":"a","Elapsed":0.25}
`
	for name, test := range map[string]struct {
		events  string
		ok      bool
		has     []string
		hasNone []string
	}{
		"passed": {
			events: passing, ok: true,
			has:     []string{"ok\ta\t0.2s\t1 tests\n", "\n1 passed, 0 failed, 0 skipped\n"},
			hasNone: []string{"noise"},
		},
		"failed": {
			events: passing + `{"Action":"run","Package":"b","Test":"TestTwo"}
{"Action":"output","Package":"b","Test":"TestTwo","Output":"two.go:7: got 1\n"}
{"Action":"fail","Package":"b","Test":"TestTwo"}
{"Action":"output","Package":"b","Output":"exit status 1\n"}
{"Action":"fail","Package":"b","Elapsed":1}
`,
			has:     []string{"two.go:7: got 1\n", "FAIL\tb", "\n1 passed, 1 failed, 0 skipped\n"},
			hasNone: []string{"noise"},
		},
		"does not build": {
			events: passing + `{"ImportPath":"b","Action":"build-output","Output":"b.go:1: undefined: x\n"}
{"ImportPath":"b","Action":"build-fail"}
{"Action":"start","Package":"b"}
{"Action":"fail","Package":"b","Elapsed":0,"FailedBuild":"b"}
`,
			has: []string{"b.go:1: undefined: x\n", "\n1 passed, 1 failed, 0 skipped\n"},
		},
		"panicked beside a test that hangs": {
			events: passing + `{"Action":"run","Package":"b","Test":"TestHangs"}
{"Action":"output","Package":"b","Test":"TestHangs","Output":"panic: timed out\n"}
{"Action":"fail","Package":"b","Elapsed":1}
`,
			has: []string{"panic: timed out\n", "\n1 passed, 1 failed, 0 skipped\n"},
		},
		"cut off": {
			events: passing + `{"Action":"run","Package":"b","Test":"TestTwo"}` + "\n",
			has:    []string{"FAIL\tb\tit was cut off\n", "\n1 passed, 1 failed, 0 skipped\n"},
		},
		"skipped": {
			events: passing + `{"Action":"run","Package":"b","Test":"TestTwo"}
{"Action":"output","Package":"b","Test":"TestTwo","Output":"=== RUN   TestTwo\n"}
{"Action":"output","Package":"b","Test":"TestTwo","Output":"    two.go:7: needs a second disk\n"}
{"Action":"skip","Package":"b","Test":"TestTwo"}
{"Action":"pass","Package":"b","Elapsed":1}
`,
			ok:  true,
			has: []string{"skip\tb TestTwo: two.go:7: needs a second disk\n", "\n1 passed, 0 failed, 1 skipped\n"},
		},
		"nothing ran": {
			events: `{"Action":"start","Package":"a"}
{"Action":"skip","Package":"a","Elapsed":0}
`,
			has: []string{"no test ran\n", "\n0 passed, 0 failed, 0 skipped\n"},
		},
		"not an event": {
			events: passing + "go: updates to go.mod needed\n", ok: true,
			has: []string{"go: updates to go.mod needed\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			ok, err := summarise(strings.NewReader(test.events), &out)
			if err != nil || ok != test.ok {
				t.Fatalf("ok %t, error %v:\n%s", ok, err, out.String())
			}
			for _, want := range test.has {
				if !strings.Contains(out.String(), want) {
					t.Errorf("lacks %q:\n%s", want, out.String())
				}
			}
			for _, not := range test.hasNone {
				if strings.Contains(out.String(), not) {
					t.Errorf("has %q:\n%s", not, out.String())
				}
			}
		})
	}
}
