/** Where the istiolint command is: in the settings, in the virtual environment of the workspace, on PATH, or in the extension's storage. */

import * as path from "node:path";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  isFile(file: string): boolean;
}

export interface Places {
  /** The setting `istiolint.path`; may be empty. */
  readonly configured: string;
  readonly folders: readonly string[];
  /** The folder for the extension's own installation. */
  readonly storage: string;
}

const join = (machine: Machine): ((...parts: string[]) => string) =>
  machine.platform === "win32" ? path.win32.join : path.posix.join;

/** The command of a virtual environment. */
export function commandIn(environment: string, machine: Machine, name = "istiolint"): string {
  return machine.platform === "win32"
    ? join(machine)(environment, "Scripts", `${name}.exe`)
    : join(machine)(environment, "bin", name);
}

/** The folder of the extension's own virtual environment. */
export function ownEnvironment(storage: string, machine: Machine): string {
  return join(machine)(storage, "venv");
}

/** All files that may be the command, the preferred one first. */
export function candidates(places: Places, machine: Machine): string[] {
  const separator = machine.platform === "win32" ? ";" : ":";
  const name = machine.platform === "win32" ? "istiolint.exe" : "istiolint";
  const onPath = (machine.env["PATH"] ?? machine.env["Path"] ?? "").split(separator).filter((folder) => folder !== "");
  return [
    ...places.folders.map((folder) => commandIn(join(machine)(folder, ".venv"), machine)),
    ...onPath.map((folder) => join(machine)(folder, name)),
    commandIn(ownEnvironment(places.storage, machine), machine),
  ];
}

/** The command, or undefined if it is not installed. What the settings name is used even if it does not exist, so that the error names it. */
export function locate(places: Places, machine: Machine): string | undefined {
  const configured = places.configured.trim();
  if (configured !== "") {
    const home = machine.env["HOME"] ?? machine.env["USERPROFILE"] ?? "";
    const folder = places.folders[0] ?? "";
    return configured.replace(/^~(?=[/\\]|$)/, home).replaceAll("${workspaceFolder}", folder);
  }
  return candidates(places, machine).find((file) => machine.isFile(file));
}
