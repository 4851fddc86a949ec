package policy

import "goactivemq/activemq/message"

// Stamp sets the times of arriving messages by the broker's clock, for producers whose clocks are wrong. Times are in milliseconds.
type Stamp struct {
	TimeToLive    int64 // of messages that would never expire; 0: they never do
	TimeToLiveMax int64 // 0: as long as their producers want
	FutureOnly    bool  // never bring a message's end nearer: the broker's clock may be behind
	Network       bool  // also those that came from other brokers
}

// Set stamps a message that arrives at now. One without a timestamp, whose producer switched it off, stays as it is.
func (s *Stamp) Set(m *message.Message, now int64) {
	if m.Timestamp <= 0 || !s.Network && len(m.BrokerPath) > 0 {
		return
	}
	ttl := s.TimeToLive
	if m.Expiration > 0 {
		ttl = m.Expiration - m.Timestamp
	}
	if s.TimeToLiveMax > 0 {
		ttl = min(ttl, s.TimeToLiveMax)
	}
	end := now + ttl
	if s.FutureOnly && end <= m.Expiration {
		return
	}
	if ttl > 0 {
		m.Expiration = end
	}
	m.Timestamp = now
}
