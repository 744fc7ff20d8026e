package remote

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "ekc/knowledge/rpc/knowledgev1"
)

// Procedures are the names of the methods of all services of the base.
func Procedures() []string {
	var names []string
	for _, file := range []protoreflect.FileDescriptor{pb.File_ekc_knowledge_v1_knowledge_proto, pb.File_ekc_knowledge_v1_improvement_proto} {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for n := range methods.Len() {
				names = append(names, string(methods.Get(n).Name()))
			}
		}
	}
	return names
}
