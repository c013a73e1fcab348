/** Installing istiolint into a virtual environment of its own. */

import { commandIn, type Machine, ownEnvironment } from "./locate";

export interface Step {
  readonly command: string;
  readonly args: readonly string[];
}

export const PACKAGE = "istiolint[server]";

/** The commands that install istiolint into the extension's storage, in order. */
export function installation(storage: string, machine: Machine): Step[] {
  const environment = ownEnvironment(storage, machine);
  return [
    { command: machine.platform === "win32" ? "python" : "python3", args: ["-m", "venv", environment] },
    { command: commandIn(environment, machine, "python"), args: ["-m", "pip", "install", "--upgrade", PACKAGE] },
  ];
}

/** Run steps one after the other; the first failure ends it. */
export async function run(steps: readonly Step[], execute: (step: Step) => Promise<void>): Promise<void> {
  for (const step of steps) {
    await execute(step);
  }
}
