// Owns that nothing in the environment of whoever runs the tests decides what the exporters send.

for (const name of Object.keys(process.env)) {
  if (/^(?:DD|OTEL)_/u.test(name)) delete process.env[name];
}
