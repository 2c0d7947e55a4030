package observe

import (
	"strings"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	oldest := now.Add(-90 * 24 * time.Hour)
	text := func(s string) Field { return Field{Text: s, Given: true} }
	long := func(n int) Field { return text(strings.Repeat("x", n)) }
	good := func() Sent {
		return Sent{
			What: Event, ID: text("019a0000-0000-7000-8000-000000000001"), Time: text("2026-03-14T08:00:00Z"), Actor: text("anna"), Product: text("App"),
			Version: text("1"), Category: text("ui"), Name: text("click"),
		}
	}
	for what, c := range map[string]struct {
		change func(s *Sent)
		want   Reason
	}{
		"good":                            {func(*Sent) {}, ""},
		"no object":                       {func(s *Sent) { s.Broken = true }, InvalidEvent},
		"4 KB":                            {func(s *Sent) { s.Size = 4096 }, ""},
		"more than 4 KB":                  {func(s *Sent) { s.Size = 4097 }, EventTooLarge},
		"an id that is none":              {func(s *Sent) { s.ID = text("x") }, InvalidEventID},
		"no id":                           {func(s *Sent) { s.ID = Field{} }, InvalidEventID},
		"a time that is none":             {func(s *Sent) { s.Time = text("yesterday") }, InvalidTimestamp},
		"a time with an offset":           {func(s *Sent) { s.Time = text("2026-03-14T09:30:00+02:00") }, ""},
		"48 hours ahead":                  {func(s *Sent) { s.Time = text("2026-03-16T09:00:00Z") }, ""},
		"more than 48 hours ahead":        {func(s *Sent) { s.Time = text("2026-03-16T09:00:00.001Z") }, TimestampOutOfRange},
		"as old as is kept":               {func(s *Sent) { s.Time = text("2025-12-14T09:00:00Z") }, ""},
		"older than is kept":              {func(s *Sent) { s.Time = text("2025-12-14T08:59:59.999Z") }, TimestampOutOfRange},
		"no actor":                        {func(s *Sent) { s.Actor = Field{} }, InvalidActorID},
		"an actor of 512":                 {func(s *Sent) { s.Actor = long(512) }, ""},
		"an actor of 513":                 {func(s *Sent) { s.Actor = long(513) }, InvalidActorID},
		"an actor that stands for no one": {func(s *Sent) { s.Actor = text("null") }, ""},
		"a number as an actor":            {func(s *Sent) { s.Actor = Field{Given: true, Other: true} }, InvalidActorID},
		"a licence":                       {func(s *Sent) { s.License = text("  acme  ") }, ""},
		"a blank licence":                 {func(s *Sent) { s.License = text("\t") }, InvalidLicenseID},
		"an empty licence":                {func(s *Sent) { s.License = text("") }, InvalidLicenseID},
		"a licence of 256":                {func(s *Sent) { s.License = long(256) }, ""},
		"a licence of 257":                {func(s *Sent) { s.License = long(257) }, InvalidLicenseID},
		"a licence of 128 pairs":          {func(s *Sent) { s.License = text(strings.Repeat("😀", 128)) }, ""},
		"a licence of 129 pairs":          {func(s *Sent) { s.License = text(strings.Repeat("😀", 129)) }, InvalidLicenseID},
		"a licence over two lines":        {func(s *Sent) { s.License = text("a\nb") }, InvalidLicenseID},
		"a licence with U+0085":           {func(s *Sent) { s.License = text("a\u0085b") }, InvalidLicenseID},
		"a licence with U+009F":           {func(s *Sent) { s.License = text("a\u009fb") }, InvalidLicenseID},
		"a licence with a soft hyphen":    {func(s *Sent) { s.License = text("a\u00adb") }, ""},
		"a licence with half a pair":      {func(s *Sent) { s.License = text("a" + string(Lone)) }, InvalidLicenseID},
		"an account with U+0000":          {func(s *Sent) { s.Account = text("a\x00b") }, InvalidAccountID},
		"a product of 257":                {func(s *Sent) { s.Product = long(257) }, InvalidProduct},
		"no version":                      {func(s *Sent) { s.Version = text(" ") }, InvalidVersion},
		"a category of 129":               {func(s *Sent) { s.Category = long(129) }, InvalidCategory},
		"a name with half a pair":         {func(s *Sent) { s.Name = text("a" + string(Lone)) }, ""},
		"no name":                         {func(s *Sent) { s.Name = Field{} }, InvalidName},
		"a session that is none":          {func(s *Sent) { s.Session = text("x") }, InvalidSessionID},
		"20 properties":                   {func(s *Sent) { s.Properties = make([]Property, 20); fill(s) }, ""},
		"21 properties":                   {func(s *Sent) { s.Properties = make([]Property, 21); fill(s) }, TooManyProperties},
		"a reserved key":                  {func(s *Sent) { s.Properties = []Property{{Key: "accountId", Raw: "1"}} }, ReservedPropertyKey},
		"a key like a reserved one":       {func(s *Sent) { s.Properties = []Property{{Key: "AccountID", Raw: "1"}} }, ""},
		"a nested property":               {func(s *Sent) { s.Properties = []Property{{Key: "a", Nested: true}} }, InvalidProperty},
		"a value of 256":                  {func(s *Sent) { s.Properties = []Property{{Key: "a", Text: long(256)}} }, ""},
		"a value of 257":                  {func(s *Sent) { s.Properties = []Property{{Key: "a", Text: long(257)}} }, InvalidProperty},
		"properties that are a list":      {func(s *Sent) { s.PropertiesOther = true }, InvalidProperty},
		"an exception": {func(s *Sent) {
			s.What, s.Severity, s.Size, s.Stack, s.Message = Exception, text("error"), 128<<10, long(32768), long(1000)
		}, ""},
		"too large an exception":    {func(s *Sent) { s.What, s.Severity, s.Size = Exception, text("error"), 128<<10+1 }, EventTooLarge},
		"too long a message":        {func(s *Sent) { s.What, s.Severity, s.Message = Exception, text("error"), long(1001) }, InvalidException},
		"an exception with no type": {func(s *Sent) { s.What, s.Severity, s.Name = Exception, text("error"), Field{} }, InvalidException},
		"201 breadcrumbs":           {func(s *Sent) { s.What, s.Severity, s.BreadcrumbCount = Exception, text("error"), 201 }, InvalidBreadcrumbs},
		"an end without its start":  {func(s *Sent) { s.What, s.Actor, s.Product = SessionEnd, Field{}, Field{} }, ""},
	} {
		s := good()
		c.change(&s)
		it, got := Judge(s, now, oldest)
		if got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
		if got == "" && (it.At.After(now) || strings.ContainsAny(it.License, " ") || strings.ContainsRune(it.Name, Lone)) {
			t.Errorf("%s: %+v", what, it)
		}
	}
	for _, r := range Refusals() {
		if r.Wrong == "" || r.Help == "" || RefusalOf(r.Reason) != r {
			t.Errorf("%+v", r)
		}
	}
}

