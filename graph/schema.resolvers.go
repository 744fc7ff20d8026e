package graph

// This file ties the resolvers of the domains to the types of the contract. gqlgen leaves it alone as long as it exists; a
// type of the contract that gains its first resolver needs two lines here.

// Account returns the resolvers of the type.
func (r *Resolver) Account() AccountResolver { return &accountResolver{r} }

// AssistantTurn returns the resolvers of the type.
func (r *Resolver) AssistantTurn() AssistantTurnResolver { return &assistantTurnResolver{r} }

// Attachment returns the resolvers of the type.
func (r *Resolver) Attachment() AttachmentResolver { return &attachmentResolver{r} }

// AuditEntry returns the resolvers of the type.
func (r *Resolver) AuditEntry() AuditEntryResolver { return &auditEntryResolver{r} }

// Board returns the resolvers of the type.
func (r *Resolver) Board() BoardResolver { return &boardResolver{r} }

// Call returns the resolvers of the type.
func (r *Resolver) Call() CallResolver { return &callResolver{r} }

// CallLeg returns the resolvers of the type.
func (r *Resolver) CallLeg() CallLegResolver { return &callLegResolver{r} }

// CallInvitation returns the resolvers of the type.
func (r *Resolver) CallInvitation() CallInvitationResolver { return &callInvitationResolver{r} }

// Callback returns the resolvers of the type.
func (r *Resolver) Callback() CallbackResolver { return &callbackResolver{r} }

// Menu returns the resolvers of the type.
func (r *Resolver) Menu() MenuResolver { return &menuResolver{r} }

// MenuVersion returns the resolvers of the type.
func (r *Resolver) MenuVersion() MenuVersionResolver { return &menuVersionResolver{r} }

// Phone returns the resolvers of the type.
func (r *Resolver) Phone() PhoneResolver { return &phoneResolver{r} }

// Record returns the resolvers of the type.
func (r *Resolver) Record() RecordResolver { return &recordResolver{r} }

// RecordFile returns the resolvers of the type.
func (r *Resolver) RecordFile() RecordFileResolver { return &recordFileResolver{r} }

// Recording returns the resolvers of the type.
func (r *Resolver) Recording() RecordingResolver { return &recordingResolver{r} }

// Trunk returns the resolvers of the type.
func (r *Resolver) Trunk() TrunkResolver { return &trunkResolver{r} }

// Citizen returns the resolvers of the type.
func (r *Resolver) Citizen() CitizenResolver { return &citizenResolver{r} }

// Desk returns the resolvers of the type.
func (r *Resolver) Desk() DeskResolver { return &deskResolver{r} }

// Interaction returns the resolvers of the type.
func (r *Resolver) Interaction() InteractionResolver { return &interactionResolver{r} }

// Message returns the resolvers of the type.
func (r *Resolver) Message() MessageResolver { return &messageResolver{r} }

// Mutation returns the resolvers of the type.
func (r *Resolver) Mutation() MutationResolver { return &mutationResolver{r} }

// Offer returns the resolvers of the type.
func (r *Resolver) Offer() OfferResolver { return &offerResolver{r} }

// OpeningException returns the resolvers of the type.
func (r *Resolver) OpeningException() OpeningExceptionResolver { return &openingExceptionResolver{r} }

// Presence returns the resolvers of the type.
func (r *Resolver) Presence() PresenceResolver { return &presenceResolver{r} }

// Query returns the resolvers of the type.
func (r *Resolver) Query() QueryResolver { return &queryResolver{r} }

// Queue returns the resolvers of the type.
func (r *Resolver) Queue() QueueResolver { return &queueResolver{r} }

// QueueToday returns the resolvers of the type.
func (r *Resolver) QueueToday() QueueTodayResolver { return &queueTodayResolver{r} }

// RoutingCandidate returns the resolvers of the type.
func (r *Resolver) RoutingCandidate() RoutingCandidateResolver { return &routingCandidateResolver{r} }

// RoutingTrace returns the resolvers of the type.
func (r *Resolver) RoutingTrace() RoutingTraceResolver { return &routingTraceResolver{r} }

