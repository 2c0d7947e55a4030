package slascone

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
)

// fill puts something into every field that it can reach, and leaves out now and
// then what may be left out.
func fill(v reflect.Value, r *rand.Rand) {
	switch to := v.Addr().Interface().(type) {
	case *instant:
		*to = instant(time.Unix(r.Int64N(1<<33), 0))
		return
	case *ident.UUID:
		for i := range to {
			to[i] = byte(r.Uint32())
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, r)
		}
	case reflect.Pointer:
		if r.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), r)
		}
	case reflect.Slice:
		if n := r.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
			for i := range n - 1 {
				fill(v.Index(i), r)
			}
		}
	case reflect.String:
		texts := []string{"", "plain", "Kirk & Co <b>", "quote \" and \\", "tab\tand\x01", "ümlaut \u2028 \U0001F600", "broken \xff", "del \x7f"}
		v.SetString(texts[r.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.Uint64()))
	default:
		panic("fill does not know " + v.Type().String())
	}
}

// The answer is written by hand; encoding/json says what it must be.
func TestAppendedAnswerIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var info licenseInfo
		fill(reflect.ValueOf(&info).Elem(), r)
		want, err := json.Marshal(info)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.append(nil); string(got) != string(want) {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func FuzzAppendText(f *testing.F) {
	f.Add("plain")
	f.Add("\u2029 <&> \x00")
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendText(nil, s); string(got) != string(want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func BenchmarkAppendLicenseInfo(b *testing.B) {
	l, a := sample()
	info := infoOf(licensing.StateOf(l, a, "2.1", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)), nil)
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			info.append(make([]byte, 0, infoSize))
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(info); err != nil {
				b.Fatal(err)
			}
		}
	})
}
