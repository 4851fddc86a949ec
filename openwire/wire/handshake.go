package wire

import (
	"errors"
	"fmt"
	"math"
	"time"

	"goactivemq/activemq/message"
)

// Magic is what a WireFormatInfo starts with.
var Magic = [8]byte{'A', 'c', 't', 'i', 'v', 'e', 'M', 'Q'}

// WireFormatInfo is the first frame of either peer: what it can do and would like to. Properties is a primitive map.
type WireFormatInfo struct {
	Magic      [8]byte
	Version    int32
	Properties []byte
}

func walkWireFormatInfo(w *walker, f *WireFormatInfo) {
	w.fixed(f.Magic[:])
	w.int32(&f.Version)
	w.sequence(&f.Properties)
}

// Offer is what a WireFormatInfo says.
type Offer struct {
	Version                int
	StackTrace             bool
	TCPNoDelay             bool
	Cache                  bool
	CacheSize              int
	Tight                  bool
	SizePrefixDisabled     bool
	MaxFrame               int64
	MaxFrameEnabled        bool
	MaxInactivity          time.Duration
	MaxInactivityBeginning time.Duration
	Host                   message.Text // of the URI that a client used
	ProviderName           message.Text
	ProviderVersion        message.Text
	PlatformDetails        message.Text
}

// The properties of a WireFormatInfo in the original's spelling, slips included.
const (
	propStackTrace             = "StackTraceEnabled"
	propTCPNoDelay             = "TcpNoDelayEnabled"
	propCache                  = "CacheEnabled"
	propCacheSize              = "CacheSize"
	propTight                  = "TightEncodingEnabled"
	propSizePrefixDisabled     = "SizePrefixDisabled"
	propMaxFrame               = "MaxFrameSize"
	propMaxFrameEnabled        = "MaxFrameSizeEnabled"
	propMaxInactivity          = "MaxInactivityDuration"
	propMaxInactivityBeginning = "MaxInactivityDurationInitalDelay"
	propHost                   = "Host"
	propProviderName           = "ProviderName"
	propProviderVersion        = "ProviderVersion"
	propPlatformDetails        = "PlatformDetails"

	propertiesMax = 4096 // entries of a WireFormatInfo's map, as in the original
)

// DefaultOffer returns what the original offers, but tells a stranger nothing of the machine it runs on.
func DefaultOffer(providerVersion string) Offer {
	return Offer{
		Version:                VersionMax,
		StackTrace:             true,
		TCPNoDelay:             true,
		Cache:                  true,
		CacheSize:              1024,
		Tight:                  true,
		MaxFrame:               math.MaxInt64,
		MaxFrameEnabled:        true,
		MaxInactivity:          30 * time.Second,
		MaxInactivityBeginning: 10 * time.Second,
		ProviderName:           message.T("ActiveMQ"),
		ProviderVersion:        message.T(providerVersion),
		PlatformDetails:        message.T(""),
	}
}

// cacheSizeLeast is the least cache size to offer: below it the original's writer never ends its search for something to forget.
const cacheSizeLeast = cacheFree

// Info returns the frame that makes the offer. A cache size that would hang the original becomes the least that does not.
func (o Offer) Info() (*WireFormatInfo, error) {
	size := o.CacheSize
	if 0 < size && size < cacheSizeLeast {
		size = cacheSizeLeast
	}
	m := message.Map{
		{Name: propStackTrace, Value: o.StackTrace},
		{Name: propTCPNoDelay, Value: o.TCPNoDelay},
		{Name: propCache, Value: o.Cache},
		{Name: propCacheSize, Value: int32(size)},
		{Name: propTight, Value: o.Tight},
		{Name: propSizePrefixDisabled, Value: o.SizePrefixDisabled},
		{Name: propMaxFrame, Value: o.MaxFrame},
		{Name: propMaxFrameEnabled, Value: o.MaxFrameEnabled},
		{Name: propMaxInactivity, Value: o.MaxInactivity.Milliseconds()},
		{Name: propMaxInactivityBeginning, Value: o.MaxInactivityBeginning.Milliseconds()},
	}
	for _, p := range []struct {
		name string
		text message.Text
	}{
		{propHost, o.Host},
		{propProviderName, o.ProviderName},
		{propProviderVersion, o.ProviderVersion},
		{propPlatformDetails, o.PlatformDetails},
	} {
		if !p.text.IsNull() {
			m = append(m, message.Entry{Name: p.name, Value: p.text.String()})
		}
	}
	b, err := message.AppendMap(nil, m)
	if err != nil {
		return nil, fmt.Errorf("openwire: WireFormatInfo: %w", err)
	}
	return &WireFormatInfo{Magic: Magic, Version: int32(o.Version), Properties: b}, nil
}

