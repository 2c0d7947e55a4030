package account

import (
	"strings"

	"chancery/internal/web"
)

// browser says in two words what a User-Agent says in a hundred characters; what
// it does not know it shows as it is.
func browser(q *web.Request, agent string) string {
	name, system := "", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			name = b[1]
			break
		}
	}
	for _, s := range [][2]string{
		{"Windows", "Windows"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS", "macOS"}, {"Android", "Android"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, s[0]) {
			system = s[1]
			break
		}
	}
	switch {
	case name != "" && system != "":
		return q.T("%s on %s", name, system)
	case name+system != "":
		return name + system
	case agent == "":
		return q.T("Unknown browser")
	}
	return string([]rune(agent)[:min(len([]rune(agent)), 60)])
}
