package config

import "reflect"

// DestinationInterceptor is what <destinationInterceptors> holds: *VirtualDestinationInterceptor or *MirroredQueue.
type DestinationInterceptor interface{ destinationInterceptor() }

func (*VirtualDestinationInterceptor) destinationInterceptor() {}
func (*MirroredQueue) destinationInterceptor()                 {}

// VirtualDestinationInterceptor is <virtualDestinationInterceptor>.
type VirtualDestinationInterceptor struct {
	Source `element:"virtualDestinationInterceptor"`

	VirtualDestinations []VirtualDestination `xml:"virtualDestinations"`
}

// VirtualDestination is a *VirtualTopic, *CompositeQueue or *CompositeTopic.
type VirtualDestination interface{ virtualDestination() }

func (*VirtualTopic) virtualDestination()   {}
func (*CompositeQueue) virtualDestination() {}
func (*CompositeTopic) virtualDestination() {}

// VirtualTopic is <virtualTopic>.
type VirtualTopic struct {
	Source `element:"virtualTopic"`

	Name                   string `xml:"name" default:">"`
	Prefix                 string `xml:"prefix" default:"Consumer.*."`
	Postfix                string `xml:"postfix"`
	SelectorAware          bool   `xml:"selectorAware"`
	Local                  bool   `xml:"local"`
	TransactedSend         bool   `xml:"transactedSend"`
	DropOnResourceLimit    bool   `xml:"dropOnResourceLimit"`
	SetOriginalDestination bool   `xml:"setOriginalDestination" default:"true"`
	ConcurrentSend         bool   `xml:"concurrentSend"`
}

// Composite is what composite queues and topics have in common.
type Composite struct {
	Name               string    `xml:"name"`
	ForwardTo          []Forward `xml:"forwardTo"`
	ForwardOnly        bool      `xml:"forwardOnly" default:"true"`
	SendWhenNotMatched bool      `xml:"sendWhenNotMatched"`
	CopyMessage        bool      `xml:"copyMessage" default:"true"`
	ConcurrentSend     bool      `xml:"concurrentSend"`
}

// CompositeQueue is <compositeQueue>.
type CompositeQueue struct {
	Source `element:"compositeQueue"`
	Composite
}

// CompositeTopic is <compositeTopic>.
type CompositeTopic struct {
	Source `element:"compositeTopic"`
	Composite
}

// Forward is one of the destinations in <forwardTo>: a destination, or one with a filter.
type Forward struct {
	Destination Destination
	Filtered    *FilteredDestination // nil: everything is forwarded
}

// String gives the destination, and the selector of the filter.
func (f Forward) String() string {
	if f.Filtered == nil {
		return f.Destination.String()
	}
	return f.Destination.String() + " " + f.Filtered.Selector
}

// FilteredDestination is <filteredDestination>. Without a selector nothing passes, as in the original.
type FilteredDestination struct {
	Source `element:"filteredDestination"`

	Destination Destination `xml:"queue|topic|destination"`
	Selector    string      `xml:"selector"`
}

// MirroredQueue is <mirroredQueue>.
type MirroredQueue struct {
	Source `element:"mirroredQueue"`

	Prefix      string `xml:"prefix" default:"VirtualTopic.Mirror."`
	Postfix     string `xml:"postfix"`
	CopyMessage bool   `xml:"copyMessage" default:"true"`
}

// DestinationPathSeparator is <destinationPathSeparatorPlugin>.
type DestinationPathSeparator struct {
	Source `element:"destinationPathSeparatorPlugin"`

	PathSeparator string `xml:"pathSeparator" default:"/"` // each of its characters separates
}

// SelectorCache is <virtualSelectorCacheBrokerPlugin>.
type SelectorCache struct {
	Source `element:"virtualSelectorCacheBrokerPlugin"`

	PersistFile                  string `xml:"persistFile"`
	PersistInterval              Millis `xml:"persistInterval" default:"600000"`
	SingleSelectorPerDestination bool   `xml:"singleSelectorPerDestination"`
	IgnoreWildcardSelectors      bool   `xml:"ignoreWildcardSelectors"`
}

func (*DestinationPathSeparator) plugin() {}
func (*SelectorCache) plugin()            {}

var forwardsType = reflect.TypeFor[[]Forward]()

// assignForwards sets the destinations of a <forwardTo>.
func (c *context) assignForwards(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	items := v.list
	if v.kind != list {
		items = []*value{v}
	}
	out := make([]Forward, 0, len(items))
	for _, item := range items {
		if target := c.target(item); target != nil && (target.schema == nil || destinationElements[target.schema.name] == "") {
			f, ok := c.bind(target).Interface().(*FilteredDestination)
			if !ok {
				c.errorf(item.at, "%s does not fit into %s of %s: queue, topic, filteredDestination", target.name(), sp.name, b.name())
				continue
			}
			out = append(out, Forward{f.Destination, f})
			continue
		}
		if d, ok := c.destination(b, sp, item); ok {
			out = append(out, Forward{Destination: d})
		}
	}
	dest.Set(reflect.ValueOf(out))
	return true
}

// MessageGroups is how a queue remembers the owners of message groups: *CachedGroups, *SimpleGroups or *GroupBuckets.
type MessageGroups interface{ messageGroups() }

func (*CachedGroups) messageGroups() {}
func (*SimpleGroups) messageGroups() {}
func (*GroupBuckets) messageGroups() {}

// CachedGroups is <cachedMessageGroupMapFactory>.
type CachedGroups struct {
	Source `element:"cachedMessageGroupMapFactory"`

	CacheSize int `xml:"cacheSize" default:"1024"`
}

// SimpleGroups is <simpleMessageGroupMapFactory>.
type SimpleGroups struct {
	Source `element:"simpleMessageGroupMapFactory"`
}

// GroupBuckets is <messageGroupHashBucketFactory>.
type GroupBuckets struct {
	Source `element:"messageGroupHashBucketFactory"`

	BucketCount int `xml:"bucketCount" default:"1024"`
	CacheSize   int `xml:"cacheSize" default:"64"`
}
