package mail

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// forbidden tells what a template may not hold: anything but variables of the
// list and {{if}} on one. Functions and loops would let a vendor keep the server
// busy, or show what is not for the recipient.
func forbidden(text string, variables []string) string {
	t, err := template.New("").Parse(text)
	if err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ")
		if _, after, ok := strings.Cut(reason, ": "); ok {
			reason = after
		}
		return "can't be read as a template: " + reason
	}
	if len(t.Templates()) > 1 {
		return "may not define further templates"
	}
	if t.Tree == nil {
		return ""
	}
	return walk(t.Root, variables)
}

func walk(n parse.Node, variables []string) string {
	switch n := n.(type) {
	case nil, *parse.TextNode, *parse.CommentNode:
		return ""
	case *parse.ListNode:
		if n == nil {
			return ""
		}
		for _, each := range n.Nodes {
			if message := walk(each, variables); message != "" {
				return message
			}
		}
		return ""
	case *parse.ActionNode:
		return variable(n.Pipe, variables)
	case *parse.IfNode:
		if message := variable(n.Pipe, variables); message != "" {
			return message
		}
		if message := walk(n.List, variables); message != "" {
			return message
		}
		return walk(n.ElseList, variables)
	}
	return fmt.Sprintf("may hold variables and {{if .Name}} only, not %.40s", n)
}

// variable is the only pipe there is: one name.
func variable(p *parse.PipeNode, variables []string) string {
	if p != nil && len(p.Decl) == 0 && len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 {
		if f, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok && len(f.Ident) == 1 && slices.Contains(variables, f.Ident[0]) {
			return ""
		}
	}
	return fmt.Sprintf("may name only {{.%s}}, not {{%.40s}}", strings.Join(variables, "}}, {{."), p)
}
