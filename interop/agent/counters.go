// counters.go owns the Agent's own metrics: it stands in for DogStatsD and adds up every count.

package main

import (
	"sort"
	"strings"
	"sync"

	"github.com/DataDog/datadog-go/v5/statsd"
)

// malformed is published after the Agent has reset it, so always as 0; a call means at least one.
const malformed = "datadog.trace_agent.normalizer.spans_malformed"

// counter is one metric with its tags.
type counter struct {
	Name  string   `json:"name"`
	Tags  []string `json:"tags"`
	Value int64    `json:"value"`
}

type counters struct {
	statsd.NoOpClient

	mu     sync.Mutex
	values map[string]*counter
}

func newCounters() *counters {
	return &counters{values: map[string]*counter{}}
}

// Count implements statsd.ClientInterface.
func (c *counters) Count(name string, value int64, tags []string, _ float64) error {
	if name == malformed {
		value = max(value, 1)
	}
	own := append([]string{}, tags...)
	sort.Strings(own)
	key := name + "\x00" + strings.Join(own, "\x00")
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.values[key]; ok {
		known.Value += value
	} else {
		c.values[key] = &counter{Name: name, Tags: own, Value: value}
	}
	return nil
}

// snapshot returns the counters that are not 0, sorted by name.
func (c *counters) snapshot() []counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []counter{}
	for _, known := range c.values {
		if known.Value != 0 {
			all = append(all, *known)
		}
	}
	sort.Slice(all, func(i, j int) bool {
		return all[i].Name+strings.Join(all[i].Tags, ",") < all[j].Name+strings.Join(all[j].Tags, ",")
	})
	return all
}

func (c *counters) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.values)
}
