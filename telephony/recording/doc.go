// Package recording writes telephone calls to disk so that nothing is lost when a process is killed, and keeps them: it
// stores finished recordings as immutable objects (a folder, or S3), plays them through signed links with byte ranges, and
// destroys them when their class says so.
//
// A Recorder owns a spool folder. Each recording there is a WAV file of two channels (left: what the citizen says; right:
// what the citizen hears) with a small JSON file beside it. The header of the WAV file is brought up to date with every
// flush, so the file plays at any moment; whatever a dead process left is mended, stored and reported by Recover.
//
// Writer.Write and Writer.Finish never block: they are called on a media thread. Package recording/tap fits a Writer to the
// sink of telephony/media.
//
// The package imports telephony/prompt (speech recognition, G.711) and no other package of EKC. What is recorded, who
// may listen and which class holds are rows of the core, behind the functions that the owner passes in.
package recording
