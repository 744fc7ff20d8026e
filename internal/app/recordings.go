package app

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"ekc/internal/config"
	"ekc/internal/voice"
	"ekc/internal/voice/spoken"
	"ekc/telephony/recording"
)

const recordingsFolder = "recordings"

// newRecordings makes the storage of recordings: a folder, or S3, which leaves in the folder what is there.
func newRecordings(c config.Config) (recording.Storage, error) {
	folder, err := recording.NewFolder(filepath.Join(c.DataDir, recordingsFolder))
	if err != nil {
		return nil, err
	}
	if !c.InS3() {
		return folder, nil
	}
	bucket, err := recording.NewS3(recording.S3Options{
		Endpoint: c.S3Endpoint, Region: c.S3Region, Bucket: c.S3Bucket, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey.Reveal(),
		Prefix: c.S3Prefix, Secure: c.S3TLS,
	})
	if err != nil {
		return nil, fmt.Errorf("EKC_RECORDINGS_S3_ENDPOINT: %w", err)
	}
	return recording.Moved{New: bucket, Old: folder}, nil
}

// newTranscriber makes what understands recordings; nil without a model.
func newTranscriber(m config.Models) (voice.Transcriber, error) {
	recognizer, err := newRecognizer(m)
	if err != nil || recognizer == nil {
		return nil, err
	}
	return func(ctx context.Context, wav io.Reader) ([]spoken.Line, error) {
		lines, err := recording.Transcribe(ctx, wav, recognizer)
		return voice.Words(lines), err
	}, nil
}
