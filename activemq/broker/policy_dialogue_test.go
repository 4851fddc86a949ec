package broker_test

import (
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/broker/policy"
)

// policyOption sets what a word of a dialogue's broker line says about the policy of all its destinations, and tells whether it is such a word:
//
//	recover=last, =count:N, =bytes:N or =time:MILLISECONDS     what topics keep for retroactive consumers
//	alwaysRetroactive                                          which all are then
//	pending=N, evict=priority, =property:NAME                  what may wait for a topic consumer, and what goes when more does
//	queuePrefetch=N, topicPrefetch=N, durablePrefetch=N        instead of what clients ask for by default
//	noExtension                                                nothing more before an acknowledgement
//	dispatch=client                                            messages for a client go to that client only
//	destinations=N, browse=N                                   how many there may be, or are shown
//	perDurable, noAudit                                        of dead letters
//	expiry=MILLISECONDS, expiryPage=N                          how often to look for expired messages, and at how many
func policyOption(e *policy.Entry, key, value string) bool {
	kind, measure, _ := strings.Cut(value, ":")
	number, _ := strconv.Atoi(measure)
	switch key {
	case "recover":
		e.Recovery = map[string]policy.Recovery{
			"last":  {Kind: policy.RecoverLast},
			"count": {Kind: policy.RecoverCount, Count: number},
			"bytes": {Kind: policy.RecoverBytes, Bytes: int64(number)},
			"time":  {Kind: policy.RecoverTime, Duration: time.Duration(number) * time.Millisecond},
		}[kind]
	case "pending":
		limit, _ := strconv.Atoi(value)
		e.Pending = policy.Pending{Limited: true, Constant: limit}
	case "evict":
		e.Eviction.Kind, e.Eviction.Property = policy.EvictLowestPriority, measure
		if measure != "" {
			e.Eviction.Kind = policy.EvictSameProperty
		}
	case "noExtension":
		e.PrefetchExtended = false
	case "dispatch":
		e.Dispatch = policy.Dispatch{Kind: policy.DispatchByClient, Property: "PTP_CLIENTID", Suffix: ".PTP"}
	case "perDurable":
		e.DeadLetter.PerDurable = true
	case "noAudit":
		e.DeadLetter.Audit = nil
	case "queuePrefetch", "topicPrefetch", "durablePrefetch", "destinations", "browse", "expiry", "expiryPage":
		policyNumber(e, key, value)
	case "alwaysRetroactive":
		e.AlwaysRetroactive = true
	default:
		return false
	}
	return true
}

// policyNumber is policyOption for words whose value is a number.
func policyNumber(e *policy.Entry, key, value string) {
	number, _ := strconv.Atoi(value)
	if strings.HasSuffix(key, "Prefetch") && !e.Prefetch.Set {
		e.Prefetch = policy.Prefetch{Set: true, Queue: 1000, Browser: 500, Topic: 32767, Durable: 100} // the original's
	}
	switch key {
	case "queuePrefetch":
		e.Prefetch.Queue = number
	case "topicPrefetch":
		e.Prefetch.Topic = number
	case "durablePrefetch":
		e.Prefetch.Durable = number
	case "destinations":
		e.MaxDestinations = number
	case "browse":
		e.MaxBrowse = number
	case "expiry":
		e.ExpirePeriod = time.Duration(number) * time.Millisecond
	case "expiryPage":
		e.MaxExpirePage = number
	}
}
