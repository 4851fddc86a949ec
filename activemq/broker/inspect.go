package broker

// What management reads and nothing else needs.

// Memory returns what the destination's messages in memory take up. Its limit is 0 where the broker's alone holds.
func (d *Destination) Memory() *Usage { return d.memory }
