package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chancery/internal/server/servertest"
)

// TestByKeyboard walks the main path without a mouse: sign in, make a product, find
// a customer from anywhere, and issue a licence. What has the focus can be seen.
func TestByKeyboard(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	furnish(t, s, v)
	b := open(t, s, v, desk())

	b.get("/sign-in")
	b.tabTo(`#email`)
	b.press(v.OwnerEmail + kb.Tab + v.OwnerPassword + kb.Enter)
	b.see("Overview")

	// The first key press on a page offers to skip what every page has.
	b.get("/products")
	b.press(kb.Tab)
	b.until("the way past the navigation", `document.activeElement.classList.contains("skip")`)
	b.press(kb.Enter)
	b.until("the content", `location.hash === "#main"`)

	b.get("/products/new")
	b.tabTo(`#name`)
	b.press("Keyboard Studio" + kb.Enter)
	b.see("Keyboard Studio")

	// Ctrl-K searches from anywhere; the arrows go through what was found.
	b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until("the search", `document.activeElement.id === "search"`)
	b.press("Sample cust")
	b.until("what was found", `Array.from(document.querySelectorAll("#search-results a")).some(function (a) { return a.offsetParent && a.textContent.includes("Sample customer"); })`)
	for range 10 {
		b.press(kb.ArrowDown)
		if ask[bool](b, `document.activeElement.textContent.includes("Sample customer")`) {
			break
		}
	}
	b.press(kb.Enter)
	b.at("/customers/")

	b.get("/licenses/new")
	b.tabTo(`#customer`)
	b.press("Sample customer")
	b.tabTo(`#edition_id`)
	b.press("Stan")
	b.until("the edition", `document.querySelector("#edition_id").selectedOptions[0].textContent.includes("Standard")`)
	b.tabTo(`main button[type=submit]`)
	b.press(kb.Enter)
	b.until("the licence's page", `/\/licenses\/[0-9a-f-]{36}/.test(location.pathname)`)
	b.see("Valid")
}

// tabTo presses Tab until what the selector finds has the focus, and looks that
// the focus can be seen on the way.
func (b *tab) tabTo(selector string) {
	b.Helper()
	b.until("the page", `document.readyState === "complete" && document.querySelector(`+fmt.Sprintf("%q", selector)+`)`)
	for range 120 {
		if ask[bool](b, fmt.Sprintf(`document.activeElement === document.querySelector(%q)`, selector)) {
			return
		}
		b.press(kb.Tab)
		if seen := ask[string](b, unseen); seen != "" {
			b.Errorf("at %s the focus on %s can't be seen", b.path(), seen)
		}
	}
	b.Fatalf("Tab never comes to %s at %s", selector, b.path())
}

// unseen names what has the focus without showing it; empty when it shows.
const unseen = `(function () {
	var e = document.activeElement;
	if (!e || e === document.body) { return ""; }
	var s = getComputedStyle(e), box = e.getBoundingClientRect();
	var shows = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none";
	return shows && box.width > 0 ? "" : e.tagName + " " + (e.id || e.textContent.trim().slice(0, 30));
})()`
