package voice

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ekc/access"
	"ekc/ent"
	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/signaling"
)

// Node is a process of the centre.
type Node struct {
	ID, Host          string
	StartedAt, SeenAt time.Time
	// Alive: it has said so within ten seconds. Phone: it has a switchboard. Draining: it takes no new calls any more.
	Alive, Phone, Draining bool
	// Calls that it has now.
	Calls int
}

const selectNodes = `SELECT n.id, n.host, n.created_at, n.seen_at, n.seen_at > clock_timestamp() - make_interval(secs => $1),
		n.phone, n.draining, (SELECT count(*) FROM calls c WHERE c.node_id = n.id AND c.ended_at IS NULL)
	FROM server_nodes n WHERE n.buried_at IS NULL AND n.stopped_at IS NULL ORDER BY n.created_at, n.id`

// Nodes lists the processes that live, and dead ones that nobody has buried yet, the oldest first. For administrators.
func (s *Service) Nodes(ctx context.Context) ([]Node, error) {
	if err := access.Check(ctx, access.ManageNodes, access.Anywhere); err != nil {
		return nil, err
	}
	return s.nodes(ctx)
}

func (s *Service) nodes(ctx context.Context) (all []Node, err error) {
	rows, err := s.o.DB.QueryContext(ctx, selectNodes, deadAfter.Seconds())
	if err != nil {
		return nil, away(fmt.Errorf("read nodes: %w", err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n Node
		if err := rows.Scan(&n.ID, &n.Host, &n.StartedAt, &n.SeenAt, &n.Alive, &n.Phone, &n.Draining, &n.Calls); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// node is one of them.
func (s *Service) nodeOf(ctx context.Context, id string) (Node, error) {
	all, err := s.nodes(ctx)
	if err != nil {
		return Node{}, err
	}
	for _, n := range all {
		if n.ID == id {
			return n, nil
		}
	}
	return Node{}, fail.Field("nodeId", fail.NotFound, "no such node")
}

// Drain lets a node take no new calls any more; its process ends when the last of its calls has. For administrators.
func (s *Service) Drain(ctx context.Context, nodeID string) (Node, error) {
	if err := access.Check(ctx, access.ManageNodes, access.Anywhere); err != nil {
		return Node{}, err
	}
	if _, err := s.nodeOf(ctx, nodeID); err != nil {
		return Node{}, err
	}
	err := s.o.Log.InTx(ctx, func(_ context.Context, tx *ent.Tx) error { return access.Audit(ctx, tx, "node.drain", nodeID, nil) })
	if err != nil {
		return Node{}, away(err)
	}
	if nodeID == s.node {
		err = s.drainHere(ctx)
	} else {
		err = s.ask(ctx, nodeID, order{Kind: "drain"}, askFor, nil)
	}
	if err != nil {
		return Node{}, err
	}
	return s.nodeOf(ctx, nodeID)
}

// drainHere begins the end of this node.
func (s *Service) drainHere(ctx context.Context) error {
	if s.o.OnDrain == nil {
		return fail.New(fail.Unavailable, "this node cannot be drained")
	}
	if err := s.Draining(ctx); err != nil {
		return away(err)
	}
	s.o.OnDrain()
	return nil
}

// dialler chooses the node that calls: this one, or another that has a phone and goes on.
func (s *Service) dialler(ctx context.Context) (func(context.Context, telephony.CallRequest) error, error) {
	if s.dials() {
		return s.beginCall, nil
	}
	all, err := s.nodes(ctx)
	if err != nil {
		return nil, err
	}
	var best *Node
	for n := range all {
		if one := &all[n]; one.ID != s.node && one.Alive && one.Phone && !one.Draining && (best == nil || one.Calls < best.Calls) {
			best = one
		}
	}
	if best == nil {
		return nil, fail.New(fail.Unavailable, "no node can call now")
	}
	return func(ctx context.Context, r telephony.CallRequest) error {
		return s.ask(ctx, best.ID, order{Kind: "call", Call: &r}, askFor, nil)
	}, nil
}

// dials reports whether this node begins calls.
func (s *Service) dials() bool { return s.board != nil && !s.draining.Load() }

// beginCall begins a call to a citizen on this node and writes it down.
func (s *Service) beginCall(ctx context.Context, r telephony.CallRequest) error {
	if s.board == nil {
		return errNoBoard
	}
	callID, err := s.board.Call(r)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return s.writeOutbound(ctx, tx, callID, r.InteractionID, s.now())
	})
}

// Views says how calls stand, by enquiry, also those of other nodes. Nodes that do not answer are left out.
func (s *Service) Views(ctx context.Context, calls map[string][]string) map[string]telephony.CallView {
	all := s.views(calls[s.node])
	var mu sync.Mutex
	var wait sync.WaitGroup
	for node, ids := range calls {
		if node == s.node {
			continue
		}
		wait.Go(func() {
			var theirs map[string]telephony.CallView
			if s.ask(ctx, node, order{Kind: "views", IDs: ids}, glance, &theirs) != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for id, v := range theirs {
				all[id] = v
			}
		})
	}
	wait.Wait()
	return all
}

// glance bounds a look at other nodes of which nothing depends.
const glance = 2 * time.Second

func (s *Service) views(ids []string) map[string]telephony.CallView {
	found := map[string]telephony.CallView{}
	for _, id := range ids {
		if s.board == nil {
			break
		}
		if v, err := s.board.Find(id); err == nil {
			found[id] = v
		}
	}
	return found
}

// TrunkState is how a trunk is, seen from one node.
type TrunkState struct {
	Node Node
	signaling.TrunkStatus
}

// trunkStates keeps what the nodes said, for the fields of one query.
type trunkStates struct {
	mu   sync.Mutex
	at   time.Time
	kept []TrunkState
}

const trunkStatesFor = time.Second

// TrunkStates says how a trunk is, seen from each node with a phone that answers. For administrators, who read trunks.
func (s *Service) TrunkStates(ctx context.Context, trunkID string) ([]TrunkState, error) {
	if err := access.Check(ctx, access.ManageTrunks, access.Anywhere); err != nil {
		return nil, err
	}
	t := &s.states
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.Sub(t.at) > trunkStatesFor {
		all, err := s.askTrunks(ctx)
		if err != nil {
			return nil, err
		}
		t.kept, t.at = all, now
	}
	var of []TrunkState
	for _, one := range t.kept {
		if one.TrunkID == trunkID {
			of = append(of, one)
		}
	}
	return of, nil
}

func (s *Service) askTrunks(ctx context.Context) ([]TrunkState, error) {
	nodes, err := s.nodes(ctx)
	if err != nil {
		return nil, err
	}
	answers := make([][]signaling.TrunkStatus, len(nodes))
	var wait sync.WaitGroup
	for n, node := range nodes {
		switch {
		case node.ID == s.node:
			answers[n] = s.trunkStatus()
		case node.Alive && node.Phone:
			wait.Go(func() {
				if err := s.ask(ctx, node.ID, order{Kind: "trunks"}, glance, &answers[n]); err != nil {
					s.log.InfoContext(ctx, "a node does not say how its trunks are", "node", node.ID, "error", err)
				}
			})
		}
	}
	wait.Wait()
	var all []TrunkState
	for n, statuses := range answers {
		for _, status := range statuses {
			all = append(all, TrunkState{nodes[n], status})
		}
	}
	return all, nil
}

func (s *Service) trunkStatus() []signaling.TrunkStatus {
	if s.o.TrunkStatus == nil {
		return nil
	}
	return s.o.TrunkStatus()
}
