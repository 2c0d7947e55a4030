package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"chancery/internal/server/servertest"
)

// TestIssuingByKeyboard chooses among editions with the arrow keys: what depends on the
// edition follows, and nothing else moves or is lost.
func TestIssuingByKeyboard(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	furnish(t, s, v)
	b := open(t, s, v, screen{Width: 1360, Height: 500})
	b.signIn(v)
	b.get("/licenses/new")
	b.tabTo(`[name=who]`)
	b.press(kb.ArrowDown)
	b.tabTo(`#company_name`)
	b.press("Sample workshop" + kb.Tab + "workshop@example.com")
	b.tabTo(`#edition_id`)
	b.until("the mail to the new customer", `document.querySelector("#edition-says").textContent.trim() === ""`)
	ask[bool](b, `window.stays = document.querySelector("#edition_id"), true`)
	at := ask[int](b, `Math.round(stays.getBoundingClientRect().top)`)

	b.press(kb.ArrowDown)
	b.until("what the first edition says", `document.querySelector("#edition-says").innerText.includes("2 activations") && document.querySelector("#token_limit")`)
	b.press(kb.ArrowDown)
	b.until("what the second edition says", `document.querySelector("#edition-says").innerText.includes("2 sessions") && !document.querySelector("#token_limit")`)
	b.until("the mail", `document.querySelector("#edition-says").innerText.includes("workshop@example.com")`)
	b.press(kb.ArrowUp)
	b.until("what the first edition says", `document.querySelector("#edition-says").innerText.includes("2 activations") && document.querySelector("#token_limit")`)
	if !ask[bool](b, `document.activeElement === stays && stays.isConnected`) {
		t.Error("the focus has left the list of editions")
	}
	if now := ask[int](b, `Math.round(stays.getBoundingClientRect().top)`); now != at {
		t.Errorf("the list of editions was at %d px, and is at %d", at, now)
	}

	// What is typed into a part stays when the part is read again.
	b.tabTo(`#token_limit`)
	b.press("7")
	ask[bool](b, `document.querySelector("#name").value = "Site A", document.querySelector("#name").dispatchEvent(new Event("change", {bubbles: true}))`)
	b.until("the name in the mail", `document.querySelector("#edition-says").innerText.includes("Site A")`)
	if !ask[bool](b, `document.activeElement.id === "token_limit" && document.activeElement.value === "7" && document.querySelector("#company_name").value === "Sample workshop"`) {
		t.Error("what was typed is lost, or the focus is")
	}
	if query := ask[string](b, `location.search`); query != "" {
		t.Errorf("what was typed is in the address: %s", query)
	}
	b.press(kb.Enter)
	b.see("The licence was issued to Sample workshop")
	b.see("7 devices")
}

// TestIssuingWithoutScript looks an edition up by a button: nothing typed enters the
// address, and nothing is lost.
func TestIssuingWithoutScript(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	furnish(t, s, v)
	b := open(t, s, v, screen{Width: 1360, Height: 900, NoScript: true})
	b.signIn(v)
	b.get("/licenses/new")
	b.fill("Customer", "Sample")
	b.fill("Name", "Site A")
	b.choose("edition_id", "Standard")
	b.click("Look up")
	b.see("2 activations")
	b.see("Which of them")
	if at := ask[string](b, `location.search + document.querySelector("#name").value`); at != "?Site A" && at != "Site A" {
		t.Errorf("after looking it up: %s", at)
	}
}
