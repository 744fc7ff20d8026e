// Package model holds the types of the API that are no entities: most are generated from the schema. It imports entities, never graph.
package model

import "time"

// KnowledgeStatistics are the figures of a period; what else is asked of it is read by the same filter.
type KnowledgeStatistics struct {
	From, To                    time.Time
	Total                       *KnowledgeFigures
	ByTopic, ByAgency, ByRegion []*KnowledgeGroup
	Precision                   *AnswerPrecision
	Filter                      KnowledgeStatisticsFilter
}