// Offer reads the frame. What it does not say is false, 0 or null.
func (f *WireFormatInfo) Offer() (Offer, error) {
	if f.Magic != Magic {
		return Offer{}, fmt.Errorf("openwire: WireFormatInfo: magic %q, want %q", f.Magic[:], Magic[:])
	}
	m, err := message.DecodeMap(f.Properties)
	if err != nil {
		return Offer{}, fmt.Errorf("openwire: WireFormatInfo: %w", err)
	}
	if len(m) > propertiesMax {
		return Offer{}, fmt.Errorf("openwire: WireFormatInfo: %d properties, want at most %d", len(m), propertiesMax)
	}
	o := Offer{Version: int(f.Version)}
	for _, e := range m {
		o.set(e.Name, e.Value)
	}
	return o, nil
}

// set takes in one property. Values of a wrong type count as absent, as in the original.
func (o *Offer) set(name string, value any) {
	on, _ := value.(bool)
	number := integer(value)
	text := message.Text{}
	if s, ok := value.(string); ok {
		text = message.T(s)
	}
	switch name {
	case propStackTrace:
		o.StackTrace = on
	case propTCPNoDelay:
		o.TCPNoDelay = on
	case propCache:
		o.Cache = on
	case propCacheSize:
		o.CacheSize = int(number)
	case propTight:
		o.Tight = on
	case propSizePrefixDisabled:
		o.SizePrefixDisabled = on
	case propMaxFrame:
		o.MaxFrame = number
	case propMaxFrameEnabled:
		o.MaxFrameEnabled = on
	case propMaxInactivity:
		o.MaxInactivity = milliseconds(number)
	case propMaxInactivityBeginning:
		o.MaxInactivityBeginning = milliseconds(number)
	case propHost:
		o.Host = text
	case propProviderName:
		o.ProviderName = text
	case propProviderVersion:
		o.ProviderVersion = text
	case propPlatformDetails:
		o.PlatformDetails = text
	}
}

// integer returns an integer of any size, 0 for anything else.
func integer(v any) int64 {
	switch v := v.(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case int64:
		return v
	}
	return 0
}

// milliseconds returns a duration of that many, the longest there is for more.
func milliseconds(n int64) time.Duration {
	return time.Duration(min(n, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

var errCacheSize = errors.New("openwire: WireFormatInfo: negative cache size")

// Negotiate returns what both offers allow: the lower number, and a feature that both have. Numbers of 0 and less mean
// nothing for version and frame size, a cache of size 0 has the original's default.
func Negotiate(mine, theirs Offer) (Settings, error) {
	s := Settings{
		Version:                int(lower(int64(mine.Version), int64(theirs.Version))),
		Tight:                  mine.Tight && theirs.Tight,
		Cache:                  mine.Cache && theirs.Cache,
		StackTrace:             mine.StackTrace && theirs.StackTrace,
		SizePrefixDisabled:     mine.SizePrefixDisabled && theirs.SizePrefixDisabled,
		TCPNoDelay:             mine.TCPNoDelay && theirs.TCPNoDelay,
		MaxInactivity:          max(0, min(mine.MaxInactivity, theirs.MaxInactivity)),
		MaxInactivityBeginning: max(0, min(mine.MaxInactivityBeginning, theirs.MaxInactivityBeginning)),
	}
	if mine.MaxFrameEnabled {
		s.MaxFrame = lower(mine.MaxFrame, theirs.MaxFrame)
	}
	if s.Version < 1 || s.Version > VersionMax {
		return Settings{}, fmt.Errorf("openwire: WireFormatInfo: version %d, want 1 to %d", s.Version, VersionMax)
	}
	if s.Cache {
		if s.CacheSize = min(mine.CacheSize, theirs.CacheSize); s.CacheSize < 0 {
			return Settings{}, errCacheSize
		}
	}
	return s, nil
}

// lower returns the lower of two numbers, of which those below 1 do not count.
func lower(a, b int64) int64 {
	if a <= 0 || 0 < b && b < a {
		return b
	}
	return a
}
