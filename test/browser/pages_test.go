package browser_test

import (
	"encoding/json"
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

// TestEveryPage follows every link of the console to each kind of page, and looks
// at it on a desk and a phone, in light and dark: axe-core finds no serious
// violation, nothing is wider than the screen, and the browser complains of
// nothing. With SCREENSHOTS=DIR it leaves pictures to be looked at.
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
	seen := map[string]bool{}
	queue := []string{"/", "/licenses", "/gallery", "/account", "/sign-in", "/forgot"}
	for len(queue) > 0 && len(seen) < 200 {
		path := queue[0]
		queue = queue[1:]
		kind := kindOf(path)
		if seen[kind] {
			continue
		}
		seen[kind] = true
		b.look(path, string(axe), desk(), "light")
		b.look(path, string(axe), night(), "dark")
		b.look(path, string(axe), phone(), "phone")
		b.do(chromedp.EmulateViewport(desk().Width, desk().Height))
		for _, next := range b.links() {
			if !seen[kindOf(next)] {
				queue = append(queue, next)
			}
		}
	}
	kinds := make([]string, 0, len(seen))
	for k := range seen {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	t.Logf("%d kinds of page: %s", len(kinds), strings.Join(kinds, " "))
	if len(kinds) < 10 {
		t.Errorf("only %d kinds of page were found", len(kinds))
	}
}

// kindOf is what pages that differ in ids and parameters have in common.
func kindOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	return uuid.ReplaceAllString(path, "{id}")
}

// links are the addresses of pages below the console that this one leads to.
func (b *tab) links() []string {
	all := ask[[]string](b, `Array.from(document.querySelectorAll("a[href]")).filter(function (a) { return !a.hasAttribute("download"); }).map(function (a) { return a.href; })`)
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

func (b *tab) look(path, axe string, look screen, name string) {
	b.Helper()
	b.do(chromedp.EmulateViewport(look.Width, look.Height))
	b.get(path)
	theme := "light"
	if look.Dark {
		theme = "dark"
	}
	b.until("the page", `document.readyState === "complete"`)
	ask[bool](b, `document.documentElement.setAttribute("data-bs-theme", "`+theme+`"), true`)
	if wide := ask[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		b.Errorf("%s on a %s screen is %d px too wide: %s", path, name, wide, ask[string](b, widest))
	}
	b.apart(path, name)
	b.shoot(path, name)
	if name == "phone" {
		return // what is said there is what is said on a desk
	}
	ask[bool](b, axe+";true")
	rules := `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]`
	if look.Dark {
		rules = `{type: "rule", values: ["color-contrast"]}` // the rest is as it is in light
	}
	result := b.await(`axe.run(document, {resultTypes: ["violations"], runOnly: ` + rules + `}).then(function (r) { return JSON.stringify(r.violations); })`)
	var found []violation
	if err := json.Unmarshal([]byte(result), &found); err != nil {
		b.Fatal(err)
	}
	for _, v := range found {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		where := ""
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			where += "\n    " + n.HTML
		}
		b.Errorf("%s in %s: %s (%s), %d times:%s", path, name, v.Help, v.ID, len(v.Nodes), where)
	}
	for _, complaint := range b.complaints() {
		b.Errorf("%s in %s: %s", path, name, complaint)
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
