// control.go owns the HTTP server that the tests drive this process with.

package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

type control struct {
	lifecycle *lifecycle
	backend   *backend
}

// startControl returns the address that it listens on.
func startControl(l *lifecycle, b *backend) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	c := &control{lifecycle: l, backend: b}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /received", answer(func() (any, error) { return b.received() }))
	mux.HandleFunc("GET /stats", answer(func() (any, error) { return b.statistics(), nil }))
	mux.HandleFunc("GET /counters", answer(func() (any, error) { return l.counters.snapshot(), nil }))
	mux.HandleFunc("POST /flush", answer(func() (any, error) { return nil, l.flush() }))
	mux.HandleFunc("POST /stop", answer(func() (any, error) { return nil, l.stop() }))
	mux.HandleFunc("POST /reset", answer(c.reset))
	mux.HandleFunc("POST /v1/traces", c.otlp)
	go func() { _ = http.Serve(listener, mux) }()
	return listener.Addr().String(), nil
}

func (c *control) reset() (any, error) {
	err := c.lifecycle.flush()
	c.backend.reset()
	c.lifecycle.counters.reset()
	return nil, err
}

// answer replies with a value as JSON, or with the error as text.
func answer(value func() (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		v, err := value()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
}

// otlp is OTLP over HTTP in front of the Agent's receiver, which itself speaks gRPC only: in an
// installed Agent, the Collector inside the core Agent makes one of the other.
func (c *control) otlp(w http.ResponseWriter, r *http.Request) {
	reply, err := c.export(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(reply)
}

func (c *control) export(r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, errors.New("compressed bodies are not supported")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	request := ptraceotlp.NewExportRequest()
	if err := request.UnmarshalProto(body); err != nil {
		return nil, err
	}
	response, err := c.lifecycle.exportOTLP(r.Context(), request)
	if err != nil {
		return nil, err
	}
	return response.MarshalProto()
}
