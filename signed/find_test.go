package signed_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"chancery/signed"
)

// everyLine puts something in front of each line.
func everyLine(text, prefix string) string {
	return prefix + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
}

func inUTF16(order binary.AppendByteOrder, mark bool, text string) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// mangled are the ways in which a text comes back from mails, chats and editors.
func mangled(text string) map[string][]byte {
	lines := strings.TrimSpace(text)
	wrapped := func(width int) string {
		var b strings.Builder
		for i, c := range lines {
			if i > 0 && i%width == 0 {
				b.WriteString("\r\n")
			}
			b.WriteRune(c)
		}
		return b.String()
	}
	all := map[string]string{
		"as it is":                     text,
		"a mark in front":              "\uFEFF" + text,
		"quoted":                       everyLine(text, "> "),
		"quoted twice":                 everyLine(text, ">> "),
		"quoted with bars":             everyLine(text, "| "),
		"a text around":                "Hello,\r\n\r\nhere is the file:\n\n" + text + "\nBest regards\nAnna\n\n--\nThis mail was checked for viruses: BEGIN of notice, CHANCERY\n",
		"a mail's end right behind it": text + "Anna",
		"an empty line between":        strings.ReplaceAll(text, "\n", "\n\n"),
		"line ends of Windows":         strings.ReplaceAll(text, "\n", "\r\n"),
		"line ends of old Macs":        strings.ReplaceAll(text, "\n", "\r"),
		"indented":                     everyLine(text, "    "),
		"in a pre":                     "<html><body><pre>" + text + "</pre></body></html>",
		"lines ended by br":            strings.ReplaceAll(text, "\n", "<br/>\n"),
		"in quotes":                    `"` + lines + `"`,
		"in other quotes":              "„" + lines + "“",
		"blanks that break nothing":    strings.ReplaceAll(text, "\n", "\u00A0\n"),
		"no padding":                   strings.ReplaceAll(text, "=", ""),
		"twice in a thread":            text + "\n\nOn Monday somebody wrote:\n" + everyLine(text, "> "),
	}
	if strings.HasPrefix(text, "-----BEGIN") {
		all["a dash eaten"] = text[1:]
		all["a dash before"] = "- " + text
		all["two dashes made one"] = strings.ReplaceAll(text, "--", "\u2014")
		all["no end line"], _, _ = strings.Cut(text, "-----END")
		all["all on one line"] = strings.ReplaceAll(text, "\n", " ")
	} else {
		all["broken after 60"] = wrapped(60)
		all["broken after 60 and quoted"] = everyLine(wrapped(60), "> ")
		all["broken, and Anna behind it"] = wrapped(60) + "\nAnna\n"
		all["soft breaks"] = strings.ReplaceAll(wrapped(75), "\r\n", "=\r\n")
	}
	out := map[string][]byte{
		"UTF-16":                            inUTF16(binary.LittleEndian, true, text),
		"UTF-16, big end first":             inUTF16(binary.BigEndian, true, text),
		"UTF-16 without a mark":             inUTF16(binary.LittleEndian, false, text),
		"UTF-16 without, big end first":     inUTF16(binary.BigEndian, false, text),
		"UTF-16 of Windows, quoted, around": inUTF16(binary.LittleEndian, true, "Hello\r\n"+strings.ReplaceAll(everyLine(text, "> "), "\n", "\r\n")+"Anna"),
	}
	for name, text := range all {
		out[name] = []byte(text)
	}
	return out
}

func TestFindReadsWhatComesBackFromMails(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte(strings.Repeat("the key ", 60)))
	if err != nil {
		t.Fatal(err)
	}
	document, err := k.signer.SignDocument(signed.TypeLicense, []byte(strings.Repeat("the licence ", 60)))
	if err != nil {
		t.Fatal(err)
	}
	for form, text := range map[string]string{"armour": string(sealed.Armour()), "compact": sealed.Compact(), "document": string(document) + "\n"} {
		for name, mail := range mangled(text) {
			found, err := signed.Find(mail)
			if err != nil || len(found) != 1 {
				t.Errorf("%s, %s: found %d, %v", form, name, len(found), err)
				continue
			}
			if form == "document" {
				if d, err := k.trusted.VerifyDocument(found[0].Document, signed.TypeLicense); err != nil || !bytes.Equal(found[0].Document, document) || found[0].Type != d.Type {
					t.Errorf("document, %s: %+v, %v", name, found[0], err)
				}
				continue
			}
			if found[0].Request == nil || found[0].Request.Compact() != sealed.Compact() {
				t.Errorf("%s, %s: %+v", form, name, found[0])
			}
		}
	}
}

func TestFindGivesAllOfAText(t *testing.T) {
	t.Parallel()
	k := setup(t)
	var text []byte
	for _, content := range []string{"one", "two", "three"} {
		sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, sealed.Armour()...)
	}
	found, err := signed.Find(text)
	if err != nil || len(found) != 3 {
		t.Fatalf("found %d, %v", len(found), err)
	}
	for i, want := range []string{"one", "two", "three"} {
		if got, err := found[i].Request.Open(k.sealing); err != nil || string(got) != want {
			t.Errorf("the %d. is %q, %v", i+1, got, err)
		}
	}
}