func fill(s *Sent) {
	for i := range s.Properties {
		s.Properties[i] = Property{Key: strings.Repeat("k", i+1), Raw: "true"}
	}
}

// What goes into the inbox and into blocks comes out again.
func TestPacking(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 9, 0, 0, 1e6, time.UTC)
	b := Batch{Joins: []Join{{"a", "b"}}}
	for i := range byte(3) {
		b.Items = append(b.Items, Item{
			What: Event, Key: [16]byte{i}, ID: [16]byte{9}, At: at, Actor: "anna", Product: "App", Version: "1", License: "L", Category: "c", Name: "n\U0001f600", Body: `{}`,
		})
	}
	packed := b.Pack()
	got, err := UnpackBatch(packed)
	if err != nil || len(got.Items) != 3 || got.Items[2] != b.Items[2] || got.Joins[0] != b.Joins[0] {
		t.Errorf("%+v, %v", got, err)
	}
	for n := range packed {
		if _, err := UnpackBatch(packed[:n]); err == nil {
			t.Errorf("a batch of %d bytes of %d is read", n, len(packed))
		}
	}
	marks := []Mark{{Event, [16]byte{1}, at.UnixMilli() + 10_000, 1, 2, 3, 4, 5}, {Exception, [16]byte{2}, at.UnixMilli(), 9, 0, 0, 4, 5}}
	all := blocks(7, marks, []Content{{Name: "later"}, {Name: "sooner", Body: "{}"}})
	if len(all) != 2 || all[0].Contents[0].Name != "sooner" {
		t.Fatalf("%+v", all)
	}
	for i, b := range all {
		opened, err := b.Pack().OpenAll()
		if err != nil || opened.Marks[0] != b.Marks[0] || opened.Contents[0] != b.Contents[0] || opened.Seq != 7 || opened.Slot != all[i].Slot {
			t.Errorf("%+v, %v", opened, err)
		}
	}
}

