// Package people owns the portal's page People: for administrators of customers, who may
// look after the customer's licences. The pages of one customer are those of web/people,
// which the console has, too.
package people
