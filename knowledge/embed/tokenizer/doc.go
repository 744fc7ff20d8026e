// Package tokenizer cuts texts into the pieces that an embedding model was trained on: WordPiece (BERT) and Unigram
// (SentencePiece, XLM-RoBERTa, e5), as a tokenizer.json of Hugging Face's tokenizers describes them, or a vocab.txt. It reads
// files and knows nothing of models; it imports nothing of the project.
//
// A text is only text: the names of special tokens that somebody writes ("[SEP]", "</s>") are cut like any other words.
package tokenizer