// Segment returns the resolvers of the type.
func (r *Resolver) Segment() SegmentResolver { return &segmentResolver{r} }

// Session returns the resolvers of the type.
func (r *Resolver) Session() SessionResolver { return &sessionResolver{r} }

// Subscription returns the resolvers of the type.
func (r *Resolver) Subscription() SubscriptionResolver { return &subscriptionResolver{r} }

// Viewer returns the resolvers of the type.
func (r *Resolver) Viewer() ViewerResolver { return &viewerResolver{r} }

// AnswerSample returns the resolvers of the type.
func (r *Resolver) AnswerSample() AnswerSampleResolver { return &answerSampleResolver{r} }

// KnowledgeStatistics returns the resolvers of the type.
func (r *Resolver) KnowledgeStatistics() KnowledgeStatisticsResolver {
	return &knowledgeStatisticsResolver{r}
}

// DestructionAct returns the resolvers of the type.
func (r *Resolver) DestructionAct() DestructionActResolver { return &destructionActResolver{r} }

// LegalHold returns the resolvers of the type.
func (r *Resolver) LegalHold() LegalHoldResolver { return &legalHoldResolver{r} }

// CitizenRequest returns the resolvers of the type.
func (r *Resolver) CitizenRequest() CitizenRequestResolver { return &citizenRequestResolver{r} }

// Deferral returns the resolvers of the type.
func (r *Resolver) Deferral() DeferralResolver { return &deferralResolver{r} }

// DeferralStep returns the resolvers of the type.
func (r *Resolver) DeferralStep() DeferralStepResolver { return &deferralStepResolver{r} }

// DeferralTerm returns the resolvers of the type.
func (r *Resolver) DeferralTerm() DeferralTermResolver { return &deferralTermResolver{r} }

// Alert returns the resolvers of the type.
func (r *Resolver) Alert() AlertResolver { return &alertResolver{r} }

// EvaluationForm returns the resolvers of the type.
func (r *Resolver) EvaluationForm() EvaluationFormResolver { return &evaluationFormResolver{r} }

// EvaluationFormVersion returns the resolvers of the type.
func (r *Resolver) EvaluationFormVersion() EvaluationFormVersionResolver {
	return &evaluationFormVersionResolver{r}
}

// Evaluation returns the resolvers of the type.
func (r *Resolver) Evaluation() EvaluationResolver { return &evaluationResolver{r} }

// EvaluationStep returns the resolvers of the type.
func (r *Resolver) EvaluationStep() EvaluationStepResolver { return &evaluationStepResolver{r} }

// EvaluationRule returns the resolvers of the type.
func (r *Resolver) EvaluationRule() EvaluationRuleResolver { return &evaluationRuleResolver{r} }

// EvaluationResult returns the resolvers of the type.
func (r *Resolver) EvaluationResult() EvaluationResultResolver { return &evaluationResultResolver{r} }

// Calibration returns the resolvers of the type.
func (r *Resolver) Calibration() CalibrationResolver { return &calibrationResolver{r} }

// CalibrationDeviation returns the resolvers of the type.
func (r *Resolver) CalibrationDeviation() CalibrationDeviationResolver {
	return &calibrationDeviationResolver{r}
}

// Directive returns the resolvers of the type.
func (r *Resolver) Directive() DirectiveResolver { return &directiveResolver{r} }

// Incident returns the resolvers of the type.
func (r *Resolver) Incident() IncidentResolver { return &incidentResolver{r} }

// IncidentComment returns the resolvers of the type.
func (r *Resolver) IncidentComment() IncidentCommentResolver { return &incidentCommentResolver{r} }

// Recall returns the resolvers of the type.
func (r *Resolver) Recall() RecallResolver { return &recallResolver{r} }

// RecallPerson returns the resolvers of the type.
func (r *Resolver) RecallPerson() RecallPersonResolver { return &recallPersonResolver{r} }

// AccessRequest returns the resolvers of the type.
func (r *Resolver) AccessRequest() AccessRequestResolver { return &accessRequestResolver{r} }

