package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Options name a bucket on an S3-compatible server.
type S3Options struct {
	// Endpoint is host:port, without a scheme.
	Endpoint, Region, Bucket string
	AccessKey, SecretKey     string
	// Prefix stands before every key, as "recordings/"; empty: none.
	Prefix string
	// Secure: TLS. Only a server on the same machine may do without.
	Secure bool
	// Transport replaces the usual one; may be nil.
	Transport http.RoundTripper
}

// S3 keeps recordings in a bucket.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

// hashHeader carries the hash as the object's user metadata: an ETag is none when the server cuts an upload into parts.
const hashHeader = "Sha256"

// NewS3 makes a client; it does not connect yet. The bucket must exist.
func NewS3(o S3Options) (*S3, error) {
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: o.Secure, Region: o.Region,
		Transport: o.Transport, BucketLookup: minio.BucketLookupPath, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("S3: %w", err)
	}
	return &S3{client: client, bucket: o.Bucket, prefix: o.Prefix}, nil
}

// Put uploads the object unless it is there.
func (s *S3) Put(ctx context.Context, key string, content io.ReadSeeker, size int64, sum string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	info, err := s.client.StatObject(ctx, s.bucket, s.prefix+key, minio.StatObjectOptions{})
	switch {
	case err == nil && info.Size == size && info.UserMetadata[hashHeader] == sum:
		return nil
	case err == nil:
		return fmt.Errorf("store %s: %w", key, ErrExists)
	case !missing(err):
		return fmt.Errorf("store %s: %w", key, err)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	_, err = s.client.PutObject(ctx, s.bucket, s.prefix+key, content, size, minio.PutObjectOptions{
		ContentType: ContentType, UserMetadata: map[string]string{hashHeader: sum},
	})
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}

func missing(err error) bool {
	code := minio.ToErrorResponse(err).Code
	return code == minio.NoSuchKey || code == "NotFound"
}

// absent is ErrNotFound when the bucket is there: a bucket that is not tells of a missing object in the same way, and a mistake in
// the settings must not look as if recordings were gone.
func (s *S3) absent(ctx context.Context) error {
	there, err := s.client.BucketExists(ctx, s.bucket)
	switch {
	case err != nil:
		return fmt.Errorf("look for the bucket %s: %w", s.bucket, err)
	case !there:
		return fmt.Errorf("there is no bucket %s", s.bucket)
	default:
		return ErrNotFound
	}
}

// Open reads with ranged requests.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	if _, err := object.Stat(); err != nil {
		if missing(err) {
			return nil, errors.Join(s.absent(ctx), object.Close())
		}
		return nil, errors.Join(fmt.Errorf("open %s: %w", key, err), object.Close())
	}
	return object, nil
}

// Remove deletes the object.
func (s *S3) Remove(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}); err != nil && !missing(err) {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	return nil
}
