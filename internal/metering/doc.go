// Package metering owns meters: how much of a limitation a licence has consumed
// in this period and in its whole life, the ledger of every entry, rollbacks,
// resets, alerts; and what clients report of their use (usage features,
// analytical fields), which limits nothing. Service counts consumption, by the rules in
// decide.go, and Usage takes the reports.
//
// It does not own the limits themselves (catalog, and the licences' overrides of
// them) nor who a client is (licensing): Licenses is what it asks of them. Client
// surfaces and the management API call it. Its locks come last: client, licence,
// meter; the meters of one call in the order of licence and limitation.
package metering
