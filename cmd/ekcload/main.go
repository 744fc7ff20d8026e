// Command ekcload loads a running EKC server as its users do, over real HTTP and websockets, and prints what they felt.
// It imports nothing of the server.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands are what ekcload can do.
type commands struct {
	Chat  chatCommand  `cmd:"" help:"Citizens and operators chat: message and offer latency, lost and repeated events, CPU and memory."`
	Calls callsCommand `cmd:"" help:"Citizens call, walk the menu, wait, talk with operators at SIP phones, are transferred: failures, delays, sound, CPU and memory."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	k := kong.Parse(&c, kong.Name("ekcload"), kong.Description("Loads a running EKC server. All traffic stays on loopback."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	k.FatalIfErrorf(k.Run())
}
