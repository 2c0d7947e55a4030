// Package language owns the languages in which the server speaks to people: the
// catalogue of texts with one file for each language (texts/de.json), and how a
// language writes numbers, days and times. Load is the whole catalogue.
//
// A text is known by its English words, which stand where it is used: T("Sign in") in
// code, {{t "Sign in"}} in templates. What rooms say of a fault is found by its English
// words too (Said). A text that a language lacks comes in English, and a test fails.
// Who speaks which language is not in here: web and mailing decide it.
package language