func TestJoined(t *testing.T) {
	t.Parallel()
	links := map[string]Link{"a": {"b", "c", 0}, "b": {"c", "c", 0}}
	for _, c := range []struct {
		from, to string
		want     Joining
	}{
		{"x", "x", JoinNothing},
		{"x", "y", JoinThem},
		{"a", "b", JoinNothing},
		{"a", "c", JoinNothing},
		{"c", "a", JoinNothing},
		{"a", "x", JoinConflict},
		{"c", "x", JoinThem},
		{"x", "a", JoinThem},
	} {
		if got := Joined(c.from, c.to, links); got != c.want {
			t.Errorf("%s as %s: %d, want %d", c.from, c.to, got, c.want)
		}
	}
}

// At the bound of names, items with a further one are refused, and those of known names count.
func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]Reason{
		License: TooManyLicenses, Account: TooManyAccounts, Actor: TooManyActors, Product: TooManyProducts, Version: TooManyVersions,
	} {
		d := newDirectory(State{NextID: 10, Names: map[Kind]int64{kind: MostNames(kind) - 1}})
		first := Item{What: Event, Actor: "a", Product: "p", Version: "v", License: "l", Account: "c"}
		other := Item{What: Event, Actor: "a2", Product: "p2", Version: "v2", License: "l2", Account: "c2"}
		for range 2 {
			if m, reason := d.mark(first); reason != "" || m.License < 10 || m.Version < 10 {
				t.Errorf("%d: %+v, %q", kind, m, reason)
			}
		}
		if _, reason := d.mark(other); reason != want {
			t.Errorf("%d: %q, want %q", kind, reason, want)
		}
		if int64(len(d.made)) != d.next-10 {
			t.Errorf("%d: a refused item has brought names: %+v", kind, d.made)
		}
	}
}

func TestPlans(t *testing.T) {
	t.Parallel()
	ends := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	for plan, want := range map[string]bool{"starter": false, "pro": false, "business": true, "enterprise": true, "": false} {
		if (Plan{plan, ends}).Sees(ends) != want {
			t.Errorf("%q", plan)
		}
	}
	trial := Plan{"trial", ends}
	if trial.Sees(ends) || !trial.Sees(ends.Add(-1)) {
		t.Error("a trial ends at its end")
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(Batch{Items: []Item{{Actor: "a"}}, Joins: []Join{{"a", "b"}}}.Pack())
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = UnpackBatch(b)
		_, _ = UnpackUsed(b)
		_ = UnpackNumbers(b)
		_, _ = Packed{Events: 1, Keys: make([]byte, 16), Head: b, Body: b}.OpenAll()
	})
}
