// Package seed fills a new database: the reference data that the centre cannot work without (agencies, regions, reasons of
// a pause), and the demo centre that a newcomer meets after `make run`.
//
// Every run adds what is missing, by its stable code, and changes nothing that is there: what people have renamed, closed or
// taken away stays as they left it. Links (who works in which queue, who holds which role) are made only together with one
// of their ends. It is safe at every start and from several nodes at once.
//
// It imports the data model, access/viewer and the text of the demo base, no domain, and never the API.
package seed