func TestFindSaysWhatIsNotThere(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte(strings.Repeat("x", 522)))
	if err != nil {
		t.Fatal(err)
	}
	document, err := k.signer.SignDocument(signed.TypeLicense, []byte("p"))
	if err != nil {
		t.Fatal(err)
	}
	armour := string(sealed.Armour())
	body := strings.Index(armour, "\n\n") + 2
	cut := armour[:body+412+412/64]
	for name, c := range map[string]struct {
		text string
		have int
		want int
	}{
		"cut":               {cut, 412, 760},
		"cut, with its end": {cut + "\n-----END CHANCERY ACTIVATION REQUEST-----\n", 412, 760},
		"compact, cut":      {sealed.Compact()[:len(sealed.Compact())-348], 412, 760},
		"document, cut":     {string(document[:len(document)-1]), 0, 0},
		"payload, cut":      {string(document[:strings.Index(string(document), ".")+1]), 0, 0},
	} {
		var e *signed.CutError
		if found, err := signed.Find([]byte(c.text)); !errors.As(err, &e) || e.Have != c.have || e.Want != c.want || !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %d found, %v", name, len(found), err)
		}
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":         {"", signed.ErrNothing},
		"a mail":          {"Dear CHANCERY team,\n\nour machine has no licence. BEGIN by sending one.\n", signed.ErrNothing},
		"a photograph":    {"\xff\xd8\xff\xe0\x00\x10JFIF", signed.ErrNothing},
		"another's token": {"eyJhbGciOiJub25lIn0.eyJhIjoxfQ." + strings.Repeat("A", 86), signed.ErrNothing},
		"another kind":    {strings.ReplaceAll(armour, "ACTIVATION", "PARTY"), signed.ErrType},
		"another version": {strings.Replace(armour, "Version: 1", "Version: 9", 1), signed.ErrMalformed},
		"a header less":   {strings.Replace(armour, "Version: 1\n", "", 1), signed.ErrMalformed},
		"a header twice":  {strings.Replace(armour, "Version: 1\n", "Vendor: "+vendorID+"\n", 1), signed.ErrMalformed},
		"no vendor":       {strings.Replace(armour, vendorID, "acme", 1), signed.ErrMalformed},
		"far too large":   {strings.Repeat("x", signed.MaxText+1), signed.ErrTooLarge},
		"a length beyond": {strings.Replace(armour, "Length: 760", "Length: 99999999999", 1), signed.ErrMalformed},
	} {
		if found, err := signed.Find([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %d found, %v, want %v", name, len(found), err, c.want)
		}
	}
}

// A letter that was changed on the way is no other request: it does not open.
func TestFindForgivesNoOtherLetter(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("the key!"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(sealed.Armour()), sealed.Compact()} {
		for i := range 8 * len(text) {
			edited := []byte(text)
			edited[i/8] ^= 1 << (i % 8)
			found, err := signed.Find(edited)
			if err != nil || found[0].Request == nil || found[0].Request.Compact() == sealed.Compact() {
				continue // nothing, or it was no letter that counts
			}
			if content, err := found[0].Request.Open(k.sealing); err == nil {
				t.Errorf("bit %d of %q opens, as %q", i, text[i/8], content)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	k := setup(f)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	document, err := k.signer.SignDocument(signed.TypeLicense, []byte("p"))
	if err != nil {
		f.Fatal(err)
	}
	hybrid, err := signed.SealHybrid(k.hybrid.Public(), signed.SealActivation, vendorID, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range [][]byte{hybrid.Armour(), sealed.Armour(), []byte(sealed.Compact()), document, inUTF16(binary.LittleEndian, true, sealed.Compact())} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		found, err := signed.Find(text)
		if (err == nil) != (len(found) > 0) {
			t.Fatalf("found %d, %v", len(found), err)
		}
		for _, one := range found {
			if one.Request == nil {
				if again, err := signed.Find(one.Document); err != nil || !bytes.Equal(again[0].Document, one.Document) {
					t.Errorf("%q does not survive being found: %v", one.Document, err)
				}
				continue
			}
			for _, form := range [][]byte{one.Request.Armour(), []byte(one.Request.Compact())} {
				if again, err := signed.Find(form); err != nil || again[0].Request.Compact() != one.Request.Compact() {
					t.Errorf("%q does not survive being found: %v", form, err)
				}
			}
		}
	})
}

// What looks like a beginning a hundred thousand times costs no more than a look.
func TestFindIsBounded(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document, err := k.signer.SignDocument(signed.TypeLicense, []byte("p"))
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(document), ".")
	for name, begin := range map[string]string{
		"headers": "eyJ ", "our header": header + ".", "words": "CHANCERY ", "blocks": "BEGIN CHANCERY ", "lines": "CHANCERY1.A.v.k.65536.AAAA!",
	} {
		if found, err := signed.Find([]byte(strings.Repeat(begin, signed.MaxText/len(begin)))); err == nil {
			t.Errorf("%s: found %d", name, len(found))
		}
	}
}
