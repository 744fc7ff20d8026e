package media

// pipe is the transport of [Engine.NewPipe].
type pipe struct {
	out func(packet []byte)
}

func (pipe) attach(*thread, *Leg) error { return nil }
func (pipe) detach(*thread, *Leg)       {}
func (pipe) close()                     {}

func (p pipe) send(_ bool, b []byte, _ *destination) bool {
	p.out(b)
	return true
}
