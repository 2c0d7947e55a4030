package web

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Prose renders a text that a person wrote in a part of Markdown: headings, paragraphs,
// lists, quotes, code, bold, italics and links. HTML in it is shown as it was typed,
// pictures by their words, and links lead to http, https and mail only. Headings begin
// below the page's own.
func Prose(source string) (template.HTML, error) {
	md := goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(
				util.Prioritized(parser.NewThematicBreakParser(), 200),
				util.Prioritized(parser.NewListParser(), 300),
				util.Prioritized(parser.NewListItemParser(), 400),
				util.Prioritized(parser.NewCodeBlockParser(), 500),
				util.Prioritized(parser.NewATXHeadingParser(), 600),
				util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
				util.Prioritized(parser.NewBlockquoteParser(), 800),
				util.Prioritized(parser.NewParagraphParser(), 1000),
			),
			parser.WithInlineParsers(
				util.Prioritized(parser.NewCodeSpanParser(), 100),
				util.Prioritized(parser.NewLinkParser(), 200),
				util.Prioritized(parser.NewAutoLinkParser(), 300),
				util.Prioritized(parser.NewEmphasisParser(), 500),
			),
			parser.WithASTTransformers(util.Prioritized(tame{}, 100)),
		)),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(noPictures{}, 100))),
	)
	var b bytes.Buffer
	if err := md.Convert([]byte(source), &b); err != nil {
		return "", fmt.Errorf("web: a text to show: %w", err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // made of parts that the library escapes
}

// tame fits a text into a page of ours.
type tame struct{}

// Transform implements parser.ASTTransformer.
func (tame) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	top := 6
	each(doc, func(n ast.Node) {
		if h, ok := n.(*ast.Heading); ok {
			top = min(top, h.Level)
		}
	})
	var astray []ast.Node
	each(doc, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = min(6, n.Level-top+2)
		case *ast.Link:
			if leads(n.Destination) {
				n.SetAttributeString("rel", []byte("noopener noreferrer"))
			} else {
				astray = append(astray, n)
			}
		case *ast.AutoLink:
			if n.AutoLinkType != ast.AutoLinkEmail && !leads(n.URL(reader.Source())) {
				astray = append(astray, n)
			}
		}
	})
	for _, link := range astray { // its words stay
		parent := link.Parent()
		if auto, ok := link.(*ast.AutoLink); ok {
			parent.ReplaceChild(parent, link, ast.NewString(auto.Label(reader.Source())))
			continue
		}
		for link.FirstChild() != nil {
			parent.InsertBefore(parent, link, link.FirstChild())
		}
		parent.RemoveChild(parent, link)
	}
}

func each(doc ast.Node, do func(n ast.Node)) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // do never fails
		if entering {
			do(n)
		}
		return ast.WalkContinue, nil
	})
}

// leads reports whether a link leads where links of people's may.
func leads(to []byte) bool {
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if len(to) > len(scheme) && bytes.EqualFold(to[:len(scheme)], []byte(scheme)) {
			return true
		}
	}
	return false
}

// noPictures shows a picture by its words.
type noPictures struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (noPictures) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindImage, func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkContinue, nil })
}
