package onboarding

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/onboarding/stage"
)

// all are results of which those of the stages fail.
func all(failing ...stage.Stage) map[stage.Stage][]stage.Result {
	came := map[stage.Stage][]stage.Result{}
	for _, st := range stage.All {
		came[st] = []stage.Result{{Code: stage.Check(st), Holds: true, Found: 1, Wanted: 1}}
	}
	for _, st := range failing {
		came[st][0].Holds = false
	}
	return came
}

func TestSiteAdvances(t *testing.T) {
	t.Parallel()
	day := time.Date(2021, 10, 15, 9, 0, 0, 0, time.UTC)
	now := day
	at := standing{Stages: map[stage.Stage]progress{}}
	next := func(failing ...stage.Stage) {
		now = now.Add(24 * time.Hour)
		at = advance(at, all(failing...), now)
	}
	done := func() []stage.Stage {
		var list []stage.Stage
		for _, st := range stage.All {
			if at.Stages[st].Done {
				list = append(list, st)
			}
		}
		return list
	}
	next(stage.All...)
	require.Empty(t, done())
	next(stage.Training)
	require.Equal(t, []stage.Stage{stage.Appointments, stage.Base, stage.Readiness}, done(), "the launch waits for what is before it")
	require.Nil(t, at.ReadyAt)
	next(stage.Launch)
	require.Equal(t, stage.Before, done())
	ready := at.ReadyAt
	require.NotNil(t, ready)
	require.Nil(t, at.LaunchedAt)
	next(stage.Launch)
	require.Equal(t, ready, at.ReadyAt, "since when does not move")
	next(stage.Base, stage.Launch)
	require.Nil(t, at.ReadyAt, "what holds no more before the launch is undone")
	require.Equal(t, now, *at.Stages[stage.Base].ReopenedAt)
	require.Nil(t, at.Stages[stage.Base].DoneAt)
	next()
	require.Equal(t, stage.All, done())
	require.Equal(t, now, *at.LaunchedAt)
	launched := now
	next(stage.Readiness, stage.Launch)
	require.Equal(t, stage.All, done(), "nothing is undone after the launch")
	require.True(t, at.Stages[stage.Readiness].Warning)
	require.True(t, at.Stages[stage.Launch].Warning)
	require.False(t, at.Stages[stage.Base].Warning)
	require.Equal(t, launched, *at.LaunchedAt)
	next()
	require.False(t, at.Stages[stage.Readiness].Warning)
}

func TestResultsGoByTheNeed(t *testing.T) {
	t.Parallel()
	f := &facts{
		found:     map[stage.Check]int{stage.Administrator: 1, stage.OperatorsLine2: 3, stage.Admitted: 3, stage.Records: 40},
		confirmed: map[stage.Check]bool{stage.AppointmentOrder: true},
		need:      stage.Need{OperatorsLine2: 3, Records: 50},
	}
	require.Empty(t, stage.Missing(results(stage.Appointments, f)), "what is not needed is not asked for")
	require.Equal(t, []stage.Check{stage.Records, stage.FrequentQuestions}, stage.Missing(results(stage.Base, f)))
	require.Equal(t, []stage.Check{stage.Admitted}, stage.Missing(results(stage.Training, f)), "without a course nobody is trained")
	f.courses = 1
	require.Empty(t, stage.Missing(results(stage.Training, f)))
	f.need.OperatorsLine1 = 1
	require.Contains(t, stage.Missing(results(stage.Appointments, f)), stage.OperatorsLine1)
	require.Contains(t, stage.Missing(results(stage.Training, f)), stage.Admitted)
	require.Equal(t, "OPERATORS_LINE_1 0 of 1", describe(results(stage.Appointments, f)))
}
