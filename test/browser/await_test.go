package browser_test

import (
	"context"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"chancery/internal/server"
)

func withGallery(c *server.Config) { c.Gallery = true }

func contextWithPatience(b *tab) (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, patience)
}

// await evaluates a promise.
func (b *tab) await(expression string) string {
	b.Helper()
	ctx, cancel := contextWithPatience(b)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }))
	if err != nil {
		b.Fatalf("%s: %v", expression[:min(60, len(expression))], err)
	}
	return v
}
