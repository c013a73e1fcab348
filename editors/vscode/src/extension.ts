/** The extension: starts the language server of istiolint, and adds commands to the editor. */

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { promisify } from "node:util";

import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

import { installation, run } from "./install";
import { locate, type Machine } from "./locate";
import { parseRequest } from "./request";

const machine: Machine = {
  platform: process.platform,
  env: process.env,
  isFile: (file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
};

let client: LanguageClient | undefined;
let output: vscode.LogOutputChannel;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("istiolint", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("istiolint.restart", () => restart(context)),
    vscode.commands.registerCommand("istiolint.explainRule", explainRule),
    vscode.commands.registerCommand("istiolint.traceRequest", traceRequest),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("istiolint.path")) {
        await restart(context);
      }
    }),
  );
  await start(context, true);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function restart(context: vscode.ExtensionContext): Promise<void> {
  await client?.stop().catch((error: unknown) => output.warn(String(error)));
  client = undefined;
  await start(context, true);
}

async function start(context: vscode.ExtensionContext, mayInstall: boolean): Promise<void> {
  const command = find(context);
  if (command === undefined) {
    if (mayInstall && (await install(context))) {
      await start(context, false);
    }
    return;
  }
  output.info(`starting ${command}`);
  const found = new LanguageClient(
    "istiolint",
    "istiolint",
    { command, args: ["server"] },
    {
      documentSelector: [
        { scheme: "file", language: "yaml" },
        { scheme: "file", language: "json" },
        { scheme: "untitled", language: "yaml" },
      ],
      outputChannel: output,
      middleware: {
        // A code lens of the server runs a command of the server: its answer is shown in a document.
        executeCommand: async (name, args, next) => {
          const answer: unknown = await next(name, args);
          if (typeof answer === "string") {
            await show(answer, name === "istiolint.explain" ? "markdown" : "plaintext");
          }
          return answer;
        },
      },
    },
  );
  client = found;
  try {
    await found.start();
  } catch (error) {
    client = undefined;
    void vscode.window.showErrorMessage(`istiolint: the server does not start: ${String(error)}`);
  }
}

function find(context: vscode.ExtensionContext): string | undefined {
  const configured = vscode.workspace.getConfiguration("istiolint").get<string>("path", "");
  // A workspace that is not trusted must not choose what is started.
  const folders = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath) : [];
  return locate({ configured, folders, storage: context.globalStorageUri.fsPath }, machine);
}

async function install(context: vscode.ExtensionContext): Promise<boolean> {
  if (!vscode.workspace.getConfiguration("istiolint").get<boolean>("offerInstallation", true)) {
    return false;
  }
  const yes = "Install";
  const answer = await vscode.window.showInformationMessage(
    "istiolint is not installed. Install it with pip into the extension's storage?",
    yes,
    "Not now",
  );
  if (answer !== yes) {
    return false;
  }
  const storage = context.globalStorageUri;
  try {
    await vscode.workspace.fs.createDirectory(storage);
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: "Installing istiolint" }, () =>
      run(installation(storage.fsPath, machine), async (step) => {
        output.info([step.command, ...step.args].join(" "));
        await promisify(execFile)(step.command, [...step.args]);
      }),
    );
    return true;
  } catch (error) {
    output.error(String(error));
    void vscode.window.showErrorMessage("istiolint: the installation failed; the output of istiolint shows why");
    return false;
  }
}

async function explainRule(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const here = editor
    ? vscode.languages
        .getDiagnostics(editor.document.uri)
        .filter((found) => found.source === "istiolint" && found.range.contains(editor.selection.active))
    : [];
  const code = here[0]?.code;
  const known = typeof code === "object" ? String(code.value) : String(code ?? "");
  const rule = await vscode.window.showInputBox({ prompt: "Rule id", value: known, placeHolder: "route-to-missing-subset" });
  if (rule) {
    await execute("istiolint.explain", [rule.trim()], "markdown");
  }
}

async function traceRequest(): Promise<void> {
  const typed = await vscode.window.showInputBox({
    prompt: "Request: [--from NAMESPACE/NAME] [METHOD] URL",
    placeHolder: "--from shop/web GET http://cart.shop/items",
    validateInput: (text) => {
      const parsed = parseRequest(text);
      return typeof parsed === "string" ? parsed : undefined;
    },
  });
  const request = typed === undefined ? "" : parseRequest(typed);
  if (typeof request !== "string") {
    await execute("istiolint.trace", [request.source, request.method, request.url], "plaintext");
  }
}

async function execute(command: string, args: unknown[], language: string): Promise<void> {
  if (!client) {
    void vscode.window.showErrorMessage("istiolint: the server is not running");
    return;
  }
  const answer: unknown = await client.sendRequest("workspace/executeCommand", { command, arguments: args });
  await show(String(answer), language);
}

async function show(content: string, language: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
}
