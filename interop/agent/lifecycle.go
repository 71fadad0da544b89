// lifecycle.go owns the running Agent: it starts one, and flushes it by ending it in order and
// starting the next at the same addresses. An Agent answers before it processes, and keeps buckets of
// statistics open for seconds; its own shutdown is the one point at which everything has been sent.

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	gzip "github.com/DataDog/datadog-agent/comp/trace/compression/impl-gzip"
	"github.com/DataDog/datadog-agent/pkg/trace/agent"
	"github.com/DataDog/datadog-agent/pkg/trace/telemetry"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// stopTimeout is far beyond the 5 s that the Agent grants to requests under way.
const stopTimeout = 30 * time.Second

type lifecycle struct {
	settings settings
	counters *counters
	port     int

	mu      sync.RWMutex // held for writing while no Agent runs
	agent   *agent.Agent
	cancel  context.CancelFunc
	stopped bool
}

func startLifecycle(s settings) (*lifecycle, error) {
	l := &lifecycle{settings: s, counters: newCounters()}
	return l, l.start()
}

// Ports below those that the system hands out to connections: a connection might take the port while
// one Agent has ended and the next does not listen yet.
const (
	firstPort    = 20_000
	lastPort     = 32_000
	portAttempts = 100
)

// start runs an Agent; the first one chooses the port for those after it.
func (l *lifecycle) start() error {
	listener, err := l.listen()
	if err != nil {
		return err
	}
	tcp, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("not a TCP address: %v", listener.Addr())
	}
	l.port = tcp.Port
	conf, err := agentConfig(l.settings, l.port)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	noTelemetry := telemetry.NewNoopCollector()
	a := agent.NewAgent(ctx, conf, noTelemetry, l.counters, gzip.NewComponent())
	a.Receiver.SetTCPListener(listener)
	notifier := &startNotifier{Concentrator: a.Concentrator, started: make(chan struct{})}
	a.Concentrator = notifier
	go a.Run()
	<-notifier.started
	l.agent, l.cancel = a, cancel
	return nil
}

func (l *lifecycle) listen() (net.Listener, error) {
	if l.port != 0 {
		return net.Listen("tcp", l.address())
	}
	for range portAttempts {
		port := firstPort + rand.IntN(lastPort-firstPort)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return listener, nil
		}
	}
	return nil, errors.New("no free port")
}

// startNotifier tells when the Agent listens: it starts its parts in order, the receiver before the
// concentrator.
type startNotifier struct {
	agent.Concentrator
	started chan struct{}
}

// Start implements agent.Concentrator.
func (n *startNotifier) Start() {
	n.Concentrator.Start()
	close(n.started)
}

func (l *lifecycle) address() string {
	return fmt.Sprintf("127.0.0.1:%d", l.port)
}

// flush returns once the backend has everything that the Agent had taken.
func (l *lifecycle) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.end(); err != nil {
		return err
	}
	return l.start()
}

func (l *lifecycle) stop() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	return l.end()
}

func (l *lifecycle) end() error {
	l.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := l.agent.WaitForStopped(ctx); err != nil {
		return fmt.Errorf("the Agent did not stop: %w", err)
	}
	l.agent.Receiver.Stats.PublishAndReset(l.counters)
	return nil
}

// exportOTLP hands a request to the Agent's OTLP receiver.
func (l *lifecycle) exportOTLP(ctx context.Context, r ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.stopped {
		return ptraceotlp.NewExportResponse(), fmt.Errorf("the Agent is stopped")
	}
	return l.agent.OTLPReceiver.Export(ctx, r)
}
