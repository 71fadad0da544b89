// statistics.go owns the JSON form of the statistics that the Agent sent on.

package main

import pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/trace"

type statsPayload struct {
	ClientComputed bool          `json:"clientComputed"`
	Env            string        `json:"env"`
	Version        string        `json:"version"`
	Lang           string        `json:"lang"`
	Buckets        []statsBucket `json:"buckets"`
}

type statsBucket struct {
	Start    uint64       `json:"start,string"`
	Duration uint64       `json:"duration,string"`
	Groups   []statsGroup `json:"groups"`
}

type statsGroup struct {
	Service        string   `json:"service"`
	Name           string   `json:"name"`
	Resource       string   `json:"resource"`
	Type           string   `json:"type"`
	SpanKind       string   `json:"spanKind"`
	HTTPStatusCode uint32   `json:"httpStatusCode"`
	GRPCStatusCode string   `json:"grpcStatusCode"`
	Hits           uint64   `json:"hits"`
	TopLevelHits   uint64   `json:"topLevelHits"`
	Errors         uint64   `json:"errors"`
	Duration       uint64   `json:"duration,string"`
	Synthetics     bool     `json:"synthetics"`
	IsTraceRoot    string   `json:"isTraceRoot"`
	PeerTags       []string `json:"peerTags"`
}

// statistics returns all payloads so far.
func (b *backend) statistics() []statsPayload {
	b.mu.Lock()
	defer b.mu.Unlock()
	payloads := []statsPayload{}
	for _, p := range b.stats {
		for _, client := range p.Stats {
			payloads = append(payloads, statsPayload{
				ClientComputed: p.ClientComputed,
				Env:            client.Env,
				Version:        client.Version,
				Lang:           client.Lang,
				Buckets:        mapped(client.Stats, fromBucket),
			})
		}
	}
	return payloads
}

func fromBucket(b *pb.ClientStatsBucket) statsBucket {
	return statsBucket{Start: b.Start, Duration: b.Duration, Groups: mapped(b.Stats, fromGroup)}
}

func fromGroup(g *pb.ClientGroupedStats) statsGroup {
	return statsGroup{
		Service:        g.Service,
		Name:           g.Name,
		Resource:       g.Resource,
		Type:           g.Type,
		SpanKind:       g.SpanKind,
		HTTPStatusCode: g.HTTPStatusCode,
		GRPCStatusCode: g.GRPCStatusCode,
		Hits:           g.Hits,
		TopLevelHits:   g.TopLevelHits,
		Errors:         g.Errors,
		Duration:       g.Duration,
		Synthetics:     g.Synthetics,
		IsTraceRoot:    g.IsTraceRoot.String(),
		PeerTags:       mapped(g.PeerTags, func(tag string) string { return tag }),
	}
}
