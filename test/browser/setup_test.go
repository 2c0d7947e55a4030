package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"chancery/internal/language"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// chromium is the one browser of this package's tests. Each tab has cookies of
// its own.
var chromium context.Context

func TestMain(m *testing.M) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		fmt.Fprintln(os.Stderr, "The tests of the screens need Chromium: scripts/install.sh chromium (make test does it)")
		os.Exit(1)
	}
	os.Exit(run(m, path))
}

func run(m *testing.M, path string) int {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-GB"),
		chromedp.Flag("host-resolver-rules", "MAP *.acme.example 127.0.0.1"), // host names of a vendor's own
	)
	all, end := chromedp.NewExecAllocator(context.Background(), options...)
	defer end()
	first, stop := chromedp.NewContext(all)
	defer stop()
	if err := chromedp.Do(first); err != nil {
		fmt.Fprintln(os.Stderr, "start Chromium:", err)
		return 1
	}
	chromium = first //nolint:fatcontext // it is the browser of all tests, and grows no chain
	return m.Run()
}

// screen is how a tab looks.
type screen struct {
	Width, Height int64
	Dark          bool
	NoScript      bool
	Language      string // that its owner switches to below the sign-in form; "" for English
}

func desk() screen  { return screen{Width: 1360, Height: 900} }
func phone() screen { return screen{Width: 360, Height: 740} }

// tab is somebody at the console, in a browser.
type tab struct {
	*testing.T

	ctx  context.Context //nolint:containedctx // a tab of chromedp is its context
	base string          // http://127.0.0.1:…/console/acme
	look screen
	lang *language.Language // of the portal's pages; nil for English

	mu       sync.Mutex
	troubles []string // what the browser complained of
}

// patience is how long a person would wait for what a step leads to; the tests
// run beside others on a busy machine.
const patience = time.Minute

// open opens a tab that nobody is signed in to. A script's error, or something that
// the page's policy forbids, fails the test.
func open(t *testing.T, s *servertest.Server, v wiring.NewVendor, look screen) *tab {
	t.Helper()
	b := &tab{T: t, base: s.Program.URL() + "/console/" + v.Slug, look: look}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	b.ctx, cancel = context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(b.ctx); err != nil { // the tab lives as long as the context it begins with
		t.Fatal(err)
	}
	scheme := "light"
	if look.Dark {
		scheme = "dark"
	}
	b.do(chromedp.EmulateViewport(look.Width, look.Height), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: look.NoScript})
		return err
	}))
	t.Cleanup(func() {
		if complaints := b.complaints(); len(complaints) > 0 {
			t.Errorf("the browser complained:\n%s", strings.Join(complaints, "\n"))
		}
	})
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, "script: "+e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	case *cdplog.EventEntryAdded:
		// A refused form is an answer of 4xx, which the browser notes too; and tests speak no TLS.
		if e.Entry.Level == "error" && !strings.Contains(e.Entry.Text, "Failed to load resource") && !strings.Contains(e.Entry.Text, "over an insecure connection") {
			b.troubles = append(b.troubles, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// complaints gives what the browser has complained of, and forgets it.
func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.troubles
	b.troubles = nil
	return all
}

// do runs steps, each within a person's patience.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			b.Fatalf("step %d at %s: %v\n%s", i+1, b.path(), err, b.shown())
		}
	}
}

// get opens a page below the console.
func (b *tab) get(path string) {
	b.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// ask evaluates an expression in the page.
func ask[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("%s at %s: %v", expression, b.path(), err)
	}
	return v
}

// until waits for an expression to hold, over page loads.
func (b *tab) until(what, expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			b.Fatalf("%s was never seen at %s; the page says:\n%s", what, b.path(), b.shown())
		case <-tick.C:
		}
	}
}

// see waits for a text on the page, and for its script.
func (b *tab) see(text string) {
	b.Helper()
	b.until(fmt.Sprintf("%q", text), fmt.Sprintf("document.readyState === 'complete' && document.body.innerText.replace(/\\s+/g, ' ').includes(%q)", text))
}

// speaks sets the language in which the portal's pages are read from now on, and gives
// what it calls itself.
func (b *tab) speaks(t *testing.T, code string) string {
	t.Helper()
	all, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	b.lang = all.Of(code)
	return b.lang.Name()
}

// say gives a text of the catalogue in the language of the pages.
func (b *tab) say(text string, args ...any) string { return b.lang.T(text, args...) }

// at waits for a page whose path below the console begins with this.
func (b *tab) at(path string) {
	b.Helper()
	b.until("the page "+path, fmt.Sprintf("document.readyState === 'complete' && location.href.startsWith(%q)", b.base+path))
}

// click clicks the first visible link, button or summary with this text.
func (b *tab) click(text string) {
	b.Helper()
	find := fmt.Sprintf(`(function () {
		var scope = document.querySelector("dialog[open]") || document;
		var all = Array.from(scope.querySelectorAll("a, button, summary, label"));
		var shown = all.filter(function (e) { return e.offsetParent !== null || e.getClientRects().length > 0; });
		var is = function (e) { return e.textContent.trim().replace(/\s+/g, " ") === %[1]q; };
		return shown.find(is);
	})()`, text)
	b.until("something to click called "+text, find)
	ask[bool](b, find+".click(), true")
}

// fill types into a field by its label.
func (b *tab) fill(label, value string) {
	b.Helper()
	find := fmt.Sprintf(`(function () {
		var scope = document.querySelector("dialog[open]") || document;
		var l = Array.from(scope.querySelectorAll("main label, dialog label")).find(function (l) { return l.textContent.trim().replace(/\s+/g, " ") === %[1]q; });
		return l && (l.control || document.getElementById(l.htmlFor));
	})()`, label)
	b.until("the field "+label, find)
	ask[bool](b, fmt.Sprintf(`(function (f) { f.value = %q; f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return true; })(%s)`, value, find))
}

// press sends keys to what has the focus.
func (b *tab) press(keys string) {
	b.Helper()
	b.do(chromedp.KeyEvent(keys))
}

func (b *tab) path() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "?"
	}
	return strings.TrimPrefix(at, b.base)
}

func (b *tab) shown() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
	if err != nil {
		return err.Error()
	}
	return text
}

// signIn comes in as the owner, the way a person does.
func (b *tab) signIn(v wiring.NewVendor) {
	b.Helper()
	b.get("/sign-in")
	b.fill("E-mail", v.OwnerEmail)
	b.fill("Password", v.OwnerPassword)
	b.click("Sign in")
	b.until("the console", fmt.Sprintf("location.href.startsWith(%q) && !location.href.includes('/sign-in') && document.readyState === 'complete'", b.base))
}
