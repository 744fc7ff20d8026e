package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Recordings says where finished recordings are kept: below EKC_DATA_DIR, or in an S3-compatible storage.
type Recordings struct {
	S3Endpoint  string `name:"recordings-s3-endpoint" env:"EKC_RECORDINGS_S3_ENDPOINT" help:"HOST or HOST:PORT of an S3-compatible storage for recordings; empty: below EKC_DATA_DIR." placeholder:"HOST"`
	S3Bucket    string `name:"recordings-s3-bucket" env:"EKC_RECORDINGS_S3_BUCKET" help:"Its bucket, which must exist." placeholder:"NAME"`
	S3Region    string `name:"recordings-s3-region" env:"EKC_RECORDINGS_S3_REGION" default:"us-east-1" help:"Its region."`
	S3AccessKey string `name:"recordings-s3-access-key" env:"EKC_RECORDINGS_S3_ACCESS_KEY" help:"The access key." placeholder:"KEY"`
	S3SecretKey Secret `name:"recordings-s3-secret-key" env:"EKC_RECORDINGS_S3_SECRET_KEY" help:"The secret key." placeholder:"KEY"`
	S3Prefix    string `name:"recordings-s3-prefix" env:"EKC_RECORDINGS_S3_PREFIX" help:"What stands before the names of the objects, like recordings/." placeholder:"PREFIX"`
	S3TLS       bool   `name:"recordings-s3-tls" env:"EKC_RECORDINGS_S3_TLS" default:"true" negatable:"" help:"Speak TLS with it."`
}

// InS3 reports whether recordings are kept in an S3-compatible storage.
func (r Recordings) InS3() bool { return r.S3Endpoint != "" }

var (
	goodBucket = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	goodPrefix = regexp.MustCompile(`^([A-Za-z0-9_-][A-Za-z0-9._-]*/)+$`)
)

// Validate checks the group.
func (r Recordings) Validate() error {
	if !r.InS3() {
		if r.S3Bucket != "" {
			return errors.New("EKC_RECORDINGS_S3_BUCKET is set, but EKC_RECORDINGS_S3_ENDPOINT is not: on which server is the bucket?")
		}
		return nil
	}
	var errs []error
	u, err := url.Parse("//" + r.S3Endpoint)
	if err != nil || u.Host != r.S3Endpoint || u.Hostname() == "" || strings.Contains(r.S3Endpoint, "@") ||
		u.Port() == "" && strings.Contains(r.S3Endpoint, ":") && net.ParseIP(strings.Trim(r.S3Endpoint, "[]")) == nil {
		errs = append(errs, fmt.Errorf("EKC_RECORDINGS_S3_ENDPOINT is %q: it must be HOST or HOST:PORT, without a scheme", r.S3Endpoint))
	}
	if !goodBucket.MatchString(r.S3Bucket) {
		errs = append(errs, fmt.Errorf("EKC_RECORDINGS_S3_BUCKET is %q, which is no name of a bucket", r.S3Bucket))
	}
	if r.S3AccessKey == "" || r.S3SecretKey == "" {
		errs = append(errs, errors.New("EKC_RECORDINGS_S3_ACCESS_KEY and EKC_RECORDINGS_S3_SECRET_KEY must be set with the endpoint"))
	}
	if r.S3Prefix != "" && !goodPrefix.MatchString(r.S3Prefix) {
		errs = append(errs, fmt.Errorf("EKC_RECORDINGS_S3_PREFIX is %q: it must be like recordings/", r.S3Prefix))
	}
	return errors.Join(errs...)
}
