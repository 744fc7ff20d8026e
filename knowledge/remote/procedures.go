package remote

import pb "ekc/knowledge/rpc/knowledgev1"

// Procedures are the names of the service's methods.
func Procedures() []string {
	methods := pb.File_ekc_knowledge_v1_knowledge_proto.Services().ByName("KnowledgeService").Methods()
	names := make([]string, methods.Len())
	for i := range names {
		names[i] = string(methods.Get(i).Name())
	}
	return names
}
