package graph

import (
	"context"

	"ekc/ent"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/optional"
)

// MessageSend is the resolver for the messageSend field.
func (r *mutationResolver) MessageSend(ctx context.Context, input model.MessageSendInput) (*model.MessagePayload, error) {
	return messagePayload(r.Interactions.Send(ctx, interaction.SendInput{
		InteractionID: input.InteractionID, Text: value(input.Text), ChoiceID: value(input.ChoiceID),
		RecordID: value(input.RecordID), AttachmentIDs: input.AttachmentIds, ClientKey: value(input.ClientKey),
	}))
}

// AnswerFeedback is the resolver for the answerFeedback field.
func (r *mutationResolver) AnswerFeedback(ctx context.Context, input model.AnswerFeedbackInput) (*model.MessagePayload, error) {
	return messagePayload(r.Interactions.Feedback(ctx, input.MessageID, input.Helpful))
}

func messagePayload(message *ent.Message, err error) (*model.MessagePayload, error) {
	errs, err := userErrors(err)
	return &model.MessagePayload{Message: message, UserErrors: errs}, err
}

// TypingSignal is the resolver for the typingSignal field.
func (r *mutationResolver) TypingSignal(ctx context.Context, input model.TypingSignalInput) (*model.TypingSignalPayload, error) {
	errs, err := userErrors(r.Interactions.Typing(ctx, input.InteractionID, input.Draft))
	return &model.TypingSignalPayload{UserErrors: errs}, err
}

// AttachmentUpload is the resolver for the attachmentUpload field.
func (r *mutationResolver) AttachmentUpload(ctx context.Context, input model.AttachmentUploadInput) (*model.AttachmentPayload, error) {
	attachment, err := r.Interactions.Upload(ctx, input.InteractionID, input.File.Filename, input.File.File)
	errs, err := userErrors(err)
	return &model.AttachmentPayload{Attachment: attachment, UserErrors: errs}, err
}

// Operator is the resolver for the operator field.
func (r *messageResolver) Operator(ctx context.Context, obj *ent.Message) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// URL is the resolver for the url field.
func (r *attachmentResolver) URL(ctx context.Context, obj *ent.Attachment) (*string, error) {
	if open, err := r.openFile(ctx, obj); err != nil || !open {
		return nil, err
	}
	return optional.Text(r.Interactions.AttachmentURL(obj)), nil
}

// FileName is the resolver for the fileName field.
func (r *attachmentResolver) FileName(ctx context.Context, obj *ent.Attachment) (string, error) {
	if open, err := r.openFile(ctx, obj); err != nil || open {
		return obj.FileName, err
	}
	return interaction.MaskFileName(obj.FileName), nil
}