// AgencyNetwork returns the resolvers of the type.
func (r *Resolver) AgencyNetwork() AgencyNetworkResolver { return &agencyNetworkResolver{r} }

// ApiKey returns the resolvers of the type.
func (r *Resolver) ApiKey() ApiKeyResolver { return &apiKeyResolver{r} } //nolint:revive // gqlgen names it

// SignInChallenge returns the resolvers of the type.
func (r *Resolver) SignInChallenge() SignInChallengeResolver { return &signInChallengeResolver{r} }

// Course returns CourseResolver implementation.
func (r *Resolver) Course() CourseResolver { return &courseResolver{r} }

// TrainingAssignment returns TrainingAssignmentResolver implementation.
func (r *Resolver) TrainingAssignment() TrainingAssignmentResolver {
	return &trainingAssignmentResolver{r}
}

// Admission returns AdmissionResolver implementation.
func (r *Resolver) Admission() AdmissionResolver { return &admissionResolver{r} }

type (
	accessRequestResolver         struct{ *Resolver }
	agencyNetworkResolver         struct{ *Resolver }
	apiKeyResolver                struct{ *Resolver }
	signInChallengeResolver       struct{ *Resolver }
	answerSampleResolver          struct{ *Resolver }
	deferralResolver              struct{ *Resolver }
	deferralStepResolver          struct{ *Resolver }
	deferralTermResolver          struct{ *Resolver }
	alertResolver                 struct{ *Resolver }
	directiveResolver             struct{ *Resolver }
	evaluationFormResolver        struct{ *Resolver }
	evaluationFormVersionResolver struct{ *Resolver }
	evaluationResolver            struct{ *Resolver }
	evaluationStepResolver        struct{ *Resolver }
	evaluationRuleResolver        struct{ *Resolver }
	evaluationResultResolver      struct{ *Resolver }
	calibrationResolver           struct{ *Resolver }
	calibrationDeviationResolver  struct{ *Resolver }
	courseResolver                struct{ *Resolver }
	trainingAssignmentResolver    struct{ *Resolver }
	admissionResolver             struct{ *Resolver }
	incidentResolver              struct{ *Resolver }
	incidentCommentResolver       struct{ *Resolver }
	knowledgeStatisticsResolver   struct{ *Resolver }
	destructionActResolver        struct{ *Resolver }
	legalHoldResolver             struct{ *Resolver }
	citizenRequestResolver        struct{ *Resolver }
	recallResolver                struct{ *Resolver }
	recallPersonResolver          struct{ *Resolver }
	accountResolver               struct{ *Resolver }
	assistantTurnResolver         struct{ *Resolver }
	attachmentResolver            struct{ *Resolver }
	auditEntryResolver            struct{ *Resolver }
	boardResolver                 struct{ *Resolver }
	callResolver                  struct{ *Resolver }
	callInvitationResolver        struct{ *Resolver }
	callLegResolver               struct{ *Resolver }
	callbackResolver              struct{ *Resolver }
	menuResolver                  struct{ *Resolver }
	menuVersionResolver           struct{ *Resolver }
	phoneResolver                 struct{ *Resolver }
	recordResolver                struct{ *Resolver }
	recordFileResolver            struct{ *Resolver }
	recordingResolver             struct{ *Resolver }
	trunkResolver                 struct{ *Resolver }
	citizenResolver               struct{ *Resolver }
	deskResolver                  struct{ *Resolver }
	interactionResolver           struct{ *Resolver }
	messageResolver               struct{ *Resolver }
	mutationResolver              struct{ *Resolver }
	offerResolver                 struct{ *Resolver }
	openingExceptionResolver      struct{ *Resolver }
	presenceResolver              struct{ *Resolver }
	queryResolver                 struct{ *Resolver }
	queueResolver                 struct{ *Resolver }
	queueTodayResolver            struct{ *Resolver }
	routingCandidateResolver      struct{ *Resolver }
	routingTraceResolver          struct{ *Resolver }
	segmentResolver               struct{ *Resolver }
	sessionResolver               struct{ *Resolver }
	subscriptionResolver          struct{ *Resolver }
	viewerResolver                struct{ *Resolver }
)
