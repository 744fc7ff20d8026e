package test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// cable stands between a client and a server, EKC or Postgres, as a TCP proxy, and can be cut: every open connection breaks
// and new ones are refused, as when a phone leaves the network.
type cable struct {
	// URL is the address of the server through the cable.
	URL string

	listener net.Listener
	network  string
	target   string
	tasks    sync.WaitGroup

	mu    sync.Mutex
	isCut bool
	open  map[net.Conn]struct{}
}

// newCable lays a cable to the server at the URL.
func newCable(t *testing.T, url string) *cable {
	t.Helper()
	return layCable(t, "tcp", strings.TrimPrefix(url, "http://"))
}

func layCable(t *testing.T, network, target string) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cable{
		URL:      "http://" + listener.Addr().String(),
		listener: listener,
		network:  network,
		target:   target,
		open:     map[net.Conn]struct{}{},
	}
	c.tasks.Go(c.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		c.cut()
		c.tasks.Wait()
	})
	return c
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = true
	for connection := range c.open {
		_ = connection.Close()
	}
}

func (c *cable) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = false
}

func (c *cable) accept() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.tasks.Go(func() { c.carry(near) })
	}
}

func (c *cable) carry(near net.Conn) {
	defer func() { _ = near.Close() }()
	far, err := net.Dial(c.network, c.target)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	if !c.plug(near, far) {
		return
	}
	defer c.unplug(near, far)
	var ways sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		ways.Go(func() {
			_, _ = io.Copy(way[1], way[0]) // an end of the copy is an end of the connection, whatever the reason
			_ = way[1].Close()
			_ = way[0].Close()
		})
	}
	ways.Wait()
}

func (c *cable) plug(ends ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isCut {
		return false
	}
	for _, end := range ends {
		c.open[end] = struct{}{}
	}
	return true
}

func (c *cable) unplug(ends ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range ends {
		delete(c.open, end)
	}
}
