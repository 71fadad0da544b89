// indexed.go owns reading the newer payload format, in which strings are indexes into a table and
// tags have one map for all types. Current Agents convert v0.4 payloads to it.

package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/DataDog/datadog-agent/pkg/proto/pbgo/trace/idx"
)

// table resolves the indexes of one payload.
type table []string

func (t table) at(i uint32) string {
	if int(i) >= len(t) {
		return "<bad string index>"
	}
	return t[i]
}

// tags are the attributes of one thing by type.
type tags struct {
	texts   map[string]string
	numbers map[string]number
	bytes   map[string]string
}

func (t table) split(attributes map[uint32]*idx.AnyValue) tags {
	out := tags{texts: map[string]string{}, numbers: map[string]number{}, bytes: map[string]string{}}
	for key, value := range attributes {
		switch v := value.Value.(type) {
		case *idx.AnyValue_DoubleValue:
			out.numbers[t.at(key)] = number(v.DoubleValue)
		case *idx.AnyValue_IntValue:
			out.numbers[t.at(key)] = number(v.IntValue)
		case *idx.AnyValue_BytesValue:
			out.bytes[t.at(key)] = base64.StdEncoding.EncodeToString(v.BytesValue)
		default:
			out.texts[t.at(key)] = value.AsString(idx.StringTableFromArray(t))
		}
	}
	return out
}

func fromIndexed(p *idx.TracerPayload) tracerPayload {
	t := table(p.Strings)
	return tracerPayload{
		Format:          "idx",
		Env:             t.at(p.EnvRef),
		Hostname:        t.at(p.HostnameRef),
		AppVersion:      t.at(p.AppVersionRef),
		ContainerID:     t.at(p.ContainerIDRef),
		LanguageName:    t.at(p.LanguageNameRef),
		LanguageVersion: t.at(p.LanguageVersionRef),
		TracerVersion:   t.at(p.TracerVersionRef),
		Tags:            t.split(p.Attributes).texts,
		Chunks:          mapped(p.Chunks, t.chunk),
	}
}

func (t table) chunk(c *idx.TraceChunk) chunk {
	high, low := halves(c.TraceID)
	out := chunk{
		Priority:     c.Priority,
		Origin:       t.at(c.OriginRef),
		DroppedTrace: c.DroppedTrace,
		Tags:         t.split(c.Attributes).texts,
		Spans:        mapped(c.Spans, t.span),
	}
	for i := range out.Spans {
		out.Spans[i].TraceID = low
		out.Spans[i].Promoted["_dd.p.tid"] = fmt.Sprintf("%016x", high)
	}
	if c.SamplingMechanism != 0 {
		out.Tags["_dd.p.dm"] = fmt.Sprintf("-%d", c.SamplingMechanism)
	}
	return out
}

func (t table) span(s *idx.Span) span {
	attributes := t.split(s.Attributes)
	out := span{
		Service:    t.at(s.ServiceRef),
		Name:       t.at(s.NameRef),
		Resource:   t.at(s.ResourceRef),
		Type:       t.at(s.TypeRef),
		SpanID:     s.SpanID,
		ParentID:   s.ParentID,
		Start:      int64(s.Start),
		Duration:   int64(s.Duration),
		Meta:       attributes.texts,
		Metrics:    attributes.numbers,
		MetaStruct: attributes.bytes,
		Links:      mapped(s.Links, t.link),
		Events:     mapped(s.Events, t.event),
		Promoted: map[string]string{
			"env":       t.at(s.EnvRef),
			"version":   t.at(s.VersionRef),
			"component": t.at(s.ComponentRef),
			"span.kind": strings.ToLower(strings.TrimPrefix(s.Kind.String(), "SPAN_KIND_")),
		},
	}
	if s.Error {
		out.Error = 1
	}
	return out
}

func (t table) link(l *idx.SpanLink) link {
	high, low := halves(l.TraceID)
	return link{
		TraceID:     low,
		TraceIDHigh: high,
		SpanID:      l.SpanID,
		Tracestate:  t.at(l.TracestateRef),
		Flags:       l.Flags,
		Attributes:  t.split(l.Attributes).texts,
	}
}

func (t table) event(e *idx.SpanEvent) event {
	out := event{Time: e.Time, Name: t.at(e.NameRef), Attributes: map[string]any{}}
	for key, value := range e.Attributes {
		out.Attributes[t.at(key)] = t.value(value)
	}
	return out
}

func (t table) value(value *idx.AnyValue) any {
	switch v := value.Value.(type) {
	case *idx.AnyValue_BoolValue:
		return v.BoolValue
	case *idx.AnyValue_DoubleValue:
		return number(v.DoubleValue)
	case *idx.AnyValue_IntValue:
		return v.IntValue
	case *idx.AnyValue_ArrayValue:
		return mapped(v.ArrayValue.Values, t.value)
	}
	return value.AsString(idx.StringTableFromArray(t))
}

func halves(id []byte) (high, low uint64) {
	if len(id) != 16 {
		return 0, 0
	}
	return binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
}
