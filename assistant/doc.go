// Package assistant is Yana: what she answers to a citizen, when she asks back and when she hands over, and what she
// suggests to operators. She decides outside any transaction; the interaction domain says and keeps her turn in one.
// Nothing of an answer is invented: it is the text of a published record version, cited.
//
// The package imports the contract of knowledge and must not import interaction, routing or graph.
package assistant
