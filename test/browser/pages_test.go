package browser_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"chancery/internal/server/servertest"
)

// uuid is what tells one thing's page from another's.
var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// number is the same in the address of a prepaid card or device.
var number = regexp.MustCompile(`/([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9]{15})\b`)

// TestEveryPage follows every link of the console to each kind of page, and looks
// at it on a desk and a phone, in light and dark: axe-core finds no violation,
// nothing is wider than the screen or scrolls by a pixel, and the browser complains
// of nothing. With SCREENSHOTS=DIR it leaves pictures to be looked at.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), withGallery)
	v := s.Vendor(t, "Acme")
	furnish(t, s, v)
	b := open(t, s, v, desk())
	b.signIn(v)
	axe, err := os.ReadFile("testdata/axe.js")
	if err != nil {
		t.Fatal(err)
	}
	kinds := b.walk(string(axe), "", "/", "/search?q=sample", "/licenses", "/gallery", "/account", "/sign-in", "/forgot")
	t.Logf("%d kinds of page: %s", len(kinds), strings.Join(kinds, " "))
	if len(kinds) < 10 {
		t.Errorf("only %d kinds of page were found", len(kinds))
	}
}

// walk looks at one page of each kind that these lead to, and gives the kinds.
func (b *tab) walk(axe, who string, queue ...string) []string {
	b.Helper()
	return b.walkBelow("", axe, who, queue...)
}

