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
