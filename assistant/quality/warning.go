package quality

import (
	"context"
	"time"

	"ekc/knowledge/improve"
)

const (
	// warnCases is how many cases of the bench a publication is tried on, those that expect its record first; warnTime how long
	// its reviewer waits for that.
	warnCases = 200
	warnTime  = 10 * time.Second
)

// Warn runs the test bench of the record's agency and of all agencies for a version that is about to be published, for who may review it:
// the rights are decided before.
func (s *Service) Warn(ctx context.Context, versionID string) (improve.BenchReport, error) {
	ctx, cancel := context.WithTimeout(ctx, warnTime)
	defer cancel()
	v, err := s.o.Records.RecordVersion(ctx, versionID)
	if err != nil {
		return improve.BenchReport{}, err
	}
	of, err := s.o.Records.Record(ctx, v.RecordID)
	if err != nil {
		return improve.BenchReport{}, err
	}
	agencies := []string{""}
	if of.Agency != "" {
		agencies = append(agencies, of.Agency)
	}
	return s.o.Base.RunBench(ctx, improve.BenchRun{VersionID: versionID, Bounded: true, Agencies: agencies, Most: warnCases})
}
