// Command agent runs the code of Datadog's trace-agent between a client under test and a backend of
// ours, in one process and on loopback only, and shows as JSON what the Agent would have sent on.
//
// main.go owns the process: flags, the ready line, and the end when standard input closes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// ready is the one line on standard output, once everything listens.
type ready struct {
	AgentVersion string `json:"agentVersion"`
	TCP          string `json:"tcp"`
	Socket       string `json:"socket"`
	Control      string `json:"control"`
}

func main() {
	socket := flag.String("socket", "", "path of the Unix socket that the Agent listens on")
	features := flag.String("features", "", "comma-separated feature flags of the Agent")
	flag.Parse()
	if err := run(*socket, strings.FieldsFunc(*features, isComma)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func isComma(r rune) bool { return r == ',' }

func run(socket string, features []string) error {
	backend, err := startBackend()
	if err != nil {
		return err
	}
	settings := settings{backend: backend.url, socket: socket, features: features, version: agentVersion()}
	lifecycle, err := startLifecycle(settings)
	if err != nil {
		return err
	}
	control, err := startControl(lifecycle, backend)
	if err != nil {
		return err
	}
	line := ready{AgentVersion: settings.version, TCP: lifecycle.address(), Socket: socket, Control: control}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// agentVersion is the release of the Agent that the linked modules belong to: v0.85.2 is 7.85.2.
func agentVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/DataDog/datadog-agent/pkg/trace" {
			return "7" + strings.TrimPrefix(module.Version, "v0")
		}
	}
	return "unknown"
}
