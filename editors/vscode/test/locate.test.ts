import assert from "node:assert/strict";
import { test } from "node:test";

import { installation, run } from "../src/install";
import { candidates, locate, type Machine } from "../src/locate";

const machine = (files: string[], platform: NodeJS.Platform = "linux"): Machine => ({
  platform,
  env: platform === "win32" ? { Path: "C:\\bin;C:\\tools" } : { PATH: "/usr/local/bin:/usr/bin", HOME: "/home/ada" },
  isFile: (file) => files.includes(file),
});
const places = { configured: "", folders: ["/work/shop"], storage: "/storage" };

test("the virtual environment of the workspace comes before PATH, and PATH before the own installation", () => {
  const all = ["/work/shop/.venv/bin/istiolint", "/usr/bin/istiolint", "/storage/venv/bin/istiolint"];
  for (let first = 0; first < all.length; first++) {
    assert.equal(locate(places, machine(all.slice(first))), all[first]);
  }
  assert.equal(locate(places, machine([])), undefined);
});

test("what the settings name is used", () => {
  const found = machine(["/work/shop/.venv/bin/istiolint"]);
  assert.equal(locate({ ...places, configured: "~/bin/istiolint" }, found), "/home/ada/bin/istiolint");
  assert.equal(locate({ ...places, configured: "${workspaceFolder}/x" }, found), "/work/shop/x");
});

test("commands of Windows end in .exe", () => {
  const found = candidates({ configured: "", folders: ["C:\\shop"], storage: "C:\\storage" }, machine([], "win32"));
  assert.deepEqual(found, [
    "C:\\shop\\.venv\\Scripts\\istiolint.exe",
    "C:\\bin\\istiolint.exe",
    "C:\\tools\\istiolint.exe",
    "C:\\storage\\venv\\Scripts\\istiolint.exe",
  ]);
});

test("the installation makes an environment, then uses its pip", async () => {
  const done: string[] = [];
  await run(installation("/storage", machine([])), (step) => {
    done.push([step.command, ...step.args].join(" "));
    return Promise.resolve();
  });
  assert.deepEqual(done, [
    "python3 -m venv /storage/venv",
    "/storage/venv/bin/python -m pip install --upgrade istiolint[server]",
  ]);
});

test("a failed step ends the installation", async () => {
  let count = 0;
  const steps = installation("/storage", machine([]));
  await assert.rejects(run(steps, () => Promise.reject(new Error(`step ${++count}`))), /step 1/);
  assert.equal(count, 1);
});
