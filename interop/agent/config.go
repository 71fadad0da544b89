// config.go owns the Agent's configuration: the defaults of an installed Agent, which are partly set
// outside the trace module, and the addresses of the test.

package main

import (
	"github.com/DataDog/datadog-agent/pkg/opentelemetry-mapping-go/otlp/attributes"
	"github.com/DataDog/datadog-agent/pkg/trace/config"
	"go.opentelemetry.io/collector/component/componenttest"
)

const hostname = "interop-host"

// settings is what differs between runs.
type settings struct {
	backend  string
	socket   string
	features []string
	version  string
}

func agentConfig(s settings, port int) (*config.AgentConfig, error) {
	translator, err := attributes.NewTranslator(componenttest.NewNopTelemetrySettings())
	if err != nil {
		return nil, err
	}
	c := config.New()
	c.Hostname = hostname
	c.AgentVersion = s.version
	c.Endpoints = []*config.Endpoint{{Host: s.backend, APIKey: "none"}}
	c.ReceiverHost = "127.0.0.1"
	c.ReceiverPort = port
	c.ReceiverSocket = s.socket
	c.Features = map[string]struct{}{}
	for _, feature := range s.features {
		c.Features[feature] = struct{}{}
	}
	c.OTLPReceiver = &config.OTLP{
		BindHost:              c.ReceiverHost,
		MaxRequestBytes:       c.MaxRequestBytes,
		ProbabilisticSampling: 100,
		AttributesTranslator:  translator,
	}
	// No trace is one too many: the rate that the Agent notes on traces is always 1.
	c.TargetTPS = 1_000_000
	// The load of the machine must not decide what the Agent takes.
	c.MaxMemory = 0
	c.MaxCPU = 0
	c.DecoderTimeout = 10_000
	c.SynchronousFlushing = true
	// No product of Datadog is called but the backend of the test.
	c.TelemetryConfig.Enabled = false
	c.EVPProxy.Enabled = false
	c.OpenLineageProxy.Enabled = false
	applyInstalledDefaults(c)
	return c, nil
}

// applyInstalledDefaults sets what a datadog.yaml without APM settings amounts to.
func applyInstalledDefaults(c *config.AgentConfig) {
	c.MaxConnections = 1000
	c.PeerTagsAggregation = true
	c.ComputeStatsBySpanKind = true
	c.Obfuscation.ES.Enabled = true
	c.Obfuscation.OpenSearch.Enabled = true
	c.Obfuscation.Mongo.Enabled = true
	c.Obfuscation.Memcached.Enabled = true
	c.Obfuscation.Redis.Enabled = true
	c.Obfuscation.Valkey.Enabled = true
	c.Obfuscation.CreditCards.Enabled = true
	c.Obfuscation.Cache.Enabled = true
	c.Obfuscation.Cache.MaxSize = 5_000_000
}
