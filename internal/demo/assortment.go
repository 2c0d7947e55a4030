package demo

import (
	"time"

	"chancery/internal/catalog"
)

// releases are the versions of a product, and how many days before the end each came out.
type releases []release

type release struct {
	version string
	age     int
}

// versionAt is the version that was the newest at an instant; the oldest before that.
func (s *stocked) versionAt(t time.Time) string {
	version := s.releases[0].version
	for _, r := range s.releases {
		if !t.Before(s.end.Add(-days(r.age))) {
			version = r.version
		}
	}
	return version
}

// sold is an edition that the crowd buys.
type sold struct {
	edition  catalog.Edition
	share    int // in a hundred licences
	releases releases
}

func studioReleases() releases {
	return releases{{"3.1.0", 400}, {"3.2.4", 170}, {"3.3.1", 75}, {"3.4.0", 26}}
}

func serverReleases() releases { return releases{{"1.9.2", 500}, {"2.0.3", 120}, {"2.1.0", 40}} }

func cloudReleases() releases {
	return releases{{"2026.1", 320}, {"2026.2", 140}, {"2026.3", 60}, {"2026.4", 12}}
}

// assortment is what the crowd buys; the shares make a hundred.
func (h *historian) assortment() []sold {
	e := h.editions
	return []sold{
		{e.standard, 30, studioReleases()},
		{e.pro, 20, studioReleases()},
		{e.trial, 12, studioReleases()},
		{e.team, 9, studioReleases()},
		{e.floating, 10, serverReleases()},
		{e.cloud, 13, cloudReleases()},
		{e.pages, 6, cloudReleases()},
	}
}

func pick(n int, all []sold) int {
	for i, s := range all {
		if n -= s.share; n < 0 {
			return i
		}
	}
	return 0
}

// machineAt gives a machine by a number below 100.
func machineAt(n int) machine {
	all := machines()
	switch {
	case n < 46:
		return all[0]
	case n < 63:
		return all[3]
	case n < 80:
		return all[1]
	case n < 88:
		return all[4]
	}
	return all[2]
}

// systemAt is what a client's system is after its upgrade.
func systemAt(was string, upgraded bool) string {
	newer := map[string]string{"Windows 10": "Windows 11", "macOS 14": "macOS 15", "Debian 12": "Debian 13"}
	if to, ok := newer[was]; ok && upgraded {
		return to
	}
	return was
}

// country gives a country by a number below 100.
func country(n int) string {
	for _, c := range []struct {
		code string
		to   int
	}{{"DE", 26}, {"GB", 43}, {"US", 57}, {"FR", 67}, {"NL", 74}, {"IT", 80}, {"ES", 85}, {"PL", 89}, {"CH", 92}, {"AT", 95}, {"SE", 97}} {
		if n < c.to {
			return c.code
		}
	}
	return "JP"
}
