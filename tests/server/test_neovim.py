"""A real editor: Neovim shows what is found, applies a quick fix, and jumps to a definition."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHOP = Path(__file__).parents[2] / "fixtures" / "shop" / "broken"
SCRIPT = """\
local root, python, output = vim.env.SHOP_ROOT, vim.env.SHOP_PYTHON, vim.env.SHOP_OUTPUT
local result = {}
local function finish() vim.fn.writefile({vim.fn.json_encode(result)}, output); vim.cmd("qall!") end
local ok, failure = pcall(function()
  vim.cmd("edit " .. root .. "/checkout/new.yaml")
  local client = vim.lsp.start_client({
    name = "istiolint", cmd = {python, "-m", "istiolint", "server"}, root_dir = root,
    workspace_folders = {{uri = vim.uri_from_fname(root), name = "shop"}},
  })
  vim.lsp.buf_attach_client(0, client)
  local function codes()
    return vim.tbl_map(function(found) return found.code end, vim.diagnostic.get(0))
  end
  local function has(code) return vim.tbl_contains(codes(), code) end
  vim.wait(50000, function() return has("unknown-field") end, 50)
  result.before = codes()
  result.positions = vim.tbl_map(function(found) return {found.code, found.lnum, found.col} end, vim.diagnostic.get(0))
  vim.api.nvim_win_set_cursor(0, {7, 8})
  vim.ui.select = function(items, options, choose)
    for number, item in ipairs(items) do
      if vim.startswith(options.format_item(item), "Fix:") then return choose(item, number) end
    end
  end
  vim.lsp.buf.code_action()
  vim.wait(20000, function() return vim.fn.getline(7):find("timeout") ~= nil end, 50)
  vim.wait(20000, function() return not has("unknown-field") end, 50)
  result.line = vim.fn.getline(7)
  result.after = codes()
  vim.api.nvim_win_set_cursor(0, {10, 22})
  vim.lsp.buf.definition()
  vim.wait(20000, function() return vim.fn.expand("%:t") ~= "new.yaml" end, 50)
  result.file = vim.fn.expand("%:t")
  result.target = vim.fn.getline(".")
end)
if not ok then result.failure = tostring(failure) end
finish()
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: new, namespace: checkout}
spec:
  hosts: [new.example.com]
  http:
    - timout: 5s
      route:
        - destination:
            host: new-service
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: new-service
  namespace: checkout
spec:
  ports: [{name: http, port: 80}]
"""


@pytest.mark.skipif(not shutil.which("nvim"), reason="Neovim is not installed")
def test_neovim(tmp_path: Path) -> None:
    root, script, output = (tmp_path.resolve() / name for name in ("shop", "script.lua", "output.json"))
    shutil.copytree(SHOP, root)
    (root / "checkout" / "new.yaml").write_text(ROUTE)
    (root / "checkout" / "new-service.yaml").write_text(SERVICE)
    script.write_text(SCRIPT)
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SHOP_ROOT": str(root), "SHOP_PYTHON": sys.executable,
        "SHOP_OUTPUT": str(output), "XDG_STATE_HOME": str(tmp_path), "LANG": "C.UTF-8",
    }  # fmt: skip
    nvim = shutil.which("nvim")
    assert nvim
    command = [nvim, "--headless", "--clean", "-c", f"luafile {script}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150, check=False, cwd=tmp_path)
    result = json.loads(output.read_text("utf-8"))
    assert "failure" not in result, (result, done.stderr)
    assert ["unknown-field", 6, 6] in result["positions"]
    assert result["line"].strip() == "- timeout: 5s"
    assert "unknown-field" not in result["after"]
    assert result["file"] == "new-service.yaml"
    assert "new-service" in result["target"]
