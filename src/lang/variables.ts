// Owns how a variable is read from an environment. Knows no variable by name.

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** The variable, also of an environment that extends another one; what others added to `Object.prototype` is none. */
export function variable(vars: EnvironmentVariables, name: string): string | undefined {
  const isForeign = name in Object.prototype && !Object.hasOwn(vars, name);
  return isForeign ? undefined : vars[name];
}
