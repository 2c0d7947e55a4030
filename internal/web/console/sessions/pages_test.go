package sessions_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleSessions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		servertest.Says(t, s.Get(t, "/sessions"), "main", "No sessions yet")
		servertest.Says(t, s.Get(t, "/sessions/limits"), "main", "No session is open")
		id, key := s.Issue(t, s.Team, servertest.Fields{"name": "Team of Kirk"})
		open := func(client, user string) {
			s.Call(t, "/provisioning/session/open", servertest.Fields{"license_id": key, "client_id": client, "user_id": user})
		}
		open("drill-1", "ann")
		open("drill-2", "bob")
		servertest.Says(t, s.Get(t, "/sessions"), "#rows", "Team of Kirk", "drill-1", "ann", "Open")
		servertest.Says(t, s.Get(t, "/sessions?user=bob"), "#rows", "drill-2")
		servertest.Says(t, s.Get(t, "/sessions/limits"), "#rows", "Team of Kirk", "2 of 2", "More are refused")
		servertest.Says(t, s.Get(t, "/licenses/"+id), "main", "Sessions open now", "2 of 2")
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/sessions?state=open"), "#rows", "drill-1", "drill-2")
		if p := s.Get(t, "/sessions?state=overuse"); !strings.Contains(p.Text("main"), "Nothing matches") {
			t.Errorf("overuse: %s", p.Text("main"))
		}
		href := strings.TrimPrefix(s.Get(t, "/sessions?client=drill-1").Find("#rows a[href$='/close']").AttrOr("href", ""), s.Base)
		servertest.Says(t, s.Get(t, href), "main", "drill-1", "Its place is free at once")
		servertest.Says(t, s.Post(t, href, nil), "main", "The session was closed", "drill-2")
		servertest.Refuses(t, s.Post(t, href, nil), "", "has ended already")
		servertest.Says(t, s.Get(t, "/sessions?state=past"), "#rows", "drill-1", "Released")
	})
}
