// backend.go owns the far side of the Agent: the two intakes of Datadog that its writers send to. It
// decodes and keeps every payload.

package main

import (
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"sync"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/trace"
	"github.com/tinylib/msgp/msgp"
)

type backend struct {
	url string

	mu      sync.Mutex
	traces  []*pb.AgentPayload
	stats   []*pb.StatsPayload
	invalid []string
}

func startBackend() (*backend, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &backend{url: "http://" + listener.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v0.2/traces", b.intake(b.keepTraces))
	mux.HandleFunc("/api/v0.2/stats", b.intake(b.keepStats))
	go func() { _ = http.Serve(listener, mux) }()
	return b, nil
}

// intake accepts every body; one that cannot be read is kept as an error.
func (b *backend) intake(keep func(io.Reader) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := gzip.NewReader(r.Body)
		if err == nil {
			err = keep(body)
		}
		if err != nil {
			b.mu.Lock()
			b.invalid = append(b.invalid, r.URL.Path+": "+err.Error())
			b.mu.Unlock()
		}
		w.WriteHeader(http.StatusAccepted)
	}
}

func (b *backend) keepTraces(body io.Reader) error {
	bytes, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	payload := &pb.AgentPayload{}
	if err := payload.UnmarshalVT(bytes); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.traces = append(b.traces, payload)
	return nil
}

func (b *backend) keepStats(body io.Reader) error {
	payload := &pb.StatsPayload{}
	if err := msgp.Decode(body, payload); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats = append(b.stats, payload)
	return nil
}

func (b *backend) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.traces, b.stats, b.invalid = nil, nil, nil
}
