// Owns name and version as requests, logs and metrics carry them. Constants, because reading
// package.json at run time fails in bundles; a test keeps them equal to package.json.

export const PACKAGE_NAME = 'opentelemetry-exporter-datadog-agent';
export const PACKAGE_VERSION = '0.1.0';
