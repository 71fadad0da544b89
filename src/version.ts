// Owns the version that requests carry. A constant, because reading package.json at run time fails
// in bundles; a test keeps it equal to package.json.

export const PACKAGE_VERSION = '0.1.0';
