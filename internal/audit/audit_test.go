package audit

import (
	"testing"
	"time"

	"chancery/internal/ident"
)

func sample() Record {
	before, after := `{"a":1}`, `{"a":2}`
	return Record{
		ID: 7, At: time.UnixMilli(1_773_480_413_589), Action: "license.updated", Subject: "license", SubjectID: ident.UUID{1, 2},
		LicenseID: 9, ActorKind: "user", ActorID: "u", ActorName: "Anna", Address: "192.0.2.1", RequestID: "r",
		Before: &before, After: &after,
	}
}

func TestDigestCoversEveryField(t *testing.T) {
	t.Parallel()
	vendor := ident.UUID{9}
	whole := sample().Digest(vendor)
	if again := sample().Digest(vendor); again != whole {
		t.Fatal("two digests of one record differ")
	}
	other := "x"
	empty := ""
	for name, change := range map[string]func(*Record){
		"id": func(r *Record) { r.ID++ }, "at": func(r *Record) { r.At = r.At.Add(time.Millisecond) },
		"action": func(r *Record) { r.Action = other }, "subject": func(r *Record) { r.Subject = other },
		"subject id": func(r *Record) { r.SubjectID[15] = 1 }, "license": func(r *Record) { r.LicenseID = 0 },
		"actor kind": func(r *Record) { r.ActorKind = other }, "actor id": func(r *Record) { r.ActorID = other },
		"actor name": func(r *Record) { r.ActorName = other }, "address": func(r *Record) { r.Address = other },
		"request": func(r *Record) { r.RequestID = other }, "before": func(r *Record) { r.Before = nil },
		"empty before": func(r *Record) { r.Before = &empty }, "after": func(r *Record) { r.After = &other },
		"moved text": func(r *Record) { r.ActorID, r.ActorName = "uA", "nna" },
	} {
		r := sample()
		change(&r)
		if r.Digest(vendor) == whole {
			t.Errorf("a changed %s leaves the digest as it was", name)
		}
	}
	if sample().Digest(ident.UUID{8}) == whole {
		t.Error("another vendor's record has the same digest")
	}
}

// The canonical form is published: chains made today must verify for ever.
func TestDigestIsFixed(t *testing.T) {
	t.Parallel()
	h := Hash{}.Next(sample().Digest(ident.UUID{9}))
	head := Head{Vendor: ident.UUID{9}, Sequence: 1, Hash: h, At: sample().At}
	const want = "chancery-audit-head-1 09000000-0000-0000-0000-000000000000 1 " +
		"bd62f514e9fcd54179840f75e97f56f1ffd016990dbae5881a835d52923ed45c 2026-03-14T09:26:53Z"
	if got := head.Text(); got != want {
		t.Errorf("%s", got)
	}
}

func TestParseHead(t *testing.T) {
	t.Parallel()
	h := Head{Vendor: ident.UUID{9}, Sequence: 12, Hash: Hash{1, 2, 3}, At: time.Unix(1_773_480_413, 0).UTC()}
	if got, err := ParseHead(h.Text()); err != nil || got != h {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "x", h.Text() + " more", h.Text()[:80], "chancery-audit-head-2" + h.Text()[len(headForm):]} {
		if _, err := ParseHead(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(Head{Vendor: ident.UUID{9}, Sequence: 12, At: time.Unix(0, 0)}.Text())
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHead(s)
		if err != nil {
			return
		}
		if again, err := ParseHead(h.Text()); err != nil || again.Hash != h.Hash || again.Sequence != h.Sequence {
			t.Errorf("%q does not survive: %v", s, err)
		}
	})
}
