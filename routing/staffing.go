package routing

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"
)

// staff is who works in a queue at this moment.
type staff struct {
	// signedIn counts members who are not offline, places how many interactions they have room for in all, and available
	// those who could take one more now.
	signedIn, places, available int
}

// staffing returns the staff of each queue; a queue with nobody signed in is not in the map.
func (s *Service) staffing(ctx context.Context, queueIDs []string) (map[string]staff, error) {
	staffs := map[string]staff{}
	err := each(ctx, s.client, "staffing", func(rows *sql.Rows) error {
		var id string
		var st staff
		err := rows.Scan(&id, &st.signedIn, &st.places, &st.available)
		staffs[id] = st
		return err
	}, `
		SELECT q.id, count(*),
			coalesce(sum(CASE WHEN q.channel = 'VOICE' THEN 1 ELSE a.chat_capacity END), 0),
			count(*) FILTER (WHERE p.state = 'AVAILABLE' AND CASE WHEN q.channel = 'VOICE' THEN coalesce(l.calls, 0) < 1
				ELSE coalesce(l.chats, 0) < a.chat_capacity END)
		FROM queues q
		JOIN queue_members m ON m.queue_id = q.id
		JOIN accounts a ON a.id = m.account_id AND a.active
		JOIN presences p ON p.account_id = m.account_id AND p.state <> 'OFFLINE'
		LEFT JOIN `+loadTable+` l ON l.account_id = m.account_id
		WHERE q.id = ANY((SELECT $1::text[])::text[])
		GROUP BY q.id`, pq.Array(queueIDs))
	return staffs, err
}

// expectedWait is how long the one at the position waits when places free themselves evenly; known is false when nobody
// is there to free any.
func expectedWait(position, places int, handle time.Duration) (wait time.Duration, known bool) {
	if places <= 0 || position <= 0 {
		return 0, false
	}
	return time.Duration(position) * handle / time.Duration(places), true
}
