//go:build unix

package rtp

import (
	"fmt"
	"net/netip"
	"syscall"
)

// Sockets are used without Go's poller, which would wake a goroutine for every packet.

func open(local netip.AddrPort) (int, netip.AddrPort, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return 0, local, fmt.Errorf("rtp: socket: %w", err)
	}
	syscall.CloseOnExec(fd)
	err = syscall.SetNonblock(fd, true)
	if err == nil {
		err = syscall.Bind(fd, sockaddr(local))
	}
	if err != nil {
		release(fd)
		return 0, local, fmt.Errorf("rtp: %s: %w", local, err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		release(fd)
		return 0, local, fmt.Errorf("rtp: %w", err)
	}
	if in4, ok := bound.(*syscall.SockaddrInet4); ok {
		local = netip.AddrPortFrom(local.Addr(), uint16(in4.Port)) //nolint:gosec // a port
	}
	return fd, local, nil
}

func sockaddr(a netip.AddrPort) *syscall.SockaddrInet4 {
	return &syscall.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
}

func connect(fd int, remote netip.AddrPort) error {
	if err := syscall.Connect(fd, sockaddr(remote)); err != nil {
		return fmt.Errorf("rtp: %s: %w", remote, err)
	}
	return nil
}

func receive(fd int, b []byte) (int, bool) {
	n, err := syscall.Read(fd, b)
	return n, err == nil
}

func transmit(fd int, b []byte) bool {
	_, err := syscall.Write(fd, b)
	return err == nil
}

func release(fd int) { _ = syscall.Close(fd) }
