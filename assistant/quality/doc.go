// Package quality is the centre's side of making the question base better: it gathers what citizens' dialogues teach (words on
// answers, questions that went unanswered), guards feedback, gaps and proposals with the viewer's rights, audits decisions, and
// tells who was told which version of a record.
//
// What is gathered lies in the base's database, behind knowledge/improve; dialogues and their turns are the core's. It imports
// neither graph nor the sibling domains.
package quality
