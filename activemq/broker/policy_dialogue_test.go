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
	case "alwaysRetroactive":
		e.AlwaysRetroactive = true
	default:
		return false
	}
	return true
}
