package graph

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/knowledge"
)

// hints is the part of a subscription that shows suggestions to operators and supervisors; nil, on which all methods do nothing,
// for a client that does not ask for them: working them out costs searches.
type hints struct {
	r     *Resolver
	watch *assistant.Watch
}

func (r *Resolver) newHints(ctx context.Context) *hints {
	if !staff(ctx) || graphql.GetFieldContext(ctx) == nil {
		return nil
	}
	for _, f := range graphql.CollectFieldsCtx(ctx, []string{"SuggestionsChanged"}) {
		if f.Name == "suggestions" || f.Name == "state" {
			return &hints{r: r, watch: r.Assistant.WatchSuggestions()}
		}
	}
	return nil
}

// heed takes note of an event that is shown to the viewer.
func (h *hints) heed(event any) {
	if h == nil {
		return
	}
	switch event := event.(type) {
	case *model.MessageAdded:
		if event.Message.Author == message.AuthorCitizen {
			h.watch.Said(event.InteractionID)
		}
	case *model.InteractionChanged:
		h.changed(event.Interaction)
	}
}

// changed follows an interaction while it lives, from its first message on.
func (h *hints) changed(i *ent.Interaction) {
	switch {
	case h == nil:
	case interaction.Ended(i.State) || i.State == entinteraction.StateWrapUp:
		h.watch.Leave(i.ID)
	case i.MessageCount > 0 && !h.watch.Follows(i.ID):
		h.watch.Said(i.ID)
	}
}

// signalled takes note of what is told and not kept.
func (h *hints) signalled(e eventlog.Event) {
	if h == nil {
		return
	}
	draft, given := e.Data[interaction.DataDraft]
	heard, speaks := e.Data[interaction.DataHeard]
	switch {
	case speaks:
		h.watch.Heard(e.InteractionID, strings.Split(heard, "\n"))
	case e.Kind == interaction.KindSuggestions:
		h.watch.Again(e.InteractionID)
	case given && e.Data[interaction.DataAuthor] == string(message.AuthorCitizen):
		h.watch.Drafted(e.InteractionID, draft)
	}
}

// begin follows what is with the viewer now.
func (h *hints) begin(ctx context.Context) error {
	if h == nil {
		return nil
	}
	ids, err := h.r.Client.Interaction.Query().Where(entinteraction.OperatorID(viewer.From(ctx).AccountID), entinteraction.MessageCountGT(0),
		entinteraction.StateIn(entinteraction.StateActive, entinteraction.StateHeld)).IDs(ctx)
	for _, id := range ids {
		h.watch.Said(id)
	}
	return err
}

// shown is the work that shows the newest suggestions until the subscription ends.
func shown[T any](h *hints) func(context.Context, *follower[T]) error {
	return func(ctx context.Context, f *follower[T]) error {
		if h == nil {
			return nil
		}
		defer h.watch.Close()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-h.watch.Ready():
			}
			for _, s := range h.watch.Take() {
				event, err := h.event(present(ctx), s)
				if err != nil {
					return err
				}
				if event == nil {
					continue
				}
				if err := f.aside(func(cursor string) T { event.Cursor = cursor; return any(event).(T) }); err != nil {
					return nil //nolint:nilerr // the subscription is over
				}
			}
		}
	}
}

// event shows what was found, to a viewer who may see it at this moment; nil to another.
func (h *hints) event(ctx context.Context, s assistant.Suggested) (*model.SuggestionsChanged, error) {
	i, err := h.r.Client.Interaction.Get(viewer.AsSystem(ctx), s.InteractionID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	may, err := h.r.maySuggest(ctx, i)
	if err != nil || !may {
		h.watch.Leave(i.ID)
		return nil, err
	}
	hits, err := h.r.suggested(ctx, i, s.Hits)
	if err != nil {
		return nil, err
	}
	event := &model.SuggestionsChanged{
		At: h.r.Clock().UTC(), InteractionID: i.ID, State: model.SuggestionsStateAvailable, FromDraft: s.Draft, Suggestions: hits,
	}
	if s.Away {
		event.State = model.SuggestionsStateUnavailable
	}
	return event, nil
}

// suggested shows hits with what is to be told in an interaction.
func (r *Resolver) suggested(ctx context.Context, i *ent.Interaction, found []knowledge.Hit) ([]*model.RecordHit, error) {
	hits, err := r.hits(ctx, found)
	for n := range hits {
		hits[n].Tell = &found[n].Answer
		if i.Channel == entinteraction.ChannelVoice && found[n].Short != "" {
			hits[n].Tell = &found[n].Short
		}
	}
	return hits, err
}

// placeOf is where a passage lies in an answer, in characters; nil when it is none of its parts.
func placeOf(answer, passage string) *model.TextRange {
	words := strings.TrimSuffix(passage, "…")
	at := strings.Index(answer, words)
	if at < 0 || words == "" {
		return nil
	}
	start := utf8.RuneCountInString(answer[:at])
	return &model.TextRange{Start: start, End: start + utf8.RuneCountInString(words)}
}