// walkBelow is walk that follows no link out of a part of the face.
func (b *tab) walkBelow(part, axe, who string, queue ...string) []string {
	b.Helper()
	seen := map[string]bool{}
	for len(queue) > 0 && len(seen) < 200 {
		path := queue[0]
		queue = queue[1:]
		kind := kindOf(path)
		if seen[kind] {
			continue
		}
		seen[kind] = true
		b.inspect(path, axe, desk(), who+"desk")
		b.inspect(path, axe, phone(), who+"phone")
		b.do(chromedp.EmulateViewport(desk().Width, desk().Height))
		for _, next := range b.links() {
			if !seen[kindOf(next)] && strings.HasPrefix(next, part) {
				queue = append(queue, next)
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// kindOf is what pages that differ in ids and parameters have in common.
func kindOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	return number.ReplaceAllString(uuid.ReplaceAllString(path, "{id}"), "/{number}")
}

// links are the addresses of pages below the console that this one leads to.
func (b *tab) links() []string {
	all := ask[[]string](b, `Array.from(document.querySelectorAll("a[href]")).filter(function (a) { return !a.hasAttribute("download"); }).map(function (a) { return new URL(a.getAttribute("href"), location.href).href; })`)
	var below []string
	for _, href := range all {
		path, ok := strings.CutPrefix(href, b.base)
		if ok && strings.HasPrefix(path, "/") && !strings.Contains(path, "format=csv") && !isFile(path) {
			below = append(below, path)
		}
	}
	return below
}

// isFile: what a browser saves and does not show.
func isFile(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for _, end := range []string{".csv", ".pem", ".xml", ".lic", "/head", ".jws", ".json"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target []any  `json:"target"`
		HTML   string `json:"html"`
	} `json:"nodes"`
}

// inspect opens a page on a screen and looks at it in both themes.
func (b *tab) inspect(path, axe string, on screen, name string) {
	b.Helper()
	b.do(chromedp.EmulateViewport(on.Width, on.Height))
	b.get(path)
	b.until("the page", `document.readyState === "complete"`)
	if wide := ask[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		b.Errorf("%s on a %s is %d px too wide: %s", path, name, wide, ask[string](b, widest))
	}
	if stray := ask[string](b, strays); stray != "" {
		b.Errorf("%s on a %s: a scroll bar for nothing beside %s", path, name, stray)
	}
	if tight := ask[string](b, tights); tight != "" {
		b.Errorf("%s on a %s: no room around the words of %s", path, name, tight)
	}
	ask[bool](b, axe+";true")
	for _, theme := range []string{"light", "dark"} {
		ask[bool](b, `document.documentElement.setAttribute("data-bs-theme", "`+theme+`"), document.querySelectorAll("details.app-figures").forEach(function (d) { d.open = true; }), true`)
		b.apart(path, name)
		b.shoot(path, name+"-"+theme)
		only := `{}`
		if theme == "dark" {
			only = `{runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}}` // the rest is as it is in light
		}
		b.violations(path, name+" in "+theme, only)
	}
	for _, complaint := range b.complaints() {
		b.Errorf("%s on a %s: %s", path, name, complaint)
	}
}

// violations tells what axe-core finds on the page, of whatever impact.
func (b *tab) violations(path, name, options string) {
	b.Helper()
	result := b.await(`axe.run(document, Object.assign({resultTypes: ["violations"]}, ` + options + `)).then(function (r) { return JSON.stringify(r.violations); })`)
	var found []violation
	if err := json.Unmarshal([]byte(result), &found); err != nil {
		b.Fatal(err)
	}
	for _, v := range found {
		where := ""
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			where += "\n    " + n.HTML
		}
		b.Errorf("%s on a %s: %s (%s, %s), %d times:%s", path, name, v.Help, v.ID, v.Impact, len(v.Nodes), where)
	}
}

// apart holds that what a chart shows side by side can be told apart.
func (b *tab) apart(path, name string) {
	b.Helper()
	b.until("the charts", `Array.from(document.querySelectorAll("[data-chart]")).every(function (e) { return window.echarts && echarts.getInstanceByDom(e); })`)
	for _, alike := range ask[[]string](b, `Array.from(document.querySelectorAll("[data-chart]")).flatMap(function (e) {
		var seen = {};
		return echarts.getInstanceByDom(e).getOption().series.filter(function (s) { return s.type !== "pie"; }).flatMap(function (s) {
			var c = s.itemStyle.color, twin = seen[c];
			seen[c] = s.name;
			return twin ? [twin + " and " + s.name + " are both " + c] : [];
		});
	})`) {
		b.Errorf("%s in %s: %s", path, name, alike)
	}
}

// widest names what sticks out of the page.
const widest = `Array.from(document.querySelectorAll("body *")).filter(function (e) {
	return e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".table-responsive, .app-tabs, .app-code, .app-drop-menu");
}).slice(0, 3).map(function (e) { return e.tagName + "." + e.className; }).join(", ")`

// tights names buttons beside a field whose words reach into their padding: the field has
// left them no room.
const tights = `Array.from(document.querySelectorAll(".app-find .btn")).filter(function (e) {
	var s = getComputedStyle(e), box = e.getBoundingClientRect(), words = document.createRange();
	if (!box.width || e.querySelector(".visually-hidden")) { return false; }
	words.selectNodeContents(e);
	var drawn = words.getBoundingClientRect();
	return drawn.width > 0 && (drawn.left < box.left + parseFloat(s.paddingLeft) - 2 || drawn.right > box.right - parseFloat(s.paddingRight) + 2);
}).slice(0, 3).map(function (e) { return e.innerText.trim(); }).join(", ")`

// strays names what scrolls by a few pixels: where scroll bars take room, it has one
// for nothing.
const strays = `Array.from(document.querySelectorAll("body *")).filter(function (e) {
	var s = getComputedStyle(e), by = e.scrollHeight - e.clientHeight;
	return (s.overflowY === "auto" || s.overflowY === "scroll") && by > 0 && by < 8 && e.tagName !== "TEXTAREA";
}).slice(0, 3).map(function (e) { return e.tagName + "." + e.className; }).join(", ")`

// shoot leaves a picture.
func (b *tab) shoot(path, name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := contextWithPatience(b)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatal(err)
	}
	file := strings.Trim(strings.ReplaceAll(kindOf(path), "/", "_"), "_")
	if file == "" {
		file = "overview"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, file+"-"+name+".png"), png, 0o600); err != nil {
		b.Fatal(err)
	}
}
