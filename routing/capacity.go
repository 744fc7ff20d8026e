package routing

import "ekc/ent/interaction"

// voiceCapacity is how many calls one operator has at once.
const voiceCapacity = 1

// Load is what an operator has on the desk: open interactions, in wrap-up too, and offers that wait for an answer.
type Load struct {
	Chats int
	Calls int
}

// Room is how many more interactions of the channel an operator with this load can take. Channels do not share places:
// one call, and chatCapacity chats.
func (l Load) Room(channel interaction.Channel, chatCapacity int) int {
	if channel == interaction.ChannelVoice {
		return max(0, voiceCapacity-l.Calls)
	}
	return max(0, chatCapacity-l.Chats)
}

// with is the load after one more of the channel.
func (l Load) with(channel interaction.Channel) Load {
	if channel == interaction.ChannelVoice {
		l.Calls++
	} else {
		l.Chats++
	}
	return l
}

// total is how busy an operator is, over both channels.
func (l Load) total() int { return l.Chats + l.Calls }

// places is how many interactions of the channel an operator can have in all.
func places(channel interaction.Channel, chatCapacity int) int {
	return Load{}.Room(channel, chatCapacity)
}
