// received.go owns the JSON form of what the Agent sent on, and fills it from payloads of the format
// that the OTLP path and older Agents use.

package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/trace"
)

// number is a float64 that JSON can carry: what is not finite becomes a string.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return json.Marshal(strconv.FormatFloat(f, 'g', -1, 64))
	}
	return json.Marshal(f)
}

type tracerPayload struct {
	Format          string            `json:"format"`
	Env             string            `json:"env"`
	Hostname        string            `json:"hostname"`
	AppVersion      string            `json:"appVersion"`
	ContainerID     string            `json:"containerId"`
	LanguageName    string            `json:"languageName"`
	LanguageVersion string            `json:"languageVersion"`
	TracerVersion   string            `json:"tracerVersion"`
	Tags            map[string]string `json:"tags"`
	Chunks          []chunk           `json:"chunks"`
}

type chunk struct {
	Priority     int32             `json:"priority"`
	Origin       string            `json:"origin"`
	DroppedTrace bool              `json:"droppedTrace"`
	Tags         map[string]string `json:"tags"`
	Spans        []span            `json:"spans"`
}

// span has 64-bit integers as decimal text, which JSON numbers of JavaScript cannot hold.
type span struct {
	Service    string            `json:"service"`
	Name       string            `json:"name"`
	Resource   string            `json:"resource"`
	Type       string            `json:"type"`
	TraceID    uint64            `json:"traceId,string"`
	SpanID     uint64            `json:"spanId,string"`
	ParentID   uint64            `json:"parentId,string"`
	Start      int64             `json:"start,string"`
	Duration   int64             `json:"duration,string"`
	Error      int32             `json:"error"`
	Meta       map[string]string `json:"meta"`
	Metrics    map[string]number `json:"metrics"`
	MetaStruct map[string]string `json:"metaStruct"`
	Links      []link            `json:"links"`
	Events     []event           `json:"events"`
	// Promoted are the fields of the newer format that older ones have as tags.
	Promoted map[string]string `json:"promoted"`
}

type link struct {
	TraceID     uint64            `json:"traceId,string"`
	TraceIDHigh uint64            `json:"traceIdHigh,string"`
	SpanID      uint64            `json:"spanId,string"`
	Tracestate  string            `json:"tracestate"`
	Flags       uint32            `json:"flags"`
	Attributes  map[string]string `json:"attributes"`
}

type event struct {
	Time       uint64         `json:"time,string"`
	Name       string         `json:"name"`
	Attributes map[string]any `json:"attributes"`
}

// received returns all payloads so far, in the order in which they came.
func (b *backend) received() ([]tracerPayload, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.invalid) > 0 {
		return nil, errors.New(strings.Join(b.invalid, "; "))
	}
	payloads := []tracerPayload{}
	for _, agentPayload := range b.traces {
		for _, p := range agentPayload.TracerPayloads {
			payloads = append(payloads, fromPayload(p))
		}
		for _, p := range agentPayload.IdxTracerPayloads {
			payloads = append(payloads, fromIndexed(p))
		}
	}
	return payloads, nil
}

// mapped is never nil, so that JSON has an array.
func mapped[From, To any](list []From, to func(From) To) []To {
	out := make([]To, 0, len(list))
	for _, item := range list {
		out = append(out, to(item))
	}
	return out
}

func fromPayload(p *pb.TracerPayload) tracerPayload {
	return tracerPayload{
		Format:          "v0",
		Env:             p.Env,
		Hostname:        p.Hostname,
		AppVersion:      p.AppVersion,
		ContainerID:     p.ContainerID,
		LanguageName:    p.LanguageName,
		LanguageVersion: p.LanguageVersion,
		TracerVersion:   p.TracerVersion,
		Tags:            p.Tags,
		Chunks:          mapped(p.Chunks, fromChunk),
	}
}

func fromChunk(c *pb.TraceChunk) chunk {
	return chunk{
		Priority:     c.Priority,
		Origin:       c.Origin,
		DroppedTrace: c.DroppedTrace,
		Tags:         c.Tags,
		Spans:        mapped(c.Spans, fromSpan),
	}
}

func fromSpan(s *pb.Span) span {
	out := span{
		Service:    s.Service,
		Name:       s.Name,
		Resource:   s.Resource,
		Type:       s.Type,
		TraceID:    s.TraceID,
		SpanID:     s.SpanID,
		ParentID:   s.ParentID,
		Start:      s.Start,
		Duration:   s.Duration,
		Error:      s.Error,
		Meta:       s.Meta,
		Metrics:    map[string]number{},
		MetaStruct: map[string]string{},
		Links:      mapped(s.SpanLinks, fromLink),
		Events:     mapped(s.SpanEvents, fromEvent),
		Promoted:   map[string]string{},
	}
	for key, value := range s.Metrics {
		out.Metrics[key] = number(value)
	}
	for key, value := range s.MetaStruct {
		out.MetaStruct[key] = base64.StdEncoding.EncodeToString(value)
	}
	return out
}

func fromLink(l *pb.SpanLink) link {
	return link{
		TraceID:     l.TraceID,
		TraceIDHigh: l.TraceIDHigh,
		SpanID:      l.SpanID,
		Tracestate:  l.Tracestate,
		Flags:       l.Flags,
		Attributes:  l.Attributes,
	}
}

func fromEvent(e *pb.SpanEvent) event {
	out := event{Time: e.TimeUnixNano, Name: e.Name, Attributes: map[string]any{}}
	for key, value := range e.Attributes {
		out.Attributes[key] = eventValue(value)
	}
	return out
}

func eventValue(v *pb.AttributeAnyValue) any {
	switch v.Type {
	case pb.AttributeAnyValue_STRING_VALUE:
		return v.StringValue
	case pb.AttributeAnyValue_BOOL_VALUE:
		return v.BoolValue
	case pb.AttributeAnyValue_INT_VALUE:
		return v.IntValue
	case pb.AttributeAnyValue_DOUBLE_VALUE:
		return number(v.DoubleValue)
	}
	return mapped(v.GetArrayValue().GetValues(), arrayValue)
}

func arrayValue(v *pb.AttributeArrayValue) any {
	switch v.Type {
	case pb.AttributeArrayValue_STRING_VALUE:
		return v.StringValue
	case pb.AttributeArrayValue_BOOL_VALUE:
		return v.BoolValue
	case pb.AttributeArrayValue_INT_VALUE:
		return v.IntValue
	}
	return number(v.DoubleValue)
}
