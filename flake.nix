{
  description = "Static analysis for Istio";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEachSystem = build: nixpkgs.lib.genAttrs systems (system: build nixpkgs.legacyPackages.${system});
      project = (builtins.fromTOML (builtins.readFile ./pyproject.toml)).project;
      names = map (requirement: builtins.head (builtins.match "([A-Za-z0-9._-]+).*" requirement)) project.dependencies;
      attribute = name: builtins.replaceStrings [ "." ] [ "-" ] name;
    in
    {
      packages = forEachSystem (pkgs: rec {
        istiolint = pkgs.python3Packages.buildPythonApplication {
          pname = "istiolint";
          version = builtins.head (builtins.match ".*__version__ = \"([^\"]+)\".*" (builtins.readFile ./src/istiolint/__init__.py));
          pyproject = true;
          src = self;
          build-system = [ pkgs.python3Packages.hatchling ];
          dependencies = map (name: pkgs.python3Packages.${attribute name}) names;
          pythonImportsCheck = [ "istiolint" ];
          meta = {
            description = "Static analysis for Istio";
            license = pkgs.lib.licenses.asl20;
            mainProgram = "istiolint";
          };
        };
        default = istiolint;
      });

      # nix flake check: the installed command finds the planted misconfigurations, and nothing in the corrected mesh.
      checks = forEachSystem (pkgs: {
        shop = pkgs.runCommand "istiolint-shop" { } ''
          ${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/istiolint ${./fixtures/shop/healthy}
          ! ${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/istiolint ${./fixtures/shop/broken}
          touch $out
        '';
      });
    };
}
